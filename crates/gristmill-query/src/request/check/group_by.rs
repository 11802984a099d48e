//! `group_by`: what makes a group within a bucket.

use super::filter;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{GroupValues, Like, RequestLimits, Test};
use gristmill_storage::schema::{Column, Dimension, Kind};
use std::borrow::Cow;

/// The dimensions, and which values of the one with several values make groups.
pub(super) fn check(
    request: &Object<'_, '_>,
    limits: &RequestLimits,
) -> Result<(Vec<Dimension>, GroupValues), FetchError> {
    let mut dimensions = Vec::new();
    let mut values = GroupValues::All;
    let Some(list) = request.get("group_by") else { return Ok((dimensions, values)) };
    for json in list.items_up_to(limits.group_by, "a list of dimensions")? {
        let dimension = if json.is_object() {
            let (dimension, chosen) = of_object(&json.object("a dimension")?, limits)?;
            values = chosen;
            dimension
        } else {
            dimension(&json)?
        };
        if let Some(first) = dimensions.iter().position(|&seen| seen == dimension) {
            let message = format!("{dimension} stands twice, first at group_by[{first}]");
            return Err(json.error(FetchErrorKind::Duplicate, message));
        }
        dimensions.push(dimension);
    }
    Ok((dimensions, values))
}

/// Which values of its dimension an object lets make groups.
fn of_object(
    object: &Object<'_, '_>,
    limits: &RequestLimits,
) -> Result<(Dimension, GroupValues), FetchError> {
    const TESTS: [&str; 3] = ["values", "prefix", "regex"];
    object.expect_keys(&[&["dimension", "exclude"], &TESTS[..]].concat(), "of a dimension")?;
    let json = object.require("dimension", "a dimension's name")?;
    let dimension = dimension(&json)?;
    if dimension.kind() != Kind::MultiText {
        let message = "expected properties, whose values a row has several of; of other dimensions a filter \
                       leaves the same rows";
        return Err(json.error(FetchErrorKind::Invalid, message));
    }
    let given: Vec<&str> = TESTS.into_iter().filter(|key| object.get(key).is_some()).collect();
    let [key] = given.as_slice() else {
        let message = format!("expected one of the keys {}, found {} of them", TESTS.join(", "), given.len());
        return Err(object.error(FetchErrorKind::Invalid, message));
    };
    let value = object.require(key, "a test")?;
    let test = match *key {
        "values" => {
            let expected = "a list of values";
            let texts = value
                .items_up_to(limits.values, expected)?
                .map(|json| Ok(json.scalar()?.into_text().map(Cow::into_owned)));
            Test::Texts(texts.collect::<Result<_, FetchError>>()?)
        }
        "prefix" => Test::Like(Like::starts_with(&value.text("what values start with")?)),
        _ => filter::regex(&value, limits)?,
    };
    let values = if object.flag("exclude")? { GroupValues::Others } else { GroupValues::Matching };
    Ok((dimension, values(test)))
}

/// A dimension by its name.
pub(super) fn dimension(json: &Json<'_, '_>) -> Result<Dimension, FetchError> {
    let name = json.text("a dimension's name")?;
    let remedy = match Column::from_name(&name) {
        Some(Column::Dimension(dimension)) => return Ok(dimension),
        Some(Column::Timestamp) => "the granularity groups by time",
        Some(Column::Value) => "the aggregations tell of it",
        None => return Err(json.unknown("dimension", &name, &Dimension::ALL.map(Dimension::name))),
    };
    Err(json.error(FetchErrorKind::Invalid, format!("expected a dimension, found {name:?}: {remedy}")))
}
