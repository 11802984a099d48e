//! A fetch, checked: names resolved, instants in milliseconds, the zone known.

use crate::request::{Filter, Having, Test};
use crate::time::{Granularity, Zone};
use gristmill_storage::Timestamp;
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
    /// Which values of `properties` make groups, where it is among [`Fetch::group_by`].
    pub group_values: GroupValues,
    /// The columns of figures, in the order asked; names are distinct, and none is that of a grouped dimension or
    /// `timestamp`. Never empty.
    pub metrics: Vec<Metric>,
    /// Which rows count.
    pub filter: Filter,
    /// The order asked for, before the default order; empty when none was.
    pub order_by: Vec<OrderBy>,
    /// Which rows of the answer are given.
    pub having: Having,
    /// How many rows of each bucket to give, the first ones in the order of the answer; at least 1.
    pub limit_per_bucket: Option<u64>,
    /// How many rows of the ordered answer to leave out first.
    pub offset: u64,
    /// How many rows of the ordered answer to give then, at least 1.
    pub limit: Option<u64>,
    /// Whether buckets without a row appear in an answer without groups.
    pub empty_buckets: EmptyBuckets,
    /// Whether an answer without the events of damaged segments will do; it then says what is missing.
    pub allow_partial: bool,
}

impl Fetch {
    /// The filters that figures have of their own, each once, in the order of the figures.
    pub(crate) fn filters_of_metrics(&self) -> Vec<&Filter> {
        let mut filters: Vec<&Filter> = Vec::new();
        for metric in self.metrics.iter().filter(|metric| metric.filter != Filter::True) {
            if !filters.contains(&&metric.filter) {
                filters.push(&metric.filter);
            }
        }
        filters
    }
}

/// The instants from `start` on and before `end`, in milliseconds since 1970-01-01T00:00:00Z; `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first instant.
    pub start: i64,
    /// The first instant that is out again.
    pub end: i64,
}

impl Interval {
    /// All instants that an event can have.
    pub const ALL: Self = Self { start: Timestamp::MIN.0, end: Timestamp::MAX.0 + 1 };
}

/// Which values of a dimension with several values make groups. A row that is left with none is in no group.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum GroupValues {
    /// All of them.
    #[default]
    All,
    /// Those that match.
    Matching(Test),
    /// Those that do not match; null is one of them unless it matches.
    Others(Test),
}

/// One column of figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name in the answer.
    pub name: String,
    /// What it tells.
    pub aggregation: Aggregation,
    /// Which rows of those that match the fetch it tells of; [`Filter::True`] for all.
    pub filter: Filter,
}

impl Metric {
    /// A column of figures about all rows of each group.
    pub fn new(name: impl Into<String>, aggregation: Aggregation) -> Self {
        Self { name: name.into(), aggregation, filter: Filter::True }
    }
}

/// What a column of figures tells of the rows of a group.
#[derive(Clone, Debug, PartialEq)]
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
    /// How many distinct values or combinations. Exact.
    Uniq(Distinct),
    /// About how many distinct values of these dimensions together, at least one; null is none of them. Exact up to 4,096;
    /// beyond, the relative standard error is 1.6 %. A group takes up to 64 KiB.
    ApproxUniq(Vec<Dimension>),
    /// The value at a fraction from 0 to 1 of all values in order, cut towards 0 by less than one part in 256; null where
    /// none is there.
    Quantile(f64),
    /// The variance of the values, exact but for two roundings; null where there are too few, or one from 2^450 on.
    Variance(Estimator),
    /// The square root of the variance.
    StdDev(Estimator),
    /// The value of the earliest event that has one, the smallest of those at the same instant.
    First,
    /// The value of the latest event that has one, the largest of those at the same instant.
    Last,
}

/// What a variance is the variance of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Of what the values are a sample of: over their number less one.
    Sample,
    /// Of the values themselves: over their number.
    Population,
}

/// What is told apart to be counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Distinct {
    /// The values of these dimensions together, at least one, by their texts; null is none of them.
    Values(Vec<Dimension>),
    /// The combinations of the values of these dimensions, at least one, in which null is a value. A row with several
    /// values of one dimension has a combination for each.
    Rows(Vec<Dimension>),
}

impl Distinct {
    /// The dimensions.
    pub fn dimensions(&self) -> &[Dimension] {
        match self {
            Self::Values(dimensions) | Self::Rows(dimensions) => dimensions,
        }
    }
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
