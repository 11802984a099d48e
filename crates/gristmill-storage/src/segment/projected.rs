//! The parts of a segment of which some columns only were read.

use super::cache::HeapBytes;
use super::heap::HeapDimension;
use super::{DimensionStats, OrganizationBounds, RunTable, SegmentError, SegmentMeta, Timestamps, Values};
use crate::schema::{Column, Dimension};
use std::sync::Arc;

/// Some columns of events of one organization.
#[derive(Debug)]
pub(super) struct ProjectedSegment {
    pub(super) organization: Arc<str>,
    pub(super) rows: u32,
    /// All of the organization; their vendors mean nothing.
    pub(super) runs: Arc<RunTable>,
    pub(super) timestamps: Option<Arc<Timestamps>>,
    pub(super) values: Option<Arc<Values>>,
    /// Indexed by `Dimension as usize`; `organization_id` is there.
    pub(super) dimensions: [Option<HeapDimension>; Dimension::COUNT],
}

impl ProjectedSegment {
    pub(super) fn timestamps(&self) -> Result<Arc<Timestamps>, SegmentError> {
        self.timestamps.clone().ok_or_else(|| not_read(Column::Timestamp))
    }

    pub(super) fn values(&self) -> Result<Arc<Values>, SegmentError> {
        self.values.clone().ok_or_else(|| not_read(Column::Value))
    }

    pub(super) fn dimension(&self, dimension: Dimension) -> Result<&HeapDimension, SegmentError> {
        self.dimensions[dimension as usize].as_ref().ok_or_else(|| not_read(Column::Dimension(dimension)))
    }

    /// What is known of it. The bounds of time are those of the runs; nothing is known of columns that were not read.
    pub(super) fn meta(&self) -> SegmentMeta {
        let (min_time, max_time) = self.runs.time_bounds();
        let stats = |dimension: &HeapDimension| DimensionStats::of(&dimension.dictionary, &dimension.codes);
        SegmentMeta {
            id: None,
            rows: self.rows,
            min_time,
            max_time,
            values: self.runs.values(),
            organizations: OrganizationBounds {
                first: Arc::clone(&self.organization),
                last: Arc::clone(&self.organization),
            },
            dimensions: std::array::from_fn(|at| self.dimensions[at].as_ref().map(stats).unwrap_or_default()),
        }
    }
}

fn not_read(column: Column) -> SegmentError {
    SegmentError::NotRead { column: column.name() }
}

impl HeapBytes for ProjectedSegment {
    fn heap_bytes(&self) -> usize {
        let dimensions = self.dimensions.iter().flatten();
        self.runs.heap_bytes()
            + self.timestamps.as_ref().map_or(0, |timestamps| timestamps.heap_bytes())
            + self.values.as_ref().map_or(0, |values| values.heap_bytes())
            + dimensions.map(|d| d.dictionary.heap_bytes() + d.codes.heap_bytes()).sum::<usize>()
    }
}
