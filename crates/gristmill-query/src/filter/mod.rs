//! Filters: a test on a value is written once, asked once per dictionary entry, and becomes a set of rows.

mod alphanumeric;
mod bind;
mod code_set;
mod compile;
mod kernel;
mod leaf;
mod like;
mod matcher;
mod row_set;
mod same_value;
mod select;

pub(crate) use bind::{Bound, bind};
pub(crate) use compile::Compiled;
pub(crate) use kernel::{masked_sum_i16, masked_sum_i32, masked_sum_i64};
pub(crate) use matcher::{Matcher, NumberMatcher};
pub(crate) use row_set::{RowSet, Words};
pub(crate) use select::select;
