//! The fetch language: request, plan, scan, group, merge, answer.
//!
//! | module | what it holds |
//! |---|---|
//! | [`request`] | a fetch as received, and checked |
//! | [`time`] | zones, granularities, buckets |
//! | `filter` | from a filter to a set of rows |
//! | `plan` | a fetch made executable |
//! | [`exec`] | scan, group, accumulate, merge |
//! | [`response`] | the answer and its order |
//!
//! This crate knows segments and nothing of files.

pub mod exec;
mod filter;
mod narrow;
mod plan;
pub mod request;
pub mod response;
pub mod time;
