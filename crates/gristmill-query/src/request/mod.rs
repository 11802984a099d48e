//! The request: as received (wire), and checked.

mod fetch;
mod filter;

pub use fetch::{
    Aggregation, Direction, EmptyBuckets, Fetch, Interval, Metric, OrderBy, OrderColumn, TIMESTAMP_FIELD,
};
pub use filter::{Bound, Filter, InstantTest, Like, Limit, Limits, NumberTest, Test};
