//! Building a segment from rows in any order.

mod code_vec;
#[cfg(feature = "parquet")]
mod columns;
mod dimension;
mod interner;
mod metrics;
#[cfg(feature = "parquet")]
mod projected;
mod short_text;
mod sorted;
mod tenants;
#[cfg(test)]
mod tests;

use super::{Segment, SegmentError};
use crate::event::EventRow;
use crate::parallel;
use crate::schema::Dimension;
#[cfg(not(feature = "parquet"))]
use dimension::DimensionBuilder;
pub(super) use dimension::{MAX_LIST_VALUES, full};
pub(super) use interner::MAX_TEXT_BYTES;
use metrics::Metrics;
use std::ops::Range;
use tenants::Tenants;

pub(crate) use sorted::SortedBuilder;
#[cfg(feature = "parquet")]
pub(crate) use {
    columns::{BuiltColumn, DimensionRows},
    dimension::DimensionBuilder,
    metrics::ValueVec,
    projected::{ProjectedRows, Times},
};

/// The most rows a segment may have.
pub(super) const MAX_ROWS: usize = u32::MAX as usize;

/// Takes rows in any order and builds a [`Segment`] of them.
///
/// Values are kept once per column, so that a row costs a few bytes a column. After [`SegmentError::Full`] the builder
/// is as it was before the call.
#[derive(Debug)]
pub struct SegmentBuilder {
    /// Indexed by `Dimension as usize`.
    dimensions: Vec<DimensionBuilder>,
    tenants: Tenants,
    metrics: Metrics,
}

impl Default for SegmentBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl SegmentBuilder {
    /// A builder without a row.
    pub fn new() -> Self {
        Self {
            dimensions: Dimension::ALL.into_iter().map(DimensionBuilder::new).collect(),
            tenants: Tenants::new(),
            metrics: Metrics::default(),
        }
    }

    /// Makes room for so many more rows, besides their texts. Columns that grow step by step are copied at each step,
    /// and leave memory behind that nothing else may fit in.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.dimensions.iter_mut().for_each(|dimension| dimension.reserve(rows));
        self.tenants.reserve(rows);
        self.metrics.reserve(rows);
    }

    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.metrics.len()
    }

    /// Whether it holds no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes reserved on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.dimensions.iter().map(DimensionBuilder::heap_bytes).sum::<usize>()
            + self.tenants.heap_bytes()
            + self.metrics.heap_bytes()
    }

    /// Takes one row.
    pub fn push(&mut self, row: &EventRow<'_>) -> Result<(), SegmentError> {
        self.check_rows(1)?;
        self.dimensions.iter().try_for_each(|dimension| dimension.check_row(row))?;
        let mut codes = [0; Dimension::COUNT];
        for (dimension, code) in self.dimensions.iter_mut().zip(&mut codes) {
            *code = dimension.push(row);
        }
        self.tenants.push(codes[Dimension::OrganizationId as usize], codes[Dimension::Vendor as usize]);
        self.metrics.push(row.timestamp.millis(), row.value);
        Ok(())
    }

    /// Takes every event of a segment, in its order.
    pub fn push_segment(&mut self, segment: &Segment) -> Result<(), SegmentError> {
        self.push_rows(segment, &segment.alive().stretches(0..segment.meta().rows))
    }

    /// Takes some rows of a segment, in the order given; all of them must be below the number of its rows.
    ///
    /// It costs a look at each distinct value and a few bytes a row. [`SegmentError::Full`] where the values of the
    /// whole segment might not fit; an empty builder has room for any.
    pub(crate) fn push_rows(&mut self, segment: &Segment, rows: &[Range<u32>]) -> Result<(), SegmentError> {
        let parts = segment.to_heap()?;
        self.check_rows(rows.iter().map(ExactSizeIterator::len).sum())?;
        self.dimensions
            .iter()
            .zip(&parts.dimensions)
            .try_for_each(|(own, part)| own.check_segment(&part.dictionary, &part.codes))?;
        let rows: Vec<Range<usize>> =
            rows.iter().map(|rows| rows.start as usize..rows.end as usize).collect();
        for (own, part) in self.dimensions.iter_mut().zip(&parts.dimensions) {
            own.extend(&part.dictionary, &part.codes, &rows);
        }
        self.extend_tenants();
        self.metrics.extend(&parts.timestamps, &parts.values, &rows);
        Ok(())
    }

    /// Tells the tenants of the rows that are new in the columns.
    fn extend_tenants(&mut self) {
        let codes = |dimension: Dimension| self.dimensions[dimension as usize].codes();
        self.tenants.extend(codes(Dimension::OrganizationId), codes(Dimension::Vendor));
    }

    /// Takes every row of another builder, in its order. It costs a look at each distinct value and a few bytes a row.
    ///
    /// [`SegmentError::Full`] where the values of both might not fit; an empty builder has room for any.
    pub fn append(&mut self, other: &Self) -> Result<(), SegmentError> {
        self.check_rows(other.len())?;
        self.dimensions.iter().zip(&other.dimensions).try_for_each(|(own, other)| own.check_other(other))?;
        for (own, other) in self.dimensions.iter_mut().zip(&other.dimensions) {
            own.append(other);
        }
        let codes = |dimension: Dimension| self.dimensions[dimension as usize].codes();
        self.tenants.append(&other.tenants, codes(Dimension::OrganizationId), codes(Dimension::Vendor));
        self.metrics.append(&other.metrics);
        Ok(())
    }

    /// The timestamps so far, in milliseconds, in the order of arrival.
    pub(crate) fn timestamps(&self) -> &[i64] {
        self.metrics.timestamps()
    }

    /// Sorts what it holds into a segment; [`SegmentError::Empty`] without a row.
    pub fn build(self) -> Result<Segment, SegmentError> {
        if self.is_empty() {
            return Err(SegmentError::Empty);
        }
        let sorted = self.sort(1, 1, |_| 0);
        Ok(sorted.segment(&sorted.all()))
    }

    /// Sorts what it holds by part and, within each, as a segment has it. `part` gives each timestamp the number of its
    /// part, below `parts`. Dictionaries are sorted on so many threads.
    pub(crate) fn sort(self, threads: usize, parts: usize, part: impl FnMut(i64) -> u32) -> SortedBuilder {
        let dimensions = parallel::map(threads, self.dimensions, DimensionBuilder::sort);
        let order = self.tenants.order(
            dimensions[Dimension::OrganizationId as usize].ranks(),
            dimensions[Dimension::Vendor as usize].ranks(),
            self.metrics.timestamps(),
            parts,
            part,
        );
        SortedBuilder { dimensions, metrics: self.metrics, order }
    }

    fn check_rows(&self, more: usize) -> Result<(), SegmentError> {
        if more > MAX_ROWS - self.len() { Err(full("rows", MAX_ROWS)) } else { Ok(()) }
    }
}
