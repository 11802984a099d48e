//! The words of a request, for those who describe the language: out of the tables that requests are checked by.
//!
//! Dimensions are in [`Dimension`](gristmill_storage::schema::Dimension), granularities in
//! [`Granularity`](crate::time::Granularity), sources in [`Source`](gristmill_storage::event::Source).

use super::check;

/// The keys of a fetch.
pub fn fetch_keys() -> impl Iterator<Item = &'static str> {
    check::KEYS.into_iter()
}

/// The keys of a deletion.
pub fn delete_keys() -> impl Iterator<Item = &'static str> {
    check::DELETE_KEYS.into_iter()
}

/// The names in `aggregations`.
pub fn aggregations() -> impl Iterator<Item = String> {
    check::aggregations()
}

/// The types of objects in `aggregations`.
pub fn aggregation_types() -> impl Iterator<Item = &'static str> {
    check::aggregation_types()
}

/// What a variance may be of: `estimator` of an aggregation.
pub fn estimators() -> impl Iterator<Item = &'static str> {
    check::ESTIMATORS.into_iter().map(first)
}

/// The types of filters.
pub fn filter_types() -> impl Iterator<Item = &'static str> {
    check::FILTER_TYPES.into_iter()
}

/// How the filter `bound` may compare: its `ordering`.
pub fn orderings() -> impl Iterator<Item = &'static str> {
    check::orderings()
}

/// As what the filters `equals` and `range` may take values: `matchValueType`.
pub fn value_types() -> impl Iterator<Item = &'static str> {
    check::VALUE_TYPES.into_iter().map(first)
}

/// The directions of `order_by`.
pub fn directions() -> impl Iterator<Item = &'static str> {
    check::DIRECTIONS.into_iter().map(first)
}

/// What may become of buckets without events: `empty_buckets`.
pub fn empty_buckets() -> impl Iterator<Item = &'static str> {
    check::EMPTY_BUCKETS.into_iter().map(first)
}

fn first<T>((name, _): (&'static str, T)) -> &'static str {
    name
}
