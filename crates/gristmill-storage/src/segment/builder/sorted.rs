//! Rows in order, from which segments are cut.

use super::dimension::{SortedDimension, Taken};
use super::metrics::Metrics;
use super::tenants::RowOrder;
use crate::schema::Dimension;
use crate::segment::heap::HeapSegment;
use crate::segment::index::index;
use crate::segment::{Run, RunTable, Segment};
use std::ops::Range;
use std::sync::Arc;

/// The rows of a builder in order. Any range of them within one part is a segment.
#[derive(Debug)]
pub(crate) struct SortedBuilder {
    pub(super) dimensions: Vec<SortedDimension>,
    pub(super) metrics: Metrics,
    pub(super) order: RowOrder,
}

impl SortedBuilder {
    /// All rows, which is a part where there is one only.
    pub(crate) fn all(&self) -> Range<u32> {
        0..index(self.order.rows.len())
    }

    /// The rows of each part, in the order of the parts.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Range<u32>> {
        self.order.part_ends.iter().scan(0, |start, &end| {
            let part = *start..end;
            *start = end;
            Some(part)
        })
    }

    /// A segment of some rows of one part, at least one. It costs a look at each distinct value of all rows, and two at
    /// each of its own.
    pub(crate) fn segment(&self, rows: &Range<u32>) -> Segment {
        let order = &self.order.rows[rows.start as usize..rows.end as usize];
        let taken: Vec<Taken> = self.dimensions.iter().map(|dimension| dimension.take(order)).collect();
        let name = |dimension: Dimension, code: u32| taken[dimension as usize].names[code as usize];
        let (timestamps, values) = self.metrics.take(order);
        let runs = self
            .runs_within(rows)
            .map(|((organization, vendor), own)| {
                let tenant = (name(Dimension::OrganizationId, organization), name(Dimension::Vendor, vendor));
                Run::of(tenant, own, &timestamps, &values)
            })
            .collect();
        Segment::on_heap(HeapSegment {
            runs: Arc::new(RunTable { runs }),
            timestamps: Arc::new(timestamps),
            values: Arc::new(values),
            dimensions: taken.into_iter().map(|taken| taken.dimension).collect(),
        })
    }

    /// The runs that have some of these rows, each with its own of them, counted from the first.
    fn runs_within(&self, rows: &Range<u32>) -> impl Iterator<Item = ((u32, u32), Range<u32>)> {
        let runs = &self.order.runs;
        let first = runs.partition_point(|(_, run)| run.end <= rows.start);
        let within = runs[first..].iter().take_while(|(_, run)| run.start < rows.end);
        within.map(|(tenant, run)| {
            (*tenant, run.start.max(rows.start) - rows.start..run.end.min(rows.end) - rows.start)
        })
    }
}
