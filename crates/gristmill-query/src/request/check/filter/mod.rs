//! `filters`: which rows count.

mod bound;
mod column;
mod equality;
mod like;
mod ranges;
mod regex;
mod search;
mod tree;
mod value_type;

use crate::request::error::FetchError;
use crate::request::json::{Json, Object};
use crate::request::{Filter, Having, Metric, RequestLimits, Test};
use crate::time::Zone;
pub(in crate::request) use bound::orderings;
use column::Columns;
pub(super) use column::unknown_column;
use gristmill_storage::schema::Dimension;
use regex::RegexBudget;
pub use regex::compile_regex;
use tree::{Checker, Tree};
pub(in crate::request) use tree::{FilterBudget, TYPES};
pub(in crate::request) use value_type::NAMED as VALUE_TYPES;

/// The filter of a request; absent, null and `{}` let every row through.
pub(super) fn check(
    request: &Object<'_, '_>,
    zone: Zone,
    limits: &RequestLimits,
) -> Result<Filter, FetchError> {
    tree(request, "filters", Filter::True, Checker::new(zone, Columns::Events, limits))
}

/// A regular expression by itself.
pub(super) fn regex(json: &Json<'_, '_>, limits: &RequestLimits) -> Result<Test, FetchError> {
    regex::test(json, &mut RegexBudget::new(limits))
}

/// The filter of one column of figures; `{}` lets every row through.
pub(super) fn of_metric(
    json: &Json<'_, '_>,
    zone: Zone,
    limits: &RequestLimits,
) -> Result<Filter, FetchError> {
    if json.object(tree::EXPECTED)?.is_empty() {
        return Ok(Filter::True);
    }
    Checker::new(zone, Columns::Events, limits).filter(json, 1)
}

/// `having`: which rows of the answer are given; absent, null and `{}` let every row through.
pub(super) fn check_having(
    request: &Object<'_, '_>,
    zone: Zone,
    group_by: &[Dimension],
    metrics: &[Metric],
    limits: &RequestLimits,
) -> Result<Having, FetchError> {
    tree(request, "having", Having::True, Checker::new(zone, Columns::Answer(group_by, metrics), limits))
}

fn tree<T: Tree>(
    request: &Object<'_, '_>,
    key: &str,
    absent: T,
    mut checker: Checker<'_>,
) -> Result<T, FetchError> {
    match request.get(key) {
        Some(json) if !json.object(tree::EXPECTED)?.is_empty() => checker.filter(&json, 1),
        _ => Ok(absent),
    }
}
