//! `group_by`: what makes a group within a bucket.

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use gristmill_storage::schema::{Column, Dimension};

pub(super) fn check(request: &Object<'_, '_>) -> Result<Vec<Dimension>, FetchError> {
    let Some(list) = request.get("group_by") else { return Ok(Vec::new()) };
    let mut dimensions = Vec::new();
    for json in list.items("a list of dimensions")? {
        let dimension = dimension(&json)?;
        if let Some(first) = dimensions.iter().position(|&seen| seen == dimension) {
            let message = format!("{dimension} stands twice, first at group_by[{first}]");
            return Err(json.error(FetchErrorKind::Duplicate, message));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}

/// A dimension by its name.
pub(super) fn dimension(json: &Json<'_, '_>) -> Result<Dimension, FetchError> {
    if json.is_object() {
        let message = "the object form is not supported by this version; expected a dimension's name";
        return Err(json.error(FetchErrorKind::Unsupported, message));
    }
    let name = json.text("a dimension's name")?;
    let remedy = match Column::from_name(&name) {
        Some(Column::Dimension(dimension)) => return Ok(dimension),
        Some(Column::Timestamp) => "the granularity groups by time",
        Some(Column::Value) => "the aggregations tell of it",
        None => return Err(json.unknown("dimension", &name, &Dimension::ALL.map(Dimension::name))),
    };
    Err(json.error(FetchErrorKind::Invalid, format!("expected a dimension, found {name:?}: {remedy}")))
}
