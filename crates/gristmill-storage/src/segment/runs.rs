//! The run table: where the rows of one (organization, vendor) lie.

use super::{Timestamps, Values};
use std::ops::Range;

/// The rows of one organization and vendor: a range of rows, in which timestamps never fall.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Code in the segment's dictionary of `organization_id`.
    pub organization: u32,
    /// Code in the segment's dictionary of `vendor`.
    pub vendor: u32,
    /// The rows.
    pub rows: Range<u32>,
    /// The first timestamp, in milliseconds.
    pub min_time: i64,
    /// The last timestamp, in milliseconds.
    pub max_time: i64,
    /// What is known of `value` in these rows.
    pub values: ValueStats,
}

impl Run {
    /// The run of some rows, at least one, with its bounds and statistics counted from the columns.
    pub(super) fn of(
        (organization, vendor): (u32, u32),
        rows: Range<u32>,
        timestamps: &Timestamps,
        values: &Values,
    ) -> Self {
        let (min_time, max_time) =
            (timestamps.get(rows.start as usize), timestamps.get(rows.end as usize - 1));
        let values = ValueStats::of(values, rows.clone());
        Self { organization, vendor, rows, min_time, max_time, values }
    }
}

/// What is known of `value` over some rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueStats {
    /// Rows whose value is not null.
    pub count: u32,
    /// The smallest value; meaningless where `count` is 0.
    pub min: f64,
    /// The largest value; meaningless where `count` is 0.
    pub max: f64,
}

impl ValueStats {
    /// The statistics of no value at all.
    pub const NONE: Self = Self { count: 0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    /// The statistics of two sets of rows together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// Counts the values in some rows.
    pub(super) fn of(values: &Values, rows: Range<u32>) -> Self {
        rows.filter_map(|row| values.get(row as usize))
            .fold(Self::NONE, |stats, value| stats.and(Self { count: 1, min: value, max: value }))
    }
}

/// Every run of a segment, sorted by (organization, vendor); their row ranges follow one another without a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunTable {
    pub(crate) runs: Vec<Run>,
}

impl RunTable {
    /// Every run.
    pub fn all(&self) -> &[Run] {
        &self.runs
    }

    /// Bytes of all runs.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.runs)
    }

    /// The runs of one organization, by its code.
    pub fn of_organization(&self, organization: u32) -> &[Run] {
        let start = self.runs.partition_point(|run| run.organization < organization);
        let end = self.runs.partition_point(|run| run.organization <= organization);
        &self.runs[start..end]
    }
}
