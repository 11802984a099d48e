//! The run table: where the rows of one (organization, vendor) lie.

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

    /// The runs of one organization, by its code.
    pub fn of_organization(&self, organization: u32) -> &[Run] {
        let start = self.runs.partition_point(|run| run.organization < organization);
        let end = self.runs.partition_point(|run| run.organization <= organization);
        &self.runs[start..end]
    }
}
