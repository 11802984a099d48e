//! Merging rows of many segments into new ones, column by column.
//!
//! What is sorted stays sorted: dictionaries are merged as sorted lists, runs by their timestamps, and codes are looked
//! up in a table; no value is hashed. A column of the sources is read once and let go of before the next, so that the
//! memory it takes is that of the segments made.

mod column;
mod order;
mod unite;

#[cfg(test)]
mod tests;

use super::heap::{HeapDimension, HeapSegment};
use super::{Dictionary, Run, RunTable, Segment, SegmentError, Values};
use crate::schema::{Column, Dimension};
use order::Arrangement;
use std::ops::Range;
use std::sync::Arc;

/// The rows that make a new segment: those of some organizations within some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Sorted by their bytes; none stands twice.
    pub(crate) organizations: Vec<Arc<str>>,
    /// Milliseconds.
    pub(crate) time: Range<i64>,
}

/// New segments in the making: the order of their rows is known, and their columns are merged one by one, by as many
/// threads as one likes.
#[derive(Debug)]
pub(crate) struct Merge<'s> {
    sources: &'s [Arc<Segment>],
    /// One a new segment.
    arrangements: Vec<Arrangement>,
}

/// One column of every new segment.
#[derive(Debug)]
pub(crate) struct MergedColumn(Merged);

#[derive(Debug)]
enum Merged {
    /// They gave the rows their order, and are there.
    Timestamps,
    Values(Vec<Values>),
    Dimension(Dimension, Vec<HeapDimension>),
}

impl<'s> Merge<'s> {
    /// Finds the rows of each selection, and their order: within an organization and vendor by time, and those of one
    /// instant by the order of the sources. Each selection must have a row.
    pub(crate) fn new(sources: &'s [Arc<Segment>], selections: &[Selection]) -> Result<Self, SegmentError> {
        Ok(Self { sources, arrangements: order::arrange(sources, selections)? })
    }

    /// Merges one column.
    pub(crate) fn column(&self, column: Column) -> Result<MergedColumn, SegmentError> {
        let Self { sources, arrangements } = self;
        Ok(MergedColumn(match column {
            Column::Timestamp => Merged::Timestamps,
            Column::Value => Merged::Values(column::values(sources, arrangements)?),
            Column::Dimension(dimension) => {
                Merged::Dimension(dimension, column::dimension(dimension, sources, arrangements)?)
            }
        }))
    }

    /// The segments, in the order of their selections, from all columns in any order.
    pub(crate) fn finish(
        self,
        columns: impl IntoIterator<Item = MergedColumn>,
    ) -> Result<Vec<Segment>, SegmentError> {
        let mut dimensions: Vec<Vec<Option<HeapDimension>>> =
            self.arrangements.iter().map(|_| vec![None; Dimension::COUNT]).collect();
        let mut values = Vec::new();
        for column in columns {
            match column.0 {
                Merged::Timestamps => {}
                Merged::Values(merged) => values = merged,
                Merged::Dimension(dimension, merged) => {
                    for (segment, merged) in dimensions.iter_mut().zip(merged) {
                        segment[dimension as usize] = Some(merged);
                    }
                }
            }
        }
        let parts = self.arrangements.into_iter().zip(values).zip(dimensions);
        parts.map(|((arrangement, values), dimensions)| segment(arrangement, values, dimensions)).collect()
    }
}

fn segment(
    arrangement: Arrangement,
    values: Values,
    dimensions: Vec<Option<HeapDimension>>,
) -> Result<Segment, SegmentError> {
    let dimensions: Vec<HeapDimension> = dimensions.into_iter().flatten().collect();
    let Arrangement { tenants, timestamps, .. } = arrangement;
    if tenants.is_empty() || dimensions.len() < Dimension::COUNT {
        return Err(SegmentError::Empty);
    }
    let code = |dimension: Dimension, text: &str| match &*dimensions[dimension as usize].dictionary {
        Dictionary::Text(texts) => texts.find(text).unwrap_or_default(),
        Dictionary::Integer(_) => 0,
    };
    let run = |tenant: order::Tenant| {
        let codes =
            (code(Dimension::OrganizationId, &tenant.organization), code(Dimension::Vendor, &tenant.vendor));
        Run::of(codes, tenant.rows, &timestamps, &values)
    };
    let runs = tenants.into_iter().map(run).collect();
    Ok(Segment::on_heap(HeapSegment {
        runs: Arc::new(RunTable { runs }),
        timestamps: Arc::new(timestamps),
        values: Arc::new(values),
        dimensions,
    }))
}
