//! Building a segment from rows in any order.

mod code_vec;
#[cfg(feature = "parquet")]
mod columns;
mod dimension;
mod interner;
mod metrics;
mod short_text;
mod sorted;
mod tenants;
#[cfg(test)]
mod tests;

use super::{Segment, SegmentError};
use crate::event::EventRow;
use crate::schema::Dimension;
use dimension::{DimensionBuilder, SortedDimension};
pub(super) use dimension::{MAX_LIST_VALUES, full};
pub(super) use interner::MAX_TEXT_BYTES;
use metrics::Metrics;
use std::ops::Range;
use tenants::Tenants;

#[cfg(feature = "parquet")]
pub(crate) use columns::{ColumnBatch, DimensionColumn};
pub(crate) use sorted::SortedBuilder;

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
            metrics: Metrics::new(),
        }
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

    /// Takes every row of a segment, in its order.
    pub fn push_segment(&mut self, segment: &Segment) -> Result<(), SegmentError> {
        let all = 0..segment.meta().rows;
        self.push_rows(segment, std::slice::from_ref(&all))
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
        let codes = |dimension: Dimension| self.dimensions[dimension as usize].codes();
        self.tenants.extend(codes(Dimension::OrganizationId), codes(Dimension::Vendor));
        self.metrics.extend(&parts.timestamps, &parts.values, &rows);
        Ok(())
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

    /// Takes rows that come as columns. It costs a look at each entry of the dictionaries and a few bytes a row.
    #[cfg(feature = "parquet")]
    pub(crate) fn push_columns(&mut self, batch: &ColumnBatch) -> Result<(), SegmentError> {
        self.check_rows(batch.timestamps.len())?;
        let columns = || self.dimensions.iter().zip(&batch.dimensions);
        columns().try_for_each(|(own, column)| own.check_column(column))?;
        for (own, column) in self.dimensions.iter_mut().zip(&batch.dimensions) {
            own.push_column(column);
        }
        let codes = |dimension: Dimension| self.dimensions[dimension as usize].codes();
        self.tenants.extend(codes(Dimension::OrganizationId), codes(Dimension::Vendor));
        self.metrics.push_columns(&batch.timestamps, &batch.values);
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
        let sorted = self.sort(1, |_| 0);
        Ok(sorted.segment(&sorted.all()))
    }

    /// Sorts what it holds by part and, within each, as a segment has it. `part` gives each timestamp the number of its
    /// part, below `parts`.
    pub(crate) fn sort(self, parts: usize, part: impl FnMut(i64) -> u32) -> SortedBuilder {
        let dimensions: Vec<SortedDimension> =
            self.dimensions.into_iter().map(DimensionBuilder::sort).collect();
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
