//! What is known of a segment without reading its columns.

use super::heap::HeapSegment;
use super::index::index;
use super::{DimensionCodes, ValueStats};
use crate::schema::Dimension;

/// What is known of a segment without reading its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentMeta {
    /// The number the catalog gave the segment; `None` while it is on the heap only.
    pub id: Option<u64>,
    /// How many rows, at least 1.
    pub rows: u32,
    /// The first timestamp, in milliseconds.
    pub min_time: i64,
    /// The last timestamp, in milliseconds: itself in the segment.
    pub max_time: i64,
    /// What is known of `value` over all rows.
    pub values: ValueStats,
    /// What is known of each dimension, indexed by `Dimension as usize`.
    pub dimensions: [DimensionStats; Dimension::COUNT],
}

/// What is known of one dimension in one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DimensionStats {
    /// Distinct values, null not counted.
    pub distinct: u32,
    /// Rows that are null.
    pub nulls: u32,
}

impl SegmentMeta {
    /// What is known of one dimension.
    pub fn dimension(&self, dimension: Dimension) -> DimensionStats {
        self.dimensions[dimension as usize]
    }

    /// Counts anew from the columns.
    pub(super) fn of(heap: &HeapSegment) -> Self {
        let (min_time, max_time) = heap.runs.time_bounds();
        Self {
            id: None,
            rows: index(heap.timestamps.len()),
            min_time,
            max_time,
            values: heap.runs.values(),
            dimensions: std::array::from_fn(|at| DimensionStats {
                distinct: index(heap.dimensions[at].dictionary.len() - 1),
                nulls: heap.dimensions[at].codes.count_nulls(),
            }),
        }
    }
}

impl DimensionCodes {
    /// Rows that are null.
    pub(super) fn count_nulls(&self) -> u32 {
        let nulls = match self {
            Self::Single(codes) => codes.count(super::NULL_CODE),
            Self::Multi(lists) => lists.offsets.windows(2).filter(|ends| ends[0] == ends[1]).count(),
        };
        index(nulls)
    }
}
