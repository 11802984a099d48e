//! Some rows of a row group.

use parquet::arrow::arrow_reader::RowSelection;
use std::ops::Range;

/// Some rows of a row group, by their numbers in it. What is read under a selection are its rows one after the other: each has
/// a place there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    /// Rising; none is empty, and none touches another.
    ranges: Vec<Range<usize>>,
    rows: usize,
}

impl Selection {
    /// Rows that follow one another.
    pub(super) fn range(rows: Range<usize>) -> Self {
        Self::of([rows])
    }

    /// Rising ranges that do not overlap.
    pub(super) fn of(ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut selection = Self::default();
        ranges.into_iter().for_each(|range| selection.push(range));
        selection
    }

    fn push(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.rows += range.len();
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// How many rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The row at a place.
    pub(super) fn row(&self, mut place: usize) -> usize {
        for range in &self.ranges {
            if place < range.len() {
                return range.start + place;
            }
            place -= range.len();
        }
        place
    }

    /// For a reader of a row group of so many rows.
    pub(super) fn of_group(&self, rows: usize) -> RowSelection {
        RowSelection::from_consecutive_ranges(self.ranges.iter().cloned(), rows)
    }

    /// The rows at the places that are kept; there is a word on each place.
    pub(super) fn keep(&self, mut kept: impl Iterator<Item = bool>) -> Self {
        let mut selection = Self::default();
        for range in &self.ranges {
            let mut start = range.start;
            for row in range.clone() {
                if !kept.next().unwrap_or(false) {
                    selection.push(start..row);
                    start = row + 1;
                }
            }
            selection.push(start..range.end);
        }
        selection
    }

    /// Rows of both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = Self::default();
        let mut others = other.ranges.iter().peekable();
        for own in &self.ranges {
            while let Some(range) = others.peek() {
                both.push(own.start.max(range.start)..own.end.min(range.end));
                if range.end > own.end {
                    break;
                }
                others.next();
            }
        }
        both
    }

    /// Its rows that are not in another.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut rest = Self::default();
        let mut others = other.ranges.iter().peekable();
        for own in &self.ranges {
            let mut start = own.start;
            while let Some(range) = others.peek() {
                rest.push(start..range.start.clamp(start, own.end));
                start = start.max(range.end).min(own.end);
                if range.end > own.end {
                    break;
                }
                others.next();
            }
            rest.push(start..own.end);
        }
        rest
    }

    /// Rows of either; no row may be in both.
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut ranges: Vec<Range<usize>> = self.ranges.iter().chain(&other.ranges).cloned().collect();
        ranges.sort_by_key(|range| range.start);
        Self::of(ranges)
    }

    /// The places of its rows in a selection that has all of them.
    pub(super) fn places_in(&self, outer: &Self) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::with_capacity(self.ranges.len());
        let (mut before, mut outers) = (0, outer.ranges.iter().peekable());
        for own in &self.ranges {
            while let Some(range) = outers.next_if(|range| range.end <= own.start) {
                before += range.len();
            }
            let Some(range) = outers.peek() else { break };
            let start = before + own.start.saturating_sub(range.start);
            places.push(start..start + own.len());
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(bits: &[bool]) -> Selection {
        Selection::range(0..bits.len()).keep(bits.iter().copied())
    }

    fn rows(selection: &Selection) -> Vec<usize> {
        selection.ranges.iter().cloned().flatten().collect()
    }

    proptest! {
        #[test]
        fn selections_are_sets_of_rows(bits in prop::collection::vec((any::<bool>(), any::<bool>()), 0..40)) {
            let (a, b): (Vec<bool>, Vec<bool>) = bits.iter().copied().unzip();
            let (first, second) = (of(&a), of(&b));
            let expected = |keep: fn(bool, bool) -> bool| -> Vec<usize> {
                (0..bits.len()).filter(|&row| keep(a[row], b[row])).collect()
            };
            prop_assert_eq!(rows(&first), expected(|a, _| a));
            prop_assert_eq!(first.rows(), expected(|a, _| a).len());
            let both = first.and(&second);
            prop_assert_eq!(rows(&both), expected(|a, b| a && b));
            let rest = first.without(&second);
            prop_assert_eq!(rows(&rest), expected(|a, b| a && !b));
            prop_assert_eq!(&both.or(&rest), &first);
            for (place, row) in rows(&first).into_iter().enumerate() {
                prop_assert_eq!(first.row(place), row);
            }
            let places: Vec<usize> = both.places_in(&first).into_iter().flatten().collect();
            prop_assert_eq!(places.iter().map(|&place| first.row(place)).collect::<Vec<_>>(), rows(&both));
        }
    }
}
