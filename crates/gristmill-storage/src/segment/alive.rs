//! Which rows of a segment count: all but those deleted.

use roaring::RoaringBitmap;
use std::ops::Range;
use std::sync::Arc;

/// The rows of a segment that count. Deleted ones stay in its columns until it is rewritten.
#[derive(Clone, Debug, Default)]
pub struct Alive {
    deleted: Option<Arc<RoaringBitmap>>,
}

impl Alive {
    /// All rows but these.
    pub(crate) fn without(deleted: RoaringBitmap) -> Self {
        Self { deleted: Some(Arc::new(deleted)).filter(|rows| !rows.is_empty()) }
    }

    /// The deleted rows; `None` where there is none.
    pub fn deleted(&self) -> Option<&RoaringBitmap> {
        self.deleted.as_deref()
    }

    /// How many rows are deleted.
    pub fn count_deleted(&self) -> u32 {
        self.deleted_in(0..u32::MAX)
    }

    /// How many of some rows are deleted.
    pub fn deleted_in(&self, rows: Range<u32>) -> u32 {
        let count = self.deleted().map_or(0, |deleted| deleted.range_cardinality(rows));
        // There are no more than rows.
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// How many of some rows count.
    pub fn count_in(&self, rows: Range<u32>) -> u32 {
        let all = rows.end.saturating_sub(rows.start);
        all - self.deleted_in(rows)
    }

    /// Whether a row counts.
    pub fn contains(&self, row: u32) -> bool {
        self.deleted().is_none_or(|deleted| !deleted.contains(row))
    }

    /// Those of some rows that count, as stretches that follow one another; rising.
    pub fn stretches(&self, rows: Range<u32>) -> Vec<Range<u32>> {
        let mut stretches = Vec::new();
        let mut start = rows.start;
        for row in self.deleted().into_iter().flat_map(|deleted| deleted.range(rows.clone())) {
            if start < row {
                stretches.push(start..row);
            }
            start = row + 1;
        }
        if start < rows.end {
            stretches.push(start..rows.end);
        }
        stretches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_lie_between_deleted_rows() {
        let alive = Alive::without([0, 1, 4, 9].into_iter().collect());
        assert_eq!(alive.stretches(0..10), [2..4, 5..9]);
        assert_eq!(alive.stretches(3..12), [3..4, 5..9, 10..12]);
        assert_eq!(alive.stretches(0..2), [0..0; 0]);
        assert_eq!(Alive::default().stretches(3..5), vec![3..5; 1]);
        assert_eq!((alive.count_in(0..10), alive.deleted_in(1..9), alive.count_deleted()), (6, 2, 4));
        assert!(alive.contains(2) && !alive.contains(4));
    }

    #[test]
    fn without_a_deleted_row_there_is_no_bitmap() {
        assert!(Alive::without(RoaringBitmap::new()).deleted().is_none());
    }
}
