//! What a plan needs of events that are no segment yet.

use super::state::StateKind;
use crate::filter::{Compiled, Matcher};
use crate::plan::Plan;
use crate::request::Distinct;
use crate::time::Granularity;
use gristmill_storage::schema::{Column, Dimension, Kind};
use gristmill_storage::segment::{RowRequest, RowTest};
use std::ops::Range;

/// What a plan needs: every column that is read of a segment by [`super::prepare::prepare`], and the tests that every
/// event must pass.
pub(super) fn request<'p>(plan: &'p Plan<'_>, stopped: &'p (dyn Fn() -> bool + Sync)) -> RowRequest<'p> {
    let fetch = plan.fetch;
    let mut request = RowRequest {
        organization: &fetch.organization,
        vendor: fetch.vendor.as_deref(),
        time: fetch.interval.start..fetch.interval.end,
        columns: columns(plan),
        tests: Vec::new(),
        stopped,
    };
    match &plan.filter {
        Compiled::And(fields) => fields.iter().for_each(|field| demand(field, &mut request)),
        field => demand(field, &mut request),
    }
    request
}

/// Has every event pass a filter, where that can be told of one column alone.
fn demand<'p>(filter: &'p Compiled, request: &mut RowRequest<'p>) {
    match filter {
        Compiled::Dimension(dimension, matcher) if dimension.kind() != Kind::Integer => {
            request.tests.push(RowTest {
                dimension: *dimension,
                values: values(matcher),
                accepts: Box::new(|text| matcher.matches(text)),
            });
        }
        Compiled::Timestamp(ranges) => {
            let time = &mut request.time;
            if let (Some(first), Some(last)) = (ranges.first(), ranges.last()) {
                *time = Range { start: time.start.max(first.start), end: time.end.min(last.end) };
            }
        }
        // The segment is asked.
        Compiled::True
        | Compiled::False
        | Compiled::And(_)
        | Compiled::Or(_)
        | Compiled::Not(_)
        | Compiled::Dimension(..)
        | Compiled::Value(_)
        | Compiled::SameValue(_) => {}
    }
}

/// The only values that match, where there are such.
fn values(matcher: &Matcher) -> Option<Vec<&str>> {
    match matcher {
        Matcher::Texts { texts, null: false } => Some(texts.iter().map(String::as_str).collect()),
        _ => None,
    }
}

fn columns(plan: &Plan<'_>) -> Vec<Column> {
    let mut columns = Vec::new();
    if plan.needs.values() {
        columns.push(Column::Value);
    }
    if plan.fetch.granularity != Granularity::All {
        columns.push(Column::Timestamp);
    }
    let distinct = plan.needs.uniq.iter().flat_map(Distinct::dimensions);
    columns.extend(plan.fetch.group_by.iter().chain(distinct).copied().map(Column::Dimension));
    for state in &plan.needs.states {
        match state {
            StateKind::Moments | StateKind::Quantiles => columns.push(Column::Value),
            StateKind::Edge { .. } => columns.extend([Column::Value, Column::Timestamp]),
            StateKind::Theta(dimensions) => add(&mut columns, dimensions),
        }
    }
    of_filter(&plan.filter, &mut columns);
    let place = |column: &Column| Column::all().position(|known| known == *column);
    columns.sort_by_key(place);
    columns.dedup();
    columns
}

fn of_filter(filter: &Compiled, columns: &mut Vec<Column>) {
    match filter {
        Compiled::True | Compiled::False => {}
        Compiled::And(fields) | Compiled::Or(fields) => {
            fields.iter().for_each(|field| of_filter(field, columns));
        }
        Compiled::Not(field) => of_filter(field, columns),
        Compiled::Dimension(dimension, _) => columns.push(Column::Dimension(*dimension)),
        Compiled::Value(_) => columns.push(Column::Value),
        Compiled::Timestamp(_) => columns.push(Column::Timestamp),
        Compiled::SameValue(dimensions) => add(columns, dimensions),
    }
}

fn add(columns: &mut Vec<Column>, dimensions: &[Dimension]) {
    columns.extend(dimensions.iter().copied().map(Column::Dimension));
}
