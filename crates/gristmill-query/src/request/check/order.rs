//! `order_by`: the order of the answer's rows.

use super::filter::unknown_column;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{Direction, Metric, OrderBy, OrderColumn, TIMESTAMP_FIELD};
use gristmill_storage::schema::Dimension;

/// The words for the directions.
pub(in crate::request) const DIRECTIONS: [(&str, Direction); 4] = [
    ("asc", Direction::Ascending),
    ("desc", Direction::Descending),
    ("ascending", Direction::Ascending),
    ("descending", Direction::Descending),
];

pub(super) fn check(
    request: &Object<'_, '_>,
    group_by: &[Dimension],
    metrics: &[Metric],
) -> Result<Vec<OrderBy>, FetchError> {
    let Some(list) = request.get("order_by") else { return Ok(Vec::new()) };
    let mut order: Vec<OrderBy> = Vec::new();
    for json in list.items("a list of columns to order by")? {
        let key = key(&json, group_by, metrics)?;
        if let Some(first) = order.iter().position(|seen| seen.column == key.column) {
            let message = format!("the column stands twice, first at order_by[{first}]");
            return Err(json.error(FetchErrorKind::Duplicate, message));
        }
        order.push(key);
    }
    Ok(order)
}

/// A plain name, or an object with `field` and `direction`.
fn key(json: &Json<'_, '_>, group_by: &[Dimension], metrics: &[Metric]) -> Result<OrderBy, FetchError> {
    if json.is_text() {
        return Ok(OrderBy { column: column(json, group_by, metrics)?, direction: Direction::Ascending });
    }
    let object = json.object("a column's name or an object with field and direction")?;
    object.expect_keys(&["field", "direction"], "of order_by")?;
    let field = object.require("field", "a column of the answer")?;
    let direction = object
        .get("direction")
        .map_or(Ok(Direction::Ascending), |json| json.word("direction", &DIRECTIONS))?;
    Ok(OrderBy { column: column(&field, group_by, metrics)?, direction })
}

fn column(
    json: &Json<'_, '_>,
    group_by: &[Dimension],
    metrics: &[Metric],
) -> Result<OrderColumn, FetchError> {
    let name = json.text("a column of the answer")?;
    if name == TIMESTAMP_FIELD {
        return Ok(OrderColumn::Timestamp);
    }
    if let Some(at) = group_by.iter().position(|dimension| dimension.name() == name) {
        return Ok(OrderColumn::Group(at));
    }
    if let Some(at) = metrics.iter().position(|metric| metric.name == name) {
        return Ok(OrderColumn::Metric(at));
    }
    Err(unknown_column(json, &name, group_by, metrics))
}
