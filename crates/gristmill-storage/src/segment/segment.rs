//! One immutable block of events.

use super::heap::HeapSegment;
use super::{
    Dictionary, DimensionCodes, Postings, RunTable, SegmentError, SegmentMeta, SegmentRows, Timestamps,
    Values,
};
use crate::event::EventRow;
use crate::schema::Dimension;
use std::sync::Arc;

/// An immutable block of events, sorted by (organization, vendor, timestamp), with ties in the order of arrival.
///
/// Where it lies, on the heap or in a file, shows in nothing but [`Segment::postings`] and in the errors: a part of
/// a heap segment is always there, a part in a file is read and verified at its first use.
#[derive(Debug)]
pub struct Segment {
    meta: SegmentMeta,
    parts: Parts,
}

/// Where the parts lie.
#[derive(Debug)]
enum Parts {
    Heap(Box<HeapSegment>),
}

impl Segment {
    pub(super) fn on_heap(heap: HeapSegment) -> Self {
        Self { meta: SegmentMeta::of(&heap), parts: Parts::Heap(Box::new(heap)) }
    }

    /// What is known without reading a column.
    pub fn meta(&self) -> &SegmentMeta {
        &self.meta
    }

    /// Where the rows of each (organization, vendor) lie.
    pub fn runs(&self) -> Result<Arc<RunTable>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.runs)),
        }
    }

    /// The distinct values of a dimension; each of them stands in a row.
    pub fn dictionary(&self, dimension: Dimension) -> Result<Arc<Dictionary>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.dimension(dimension).dictionary)),
        }
    }

    /// The codes of a dimension, row by row, all of them below the length of its dictionary.
    pub fn codes(&self, dimension: Dimension) -> Result<Arc<DimensionCodes>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.dimension(dimension).codes)),
        }
    }

    /// The timestamps, row by row.
    pub fn timestamps(&self) -> Result<Arc<Timestamps>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.timestamps)),
        }
    }

    /// The values, row by row.
    pub fn values(&self) -> Result<Arc<Values>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.values)),
        }
    }

    /// The rows of each code of a dimension; `None` where none are kept, as on the heap: scan the codes instead.
    pub fn postings(&self, _dimension: Dimension) -> Result<Option<Arc<Postings>>, SegmentError> {
        match &self.parts {
            Parts::Heap(_) => Ok(None),
        }
    }

    /// All columns at hand, for reading rows as events.
    pub fn rows(&self) -> Result<SegmentRows, SegmentError> {
        SegmentRows::of(self)
    }

    /// Calls `visit` with every event, in row order.
    pub fn for_each_row(&self, mut visit: impl FnMut(&EventRow<'_>)) -> Result<(), SegmentError> {
        let rows = self.rows()?;
        rows.iter().for_each(|row| visit(&row));
        Ok(())
    }

    /// Every part at once.
    pub(super) fn to_heap(&self) -> Result<HeapSegment, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(HeapSegment::clone(heap)),
        }
    }

    /// Bytes this segment keeps on the heap for as long as it lives; parts of a file are counted by their cache.
    pub fn heap_bytes(&self) -> usize {
        match &self.parts {
            Parts::Heap(heap) => heap.heap_bytes(),
        }
    }
}
