//! The parts of a segment that lies on the heap as a whole.

use super::cache::HeapBytes;
use super::{Dictionary, DimensionCodes, RunTable, Timestamps, Values};
use crate::schema::Dimension;
use std::sync::Arc;

/// Every part of a segment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeapSegment {
    pub(super) runs: Arc<RunTable>,
    pub(super) timestamps: Arc<Timestamps>,
    pub(super) values: Arc<Values>,
    /// Indexed by `Dimension as usize`.
    pub(super) dimensions: Vec<HeapDimension>,
}

/// The parts of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeapDimension {
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) codes: Arc<DimensionCodes>,
}

impl HeapBytes for HeapSegment {
    fn heap_bytes(&self) -> usize {
        let dimensions = self.dimensions.iter();
        self.runs.heap_bytes()
            + self.timestamps.heap_bytes()
            + self.values.heap_bytes()
            + dimensions.map(|d| d.dictionary.heap_bytes() + d.codes.heap_bytes()).sum::<usize>()
    }
}

impl HeapSegment {
    /// The parts of one dimension.
    pub(super) fn dimension(&self, dimension: Dimension) -> &HeapDimension {
        &self.dimensions[dimension as usize]
    }
}
