//! The filters that compare for equality: `selector`, `in`, `equals`, `null`.

use super::column::ColumnFilter;
use super::ranges;
use super::value_type::ValueType;
use crate::request::error::FetchError;
use crate::request::json::{Json, Scalar};
use crate::request::{Filter, NumberTest, Test, number};
use crate::time::Zone;
use gristmill_storage::schema::{Column, Kind};

/// A selector's value, under its key; none is null.
pub(super) fn selector(filter: &ColumnFilter<'_, '_, '_>, zone: Zone) -> Result<Filter, FetchError> {
    match filter.get("value") {
        None => Ok(null(filter.column)),
        Some(json) => one_of(filter.column, std::iter::once(json), zone),
    }
}

/// One of up to `most` values.
pub(super) fn in_values(
    filter: &ColumnFilter<'_, '_, '_>,
    zone: Zone,
    most: usize,
) -> Result<Filter, FetchError> {
    let expected = "a list of values";
    let list = filter.require("values", expected)?;
    one_of(filter.column, list.items_up_to(most, expected)?, zone)
}

/// A value that the filter says the type of; null is no value here.
pub(super) fn equals(filter: &ColumnFilter<'_, '_, '_>, zone: Zone) -> Result<Filter, FetchError> {
    let json = filter.require("matchValue", "a value; null has a filter of its own, of type null")?;
    match (ValueType::of(filter)?, filter.column) {
        (Some(ValueType::Long), column) => {
            let integer = long(&json)?;
            match column {
                Column::Dimension(dimension) if dimension.kind() != Kind::Integer => {
                    Ok(Filter::Dimension(dimension, Test::Texts(vec![Some(integer.to_string())])))
                }
                _ => one_of(column, std::iter::once(json), zone),
            }
        }
        (Some(ValueType::Double), column) => {
            finite(&json)?;
            one_of(column, std::iter::once(json), zone)
        }
        (Some(ValueType::Text) | None, column) => one_of(column, std::iter::once(json), zone),
    }
}

/// The rows without a value in the column.
pub(super) fn null(column: Column) -> Filter {
    match column {
        Column::Dimension(dimension) if dimension.kind() == Kind::Integer => {
            Filter::Dimension(dimension, Test::Integers(Vec::new()))
        }
        Column::Dimension(dimension) => Filter::Dimension(dimension, Test::Texts(vec![None])),
        Column::Value => Filter::Value(NumberTest::In(vec![None])),
        Column::Timestamp => ranges::within(Vec::new()),
    }
}

fn one_of<'a, 'p>(
    column: Column,
    values: impl Iterator<Item = Json<'a, 'p>>,
    zone: Zone,
) -> Result<Filter, FetchError> {
    match column {
        Column::Dimension(dimension) if dimension.kind() == Kind::Integer => {
            let integers = values.filter_map(|json| integer(&json).transpose()).collect::<Result<_, _>>()?;
            Ok(Filter::Dimension(dimension, Test::Integers(integers)))
        }
        Column::Dimension(dimension) => {
            let texts = values.map(|json| text(&json)).collect::<Result<_, _>>()?;
            Ok(Filter::Dimension(dimension, Test::Texts(texts)))
        }
        Column::Value => {
            let numbers = values.map(|json| if json.is_null() { Ok(None) } else { finite(&json).map(Some) });
            Ok(Filter::Value(NumberTest::In(numbers.collect::<Result<_, _>>()?)))
        }
        Column::Timestamp => ranges::at(values, zone),
    }
}

/// The text that a dimension's value is compared with; `None` is null.
fn text(json: &Json<'_, '_>) -> Result<Option<String>, FetchError> {
    Ok(json.scalar()?.into_text().map(Into::into))
}

/// The integer that is compared with; `None` is a value that no integer equals.
fn integer(json: &Json<'_, '_>) -> Result<Option<i64>, FetchError> {
    Ok(json.scalar()?.into_text().and_then(|text| number::integer(&text)))
}

/// The integer of a value that must be one.
fn long(json: &Json<'_, '_>) -> Result<i64, FetchError> {
    integer(json)?.ok_or_else(|| json.invalid("an integer, since matchValueType says LONG"))
}

/// The finite number of a value that must be one, a JSON number or its text.
pub(super) fn finite(json: &Json<'_, '_>) -> Result<f64, FetchError> {
    const EXPECTED: &str = "a finite number";
    match json.scalar()? {
        Scalar::Number(text) => number::finite(text),
        Scalar::Text(text) => number::finite(&text),
        Scalar::Null | Scalar::Boolean(_) => return Err(json.wrong_type(EXPECTED)),
    }
    .ok_or_else(|| json.invalid(EXPECTED))
}
