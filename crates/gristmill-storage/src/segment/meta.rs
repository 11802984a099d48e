//! What is known of a segment without reading its columns.

use super::heap::HeapSegment;
use super::index::index;
use super::{Dictionary, DimensionCodes, ValueStats};
use crate::schema::Dimension;
use std::sync::Arc;

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
    /// The organizations its rows may belong to.
    pub organizations: OrganizationBounds,
    /// What is known of each dimension, indexed by `Dimension as usize`.
    pub dimensions: [DimensionStats; Dimension::COUNT],
}

/// The first and the last organization of some rows, in the order of their UTF-8 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationBounds {
    /// The first `organization_id`.
    pub first: Arc<str>,
    /// The last `organization_id`: itself among the rows.
    pub last: Arc<str>,
}

impl OrganizationBounds {
    /// Whether an organization may have rows here; where this is false, it has none.
    pub fn may_hold(&self, organization: &str) -> bool {
        (&*self.first..=&*self.last).contains(&organization)
    }

    /// The bounds of a dictionary of `organization_id`.
    pub(super) fn of(dictionary: &Dictionary) -> Self {
        let text = |code: usize| match dictionary {
            Dictionary::Text(texts) => texts.get(index(code)).unwrap_or_default().into(),
            Dictionary::Integer(_) => Arc::default(),
        };
        // Only a forged file has no organization; then no row has the one named here.
        let last = dictionary.len() - 1;
        Self { first: text(last.min(1)), last: text(last) }
    }
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
            organizations: OrganizationBounds::of(&heap.dimension(Dimension::OrganizationId).dictionary),
            dimensions: std::array::from_fn(|at| {
                DimensionStats::of(&heap.dimensions[at].dictionary, &heap.dimensions[at].codes)
            }),
        }
    }
}

impl DimensionStats {
    /// Counts anew from the columns.
    pub(super) fn of(dictionary: &Dictionary, codes: &DimensionCodes) -> Self {
        Self { distinct: index(dictionary.len() - 1), nulls: codes.count_nulls() }
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
