//! A fetch, checked: names resolved, instants in milliseconds, the zone known.

use crate::request::Filter;
use crate::time::{Granularity, Zone};
use gristmill_storage::event::Source;
use gristmill_storage::schema::{Column, Dimension};

/// A checked fetch. It is data only: an executable plan is made from it for one snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetch {
    /// The one organization that is asked about.
    pub organization: String,
    /// The vendor, or all of them.
    pub vendor: Option<String>,
    /// The sources that count, in the order of [`Source::ALL`]; never empty.
    pub sources: Vec<Source>,
    /// Which instants count.
    pub interval: Interval,
    /// The zone whose wall clock decides the buckets: that of the granularity, else that of the interval.
    pub zone: Zone,
    /// How long a bucket is.
    pub granularity: Granularity,
    /// What makes a group within a bucket; no dimension stands twice.
    pub group_by: Vec<Dimension>,
    /// The columns of figures, in the order asked; names are distinct, and none is that of a grouped dimension or
    /// `timestamp`. Never empty.
    pub metrics: Vec<Metric>,
    /// Which rows count.
    pub filter: Filter,
    /// The order asked for, before the default order; empty when none was.
    pub order_by: Vec<OrderBy>,
    /// How many rows of the ordered answer to give, at least 1.
    pub limit: Option<u64>,
    /// Whether buckets without a row appear in an answer without groups.
    pub empty_buckets: EmptyBuckets,
    /// Whether an answer without the events of damaged segments will do; it then says what is missing.
    pub allow_partial: bool,
}

/// The instants from `start` on and before `end`, in milliseconds since 1970-01-01T00:00:00Z; `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first instant.
    pub start: i64,
    /// The first instant that is out again.
    pub end: i64,
}

/// One column of figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name in the answer.
    pub name: String,
    /// What it tells.
    pub aggregation: Aggregation,
}

/// What a column of figures tells of the rows of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregation {
    /// Rows.
    Count,
    /// Sum of the values; 0.0 where none is there.
    Sum,
    /// Sum of the values over their number; null where none is there.
    Avg,
    /// The smallest value; null where none is there.
    Min,
    /// The largest value; null where none is there.
    Max,
    /// How many distinct values of the dimension; null is none of them. Exact.
    Uniq(Dimension),
}

/// One key of the order of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// The column of the answer.
    pub column: OrderColumn,
    /// Which end comes first; null is first in ascending order and last in descending.
    pub direction: Direction,
}

/// A column of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderColumn {
    /// The bucket's start.
    Timestamp,
    /// A position in [`Fetch::group_by`].
    Group(usize),
    /// A position in [`Fetch::metrics`].
    Metric(usize),
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// Whether buckets without a row appear in an answer without groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EmptyBuckets {
    /// They do.
    #[default]
    Fill,
    /// They do not.
    Skip,
}

/// The name of an answer's first column.
pub const TIMESTAMP_FIELD: &str = Column::TIMESTAMP;
