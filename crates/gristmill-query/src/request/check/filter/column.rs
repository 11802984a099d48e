//! A filter on one column.

use super::tree::expect_keys;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use gristmill_storage::schema::{Column, Dimension};
use std::ops::Deref;

/// A filter object that names one column, with that column known.
pub(super) struct ColumnFilter<'o, 'a, 'p> {
    object: &'o Object<'a, 'p>,
    pub(super) column: Column,
}

impl<'o, 'a, 'p> ColumnFilter<'o, 'a, 'p> {
    /// Finds the column, under either of the two keys that Druid has for it, and refuses keys other than these and
    /// the filter's `own`.
    pub(super) fn new(object: &'o Object<'a, 'p>, own: &[&str]) -> Result<Self, FetchError> {
        if object.get("extractionFn").is_some() {
            let message = "not supported; expected a filter on the values as they are stored";
            return Err(object.error_at("extractionFn", FetchErrorKind::Unsupported, message));
        }
        expect_keys(object, &[&["dimension", "column", "extractionFn"], own].concat())?;
        let column = match (object.get("dimension"), object.get("column")) {
            (Some(_), Some(_)) => {
                let message = "expected the column once, found it under dimension as well";
                return Err(object.error_at("column", FetchErrorKind::Duplicate, message));
            }
            (Some(json), None) | (None, Some(json)) => column(&json)?,
            (None, None) => column(&object.require("dimension", "a column's name")?)?,
        };
        Ok(Self { object, column })
    }

    /// The column of a filter that tests text.
    pub(super) fn dimension(&self, of: &str) -> Result<Dimension, FetchError> {
        match self.column {
            Column::Dimension(dimension) => Ok(dimension),
            Column::Timestamp | Column::Value => {
                let key = if self.object.get("dimension").is_some() { "dimension" } else { "column" };
                Err(self.object.error_at(key, FetchErrorKind::Invalid, no_text(self.column, of)))
            }
        }
    }
}

impl<'a, 'p> Deref for ColumnFilter<'_, 'a, 'p> {
    type Target = Object<'a, 'p>;

    fn deref(&self) -> &Self::Target {
        self.object
    }
}

/// A dimension for a filter that knows text only.
pub(super) fn dimension(json: &Json<'_, '_>, of: &str) -> Result<Dimension, FetchError> {
    match column(json)? {
        Column::Dimension(dimension) => Ok(dimension),
        column => Err(json.error(FetchErrorKind::Invalid, no_text(column, of))),
    }
}

fn no_text(column: Column, of: &str) -> String {
    let others = match column {
        Column::Timestamp => "selector, in, equals, null, bound, range and interval",
        _ => "selector, in, equals, null, bound and range",
    };
    format!("{of} tests text, and {} is none; it takes {others}", column.name())
}

fn column(json: &Json<'_, '_>) -> Result<Column, FetchError> {
    let name = json.text("a column's name")?;
    if let Some(column) = Column::from_name(&name) {
        return Ok(column);
    }
    if name == "__time" {
        return Err(json.error(FetchErrorKind::Unknown, "Druid's __time is timestamp here"));
    }
    let known: Vec<&str> = Column::all().map(Column::name).collect();
    Err(json.unknown("column", &name, &known))
}
