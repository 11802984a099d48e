//! Which columns of a Parquet file are an event's, and what they may hold.

use super::ImportError;
use crate::event::Ignored;
use crate::schema::{Column, Dimension, Kind};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Fields {
    /// What to read the file as: texts with their dictionaries, which a file nearly always has.
    pub(super) schema: SchemaRef,
    /// For each column of an event that is there, its place in the file.
    pub(super) places: Vec<(Column, usize)>,
    /// Columns that mean nothing here, each counted once a row.
    pub(super) ignored: Ignored,
}

impl Fields {
    /// Sorts out the columns of a file with so many rows.
    pub(super) fn of(file: &Schema, rows: u64) -> Result<Self, ImportError> {
        let (mut fields, mut places, mut ignored) = (Vec::new(), Vec::new(), Ignored::default());
        for (place, field) in file.fields().iter().enumerate() {
            let Some(column) = Column::from_name(field.name()) else {
                ignored.add_times(field.name(), rows);
                fields.push(Arc::clone(field));
                continue;
            };
            let Some(wanted) = wanted(column, field.data_type()) else {
                return Err(ImportError::Column {
                    column: column.name(),
                    expected: expected(column),
                    found: field.data_type().to_string(),
                });
            };
            if places.iter().any(|&(known, _)| known == column) {
                return Err(ImportError::Repeated { column: column.name() });
            }
            places.push((column, place));
            fields.push(Arc::new(Field::clone(field).with_data_type(wanted)));
        }
        for column in Column::all() {
            if is_needed(column) && !places.iter().any(|&(known, _)| known == column) {
                return Err(ImportError::Absent { column: column.name() });
            }
        }
        Ok(Self { schema: Arc::new(Schema::new(fields)), places, ignored })
    }
}

/// Whether a file cannot do without a column.
fn is_needed(column: Column) -> bool {
    match column {
        Column::Timestamp | Column::Value | Column::Dimension(Dimension::Source) => false,
        Column::Dimension(dimension) => dimension.required(),
    }
}

/// What a column of some type is read as; `None` where it may not have that type.
fn wanted(column: Column, found: &DataType) -> Option<DataType> {
    let same = |fits: bool| fits.then(|| found.clone());
    match column {
        Column::Timestamp => same(matches!(found, DataType::Timestamp(..))),
        Column::Value => same(matches!(found, DataType::Float64 | DataType::Float32) || found.is_integer()),
        Column::Dimension(dimension) => match dimension.kind() {
            Kind::Integer => same(found.is_integer()),
            Kind::Text | Kind::Source => text(found),
            Kind::MultiText => match found {
                DataType::List(item) => {
                    let item = Field::clone(item).with_data_type(text(item.data_type())?);
                    Some(DataType::List(Arc::new(item)))
                }
                _ => None,
            },
        },
    }
}

/// Texts are read with their dictionary. Bytes that are not said to be text are none.
fn text(found: &DataType) -> Option<DataType> {
    (*found == DataType::Utf8)
        .then(|| DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)))
}

/// What a column may hold, for people.
pub(super) fn expected(column: Column) -> &'static str {
    match column {
        Column::Timestamp => "a timestamp of any unit",
        Column::Value => "a floating-point number or an integer",
        Column::Dimension(dimension) => match dimension.kind() {
            Kind::Integer => "an integer",
            Kind::Text | Kind::Source => "a string",
            Kind::MultiText => "a list of strings",
        },
    }
}

/// How many units of a timestamp make a second.
pub(super) fn units_a_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}
