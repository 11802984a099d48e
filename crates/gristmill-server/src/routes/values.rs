//! Which values a dimension has: a fetch that groups by it.

use super::fetch::in_turn;
use crate::failure::Failure;
use crate::service::Service;
use crate::token::Right;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use gristmill::Store;
use gristmill::exec::Cancel;
use gristmill::request::{Direction, Fetch, Filter, GroupValues, Interval, Like, Test};
use gristmill::response::Cell;
use gristmill::schema::{Dimension, Kind};
use gristmill::time::Zone;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Values where the request does not say how many.
pub(crate) const USUAL_VALUES: u64 = 20;

/// The most values of one request: more of them are a query.
pub(crate) const MOST_VALUES: u64 = 1000;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    dimension: String,
    /// What the values start with.
    #[serde(default)]
    prefix: String,
    limit: Option<u64>,
    vendor: Option<String>,
    /// Instants as in a query, in UTC where they have no offset.
    start: Option<String>,
    end: Option<String>,
}

/// The values of a dimension that start with a text, those of most events first.
pub(super) async fn values(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    let Path(organization) = organization?;
    let access = service.access(&headers)?;
    access.check(Right::Fetch, &organization)?;
    let Query(wanted) = wanted?;
    let dimension = Dimension::from_name(&wanted.dimension).ok_or_else(|| unknown(&wanted.dimension))?;
    let limit = wanted.limit.unwrap_or(USUAL_VALUES);
    if !(1..=MOST_VALUES).contains(&limit) {
        let message = format!("expected a limit from 1 to {MOST_VALUES}, found {limit}");
        return Err(Failure::bad_request(message).at("limit"));
    }
    let fetch = fetch(organization, dimension, limit, wanted)?;
    let found = in_turn(service, move |store, cancel| find(store, cancel, &fetch, limit)).await?;
    Ok(Json(found))
}

fn unknown(name: &str) -> Failure {
    let known = Dimension::ALL.map(Dimension::name).join(", ");
    Failure::bad_request(format!("unknown dimension {name:?}; expected one of {known}")).at("dimension")
}

/// The fetch that finds the values, and one more, so that it shows whether there are more.
fn fetch(organization: String, dimension: Dimension, limit: u64, wanted: Wanted) -> Result<Fetch, Failure> {
    let Interval { start, end } = Interval::ALL;
    let interval =
        Interval { start: instant("start", wanted.start, start)?, end: instant("end", wanted.end, end)? };
    let mut fetch = Fetch::builder(organization, interval)
        .group_by(dimension)
        .metric_named("count")
        .order_by("count", Direction::Descending)
        .limit(limit + 1);
    if let Some(vendor) = wanted.vendor {
        fetch = fetch.vendor(vendor);
    }
    if !wanted.prefix.is_empty() {
        let test = starts_with(&wanted.prefix);
        fetch = fetch.filter(Filter::Dimension(dimension, test.clone()));
        if dimension.kind() == Kind::MultiText {
            fetch = fetch.group_values(GroupValues::Matching(test));
        }
    }
    Ok(fetch.build()?)
}

fn instant(key: &str, text: Option<String>, otherwise: i64) -> Result<i64, Failure> {
    let Some(text) = text else { return Ok(otherwise) };
    Zone::UTC.parse_instant(&text).map_err(|error| Failure::bad_request(error.to_string()).at(key))
}

fn starts_with(prefix: &str) -> Test {
    const ESCAPE: char = '\\';
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for character in prefix.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern.push('%');
    Test::Like(Like { pattern, escape: Some(ESCAPE) })
}

fn find(store: &Store, cancel: &Cancel, fetch: &Fetch, limit: u64) -> Result<Value, gristmill::Error> {
    let answer = store.fetch_or_cancel(fetch, cancel)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // The columns are the bucket's start, the dimension, and the count.
    let values: Vec<_> = answer
        .rows()
        .take(limit)
        .map(|row| json!({"value": value(&row.cell(1)), "count": row.cell(2).as_i64()}))
        .collect();
    let dimension = fetch.group_by.first().map(|dimension| dimension.name());
    Ok(json!({"dimension": dimension, "values": values, "more": answer.len() > limit}))
}

fn value(cell: &Cell<'_>) -> Value {
    cell.as_str().map(Value::from).or_else(|| cell.as_i64().map(Value::from)).unwrap_or(Value::Null)
}
