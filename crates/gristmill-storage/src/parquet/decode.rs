//! Arrow columns into the columns of a segment builder, checked by the rules of an event.

use super::ImportError;
use super::fields::{expected, millis_of, timestamp_unit, units_a_second};
use crate::event::distinct::keep_first;
use crate::event::{EventLimits, EventProblem, Source, SourceRule, check};
use crate::hash::HashMap;
use crate::schema::{Column, Dimension, Kind};
use crate::segment::{Codes, Dictionary, DimensionCodes, DimensionRows, Lists, NULL_CODE, TextDictionary};
use crate::timestamp::Timestamp;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::{Buffer, ScalarBuffer};
use arrow_schema::DataType;

/// What the receiver decides about the events of a file.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    pub(super) rule: SourceRule,
    /// The timestamp of events without one, where there is an arrival.
    pub(super) arrival: Option<Timestamp>,
    pub(super) limits: EventLimits,
}

/// What is wrong with a row, and the field it is about.
pub(super) type Refusal = (Option<Box<str>>, EventProblem);

/// Why some rows cannot be taken.
#[derive(Debug)]
pub(super) enum Fault {
    /// One row is refused: the first one of its column.
    Row(usize, Refusal),
    /// The column cannot be read.
    Column(ImportError),
}

pub(super) type Decoded<T> = Result<T, Fault>;

impl<E: Into<ImportError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Column(error.into())
    }
}

impl Fault {
    /// The same of a column in which so many rows come before.
    pub(super) fn after(self, rows: usize) -> Self {
        match self {
            Self::Row(row, refusal) => Self::Row(rows + row, refusal),
            Self::Column(_) => self,
        }
    }
}

fn at(row: usize, column: Column, problem: EventProblem) -> Fault {
    Fault::Row(row, (Some(Box::from(column.name())), problem))
}

fn unexpected(column: Column, array: &ArrayRef) -> Fault {
    Fault::Column(ImportError::Column {
        column: column.name(),
        expected: expected(column),
        found: array.data_type().to_string(),
    })
}

/// The timestamps of some rows, in milliseconds.
pub(super) fn timestamps(array: Option<&ArrayRef>, rows: usize, receiver: &Receiver) -> Decoded<Vec<i64>> {
    let column = Column::Timestamp;
    let checked = |row: usize, millis: Option<i64>| match millis {
        Some(millis) => Timestamp::from_millis(millis)
            .map(Timestamp::millis)
            .map_err(|error| at(row, column, EventProblem::Timestamp(error))),
        None => match receiver.arrival {
            Some(arrival) => Ok(arrival.millis()),
            None => Err(at(row, column, EventProblem::Missing)),
        },
    };
    let Some(array) = array else { return (0..rows).map(|row| checked(row, None)).collect() };
    let unit = timestamp_unit(array.data_type()).ok_or_else(|| unexpected(column, array))?;
    let units = units_a_second(unit);
    let numbers: &ScalarBuffer<i64> = match units {
        1 => array.as_primitive::<TimestampSecondType>().values(),
        1_000 => array.as_primitive::<TimestampMillisecondType>().values(),
        1_000_000 => array.as_primitive::<TimestampMicrosecondType>().values(),
        _ => array.as_primitive::<TimestampNanosecondType>().values(),
    };
    (0..rows).map(|row| checked(row, array.is_valid(row).then(|| millis_of(numbers[row], units)))).collect()
}

/// The values of some rows, where they have one.
pub(super) fn values(array: Option<&ArrayRef>, rows: usize) -> Decoded<Vec<Option<f64>>> {
    let column = Column::Value;
    let Some(array) = array else { return Ok(vec![None; rows]) };
    let checked = |(row, value): (usize, Option<f64>)| {
        if let Some(number) = value {
            check::value(value, || number.to_string()).map_err(|why| at(row, column, why))?;
        }
        Ok(value)
    };
    match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().enumerate().map(checked).collect(),
        DataType::Float32 => {
            let wide = array.as_primitive::<Float32Type>().iter().map(|value| value.map(f64::from));
            wide.enumerate().map(checked).collect()
        }
        _ => {
            // As in JSON, an integer becomes the nearest float.
            let floats = integers(column, array)?.into_iter().map(|integer| integer as f64);
            let values = floats.enumerate().map(|(row, float)| array.is_valid(row).then_some(float));
            values.enumerate().map(checked).collect()
        }
    }
}

/// The integers of a column of any width; whatever stands at null rows.
fn integers(column: Column, array: &ArrayRef) -> Decoded<Vec<i128>> {
    fn of<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &ArrayRef) -> Vec<i128> {
        array.as_primitive::<T>().values().iter().map(|&integer| integer.into()).collect()
    }
    Ok(match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array),
        DataType::Int16 => of::<Int16Type>(array),
        DataType::Int32 => of::<Int32Type>(array),
        DataType::Int64 => of::<Int64Type>(array),
        DataType::UInt8 => of::<UInt8Type>(array),
        DataType::UInt16 => of::<UInt16Type>(array),
        DataType::UInt32 => of::<UInt32Type>(array),
        DataType::UInt64 => of::<UInt64Type>(array),
        _ => return Err(unexpected(column, array)),
    })
}

/// Some rows of a dimension.
pub(super) fn dimension(
    dimension: Dimension,
    array: Option<&ArrayRef>,
    rows: usize,
    receiver: &Receiver,
) -> Decoded<DimensionRows> {
    let column = Column::Dimension(dimension);
    match dimension.kind() {
        Kind::Integer => match array {
            Some(array) => versions(column, array).map(DimensionRows::Integers),
            None => Err(at(0, column, EventProblem::Missing)),
        },
        Kind::Source => sources(array, rows, receiver),
        Kind::Text => match array {
            Some(array) => texts(dimension, array, receiver),
            None => Ok(nulls(DimensionCodes::Single(Codes::U8(vec![0; rows].into())))),
        },
        Kind::MultiText => match array {
            Some(array) => lists(dimension, array, receiver),
            None => Ok(nulls(DimensionCodes::Multi(no_lists(rows)))),
        },
    }
}

fn no_lists(rows: usize) -> Lists {
    Lists { offsets: vec![0; rows + 1].into(), codes: Codes::U8(Vec::new().into()) }
}

/// A column without a value.
fn nulls(codes: DimensionCodes) -> DimensionRows {
    let dictionary = TextDictionary { offsets: vec![0, 0].into(), bytes: Buffer::default() };
    DimensionRows::Texts(Dictionary::Text(dictionary), codes)
}

fn versions(column: Column, array: &ArrayRef) -> Decoded<Vec<i64>> {
    let integer = |(row, integer): (usize, i128)| {
        if array.is_null(row) {
            return Err(at(row, column, EventProblem::Missing));
        }
        i64::try_from(integer).map_err(|_| {
            at(row, column, EventProblem::NotAnInteger { found: check::excerpt(&integer.to_string()) })
        })
    };
    integers(column, array)?.into_iter().enumerate().map(integer).collect()
}

/// Texts with their dictionary: null's code 0, then the codes of the file from 1 on.
struct Texts<'a> {
    entries: &'a StringArray,
    codes: Vec<u32>,
}

impl<'a> Texts<'a> {
    fn of(column: Column, array: &'a ArrayRef) -> Decoded<Self> {
        let parts = array.as_dictionary_opt::<Int32Type>();
        let parts = parts.and_then(|texts| Some((texts.keys(), texts.values().as_string_opt::<i32>()?)));
        let (keys, entries) = parts.ok_or_else(|| unexpected(column, array))?;
        // Arrow keeps keys within the dictionary, but those of null rows are any numbers.
        let code = |key: &i32| key.cast_unsigned().wrapping_add(1);
        let mut codes: Vec<u32> = keys.values().iter().map(code).collect();
        if let Some(valid) = keys.nulls() {
            (!valid.inner()).set_indices().for_each(|row| codes[row] = NULL_CODE);
        }
        if entries.null_count() > 0 {
            let is_null = |code: u32| code != NULL_CODE && entries.is_null(code as usize - 1);
            codes.iter_mut().filter(|code| is_null(**code)).for_each(|code| *code = NULL_CODE);
        }
        Ok(Self { entries, codes })
    }

    /// The text behind a code that is not null's.
    fn text(&self, code: u32) -> &'a str {
        self.entries.value(code as usize - 1)
    }

    /// The first place whose text breaks the rule for its length.
    fn first_too_long(&self, limits: &EventLimits) -> Option<(usize, EventProblem)> {
        let lengths = || self.entries.offsets().windows(2).map(|ends| ends[1] - ends[0]);
        let longest = lengths().max().map_or(0, |length| length.cast_unsigned() as usize);
        check::text_bytes(limits, longest).err()?;
        self.codes
            .iter()
            .enumerate()
            .filter(|&(_, &code)| code != NULL_CODE)
            .find_map(|(place, &code)| Some((place, check::text_bytes(limits, self.text(code).len()).err()?)))
    }

    fn dictionary(&self) -> Dictionary {
        let offsets = self.entries.offsets();
        let null = offsets.first().copied();
        let offsets: Vec<i32> = null.into_iter().chain(offsets.iter().copied()).collect();
        Dictionary::Text(TextDictionary { offsets: offsets.into(), bytes: self.entries.values().clone() })
    }
}

fn texts(dimension: Dimension, array: &ArrayRef, receiver: &Receiver) -> Decoded<DimensionRows> {
    let column = Column::Dimension(dimension);
    let null_text = check::null_text(dimension).err();
    let refused = |null: Option<(usize, EventProblem)>, long: Option<(usize, EventProblem)>| {
        let first = [null, long].into_iter().flatten().min_by_key(|(row, _)| *row);
        first.map_or(Ok(()), |(row, problem)| Err(at(row, column, problem)))
    };
    if let Some(texts) = array.as_string_view_opt() {
        let null =
            null_text.and_then(|problem| Some((texts.iter().position(|text| text.is_none())?, problem)));
        let long = texts.iter().enumerate().find_map(|(row, text)| {
            Some((row, check::text_bytes(&receiver.limits, text.map_or(0, str::len)).err()?))
        });
        refused(null, long)?;
        return Ok(DimensionRows::WrittenOut(texts.clone()));
    }
    let texts = Texts::of(column, array)?;
    let null = null_text
        .and_then(|problem| Some((texts.codes.iter().position(|&code| code == NULL_CODE)?, problem)));
    refused(null, texts.first_too_long(&receiver.limits))?;
    let dictionary = texts.dictionary();
    Ok(DimensionRows::Texts(dictionary, DimensionCodes::Single(Codes::U32(texts.codes.into()))))
}

fn sources(array: Option<&ArrayRef>, rows: usize, receiver: &Receiver) -> Decoded<DimensionRows> {
    let column = Column::Dimension(Dimension::Source);
    let code = |source: Source| if source == Source::Trusted { 1 } else { 2 };
    let of_null = check::source(receiver.rule, None).map(code);
    let codes: Vec<u8> = match array {
        None => vec![of_null.map_err(|problem| at(0, column, problem))?; rows],
        Some(array) => {
            let texts = Texts::of(column, array)?;
            let words = texts.entries.iter().map(|word| check::source(receiver.rule, word).map(code));
            let known: Vec<Result<u8, EventProblem>> = std::iter::once(of_null).chain(words).collect();
            let of_row = |(row, &code): (usize, &u32)| {
                known[code as usize].clone().map_err(|problem| at(row, column, problem))
            };
            texts.codes.iter().enumerate().map(of_row).collect::<Decoded<_>>()?
        }
    };
    let words = StringArray::from(vec![Source::Trusted.name(), Source::Untrusted.name()]);
    let dictionary = Texts { entries: &words, codes: Vec::new() }.dictionary();
    Ok(DimensionRows::Texts(dictionary, DimensionCodes::Single(Codes::U8(codes.into()))))
}

fn lists(dimension: Dimension, array: &ArrayRef, receiver: &Receiver) -> Decoded<DimensionRows> {
    let column = Column::Dimension(dimension);
    let lists = array.as_list_opt::<i32>().ok_or_else(|| unexpected(column, array))?;
    let texts = Texts::of(column, lists.values())?;
    let same = first_codes(texts.entries);
    let long = texts.first_too_long(&receiver.limits);
    let element = |row: usize, element: usize, problem| {
        Fault::Row(row, (Some(format!("{}[{element}]", column.name()).into()), problem))
    };
    let (mut offsets, mut codes, mut end) = (vec![0], Vec::with_capacity(texts.codes.len()), 0);
    let mut own = Vec::new();
    for (row, ends) in lists.offsets().windows(2).enumerate() {
        let places = ends[0].cast_unsigned() as usize..ends[1].cast_unsigned() as usize;
        if lists.is_valid(row) {
            check::properties(&receiver.limits, places.len()).map_err(|why| at(row, column, why))?;
            own.clear();
            for place in places.clone() {
                let code = texts.codes[place];
                if code == NULL_CODE {
                    let problem = EventProblem::WrongType { expected: "a text", found: "null" };
                    return Err(element(row, place - places.start, problem));
                }
                if let Some((_, problem)) = long.as_ref().filter(|(first, _)| *first == place) {
                    return Err(element(row, place - places.start, problem.clone()));
                }
                own.push(same[code as usize]);
            }
            keep_first(&mut own);
            codes.extend_from_slice(&own);
            end += i32::try_from(own.len()).unwrap_or(i32::MAX);
        }
        offsets.push(end);
    }
    let lists = Lists { offsets: offsets.into(), codes: Codes::U32(codes.into()) };
    Ok(DimensionRows::Texts(texts.dictionary(), DimensionCodes::Multi(lists)))
}

/// For each code the first one of the same text, so that equal codes are equal texts.
fn first_codes(entries: &StringArray) -> Vec<u32> {
    let mut known = HashMap::default();
    let of_text = entries.iter().zip(1..).map(|(text, code)| *known.entry(text).or_insert(code));
    std::iter::once(NULL_CODE).chain(of_text).collect()
}
