//! The request: its JSON as received (`json`), and the checks (`check`) that make a [`Fetch`] of it.
//!
//! The language is described in `docs/query.md`.

mod builder;
mod check;
mod context;
mod delete;
mod error;
mod fetch;
mod filter;
mod json;
mod limits;
mod names;
mod number;
pub mod words;

pub use builder::FetchBuilder;
pub use check::compile_regex;
pub use context::FetchContext;
pub use delete::Delete;
pub use error::{FetchError, FetchErrorKind};
pub use fetch::{
    Aggregation, Direction, Distinct, EmptyBuckets, Estimator, Fetch, GroupValues, Interval, Metric, OrderBy,
    OrderColumn, TIMESTAMP_FIELD,
};
pub use filter::{Bound, Filter, Having, InstantTest, Like, Limit, Limits, NumberTest, Test};
pub use limits::RequestLimits;

#[cfg(test)]
mod tests;
