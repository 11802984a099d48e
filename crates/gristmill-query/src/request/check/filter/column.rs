//! A filter on one column.

use super::tree::expect_keys;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{Metric, TIMESTAMP_FIELD};
use gristmill_storage::schema::{Column, Dimension};
use std::ops::Deref;

/// A filter object that names one column, with that column known.
pub(super) struct ColumnFilter<'o, 'a, 'p> {
    object: &'o Object<'a, 'p>,
    /// What the filter tests; a figure of an answer is tested as [`Column::Value`] is.
    pub(super) column: Column,
    /// The position of that figure.
    pub(super) metric: Option<usize>,
}

/// The columns that a filter may name.
#[derive(Clone, Copy)]
pub(super) enum Columns<'c> {
    /// Those of events.
    Events,
    /// Those of an answer: its bucket, its groups and its figures.
    Answer(&'c [Dimension], &'c [Metric]),
}

impl<'o, 'a, 'p> ColumnFilter<'o, 'a, 'p> {
    /// Finds the column, under either of the two keys that Druid has for it, and refuses keys other than these and
    /// the filter's `own`.
    pub(super) fn new(
        object: &'o Object<'a, 'p>,
        own: &[&str],
        columns: Columns<'_>,
    ) -> Result<Self, FetchError> {
        if object.get("extractionFn").is_some() {
            let message = "not supported; expected a filter on the values as they are stored";
            return Err(object.error_at("extractionFn", FetchErrorKind::Unsupported, message));
        }
        expect_keys(object, &[&["dimension", "column", "extractionFn"], own].concat())?;
        let (column, metric) = match (object.get("dimension"), object.get("column")) {
            (Some(_), Some(_)) => {
                let message = "expected the column once, found it under dimension as well";
                return Err(object.error_at("column", FetchErrorKind::Duplicate, message));
            }
            (Some(json), None) | (None, Some(json)) => columns.find(&json)?,
            (None, None) => columns.find(&object.require("dimension", "a column's name")?)?,
        };
        Ok(Self { object, column, metric })
    }

    /// The column of a filter that tests text.
    pub(super) fn dimension(&self, of: &str) -> Result<Dimension, FetchError> {
        match self.column {
            Column::Dimension(dimension) => Ok(dimension),
            Column::Timestamp | Column::Value => {
                let key = if self.object.get("dimension").is_some() { "dimension" } else { "column" };
                let name = self.object.require(key, "a column's name")?.text("a column's name")?;
                Err(self.object.error_at(key, FetchErrorKind::Invalid, no_text(&name, self.column, of)))
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
        column => Err(json.error(FetchErrorKind::Invalid, no_text(column.name(), column, of))),
    }
}

fn no_text(name: &str, column: Column, of: &str) -> String {
    let others = match column {
        Column::Timestamp => "selector, in, equals, null, bound, range and interval",
        _ => "selector, in, equals, null, bound and range",
    };
    format!("{of} tests text, and {name} is none; it takes {others}")
}

impl Columns<'_> {
    /// The column of a name, and the position of the figure that it is.
    fn find(self, json: &Json<'_, '_>) -> Result<(Column, Option<usize>), FetchError> {
        let Self::Answer(groups, metrics) = self else { return Ok((column(json)?, None)) };
        let name = json.text("a column of the answer")?;
        if name == TIMESTAMP_FIELD {
            return Ok((Column::Timestamp, None));
        }
        if let Some(dimension) = groups.iter().find(|dimension| dimension.name() == name) {
            return Ok((Column::Dimension(*dimension), None));
        }
        match metrics.iter().position(|metric| metric.name == name) {
            Some(at) => Ok((Column::Value, Some(at))),
            None => Err(unknown_column(json, &name, groups, metrics)),
        }
    }
}

/// The error for a name that is no column of an answer.
pub(in crate::request::check) fn unknown_column(
    json: &Json<'_, '_>,
    name: &str,
    groups: &[Dimension],
    metrics: &[Metric],
) -> FetchError {
    let known: Vec<&str> = [TIMESTAMP_FIELD]
        .into_iter()
        .chain(groups.iter().map(|dimension| dimension.name()))
        .chain(metrics.iter().map(|metric| &*metric.name))
        .collect();
    json.unknown("column of this answer", name, &known)
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
