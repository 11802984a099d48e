//! Arrow columns into the columns of a segment builder, checked by the rules of an event.

use super::ImportError;
use super::fields::{expected, units_a_second};
use crate::event::distinct::keep_first;
use crate::event::{EventError, EventLimits, EventProblem, Source, SourceRule, check};
use crate::hash::HashMap;
use crate::schema::{Column, Dimension, Kind};
use crate::segment::{
    Codes, ColumnBatch, Dictionary, DimensionCodes, DimensionColumn, Lists, NULL_CODE, TextDictionary, Values,
};
use crate::timestamp::Timestamp;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::DataType;

/// What the receiver decides about the events of a file.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    pub(super) rule: SourceRule,
    /// The timestamp of events without one.
    pub(super) arrival: Timestamp,
    pub(super) limits: EventLimits,
}

/// What is wrong with a row, and the field it is about.
pub(super) type Refusal = (Option<Box<str>>, EventProblem);

/// Why some rows cannot be taken.
#[derive(Debug)]
pub(super) enum Fault {
    /// One row is refused.
    Row(usize, Refusal),
    /// A column is not what the schema says.
    Column(ImportError),
}

type Decoded<T> = Result<T, Fault>;

impl Fault {
    pub(super) fn into_error(self, event: impl FnOnce(usize, Refusal) -> EventError) -> ImportError {
        match self {
            Self::Row(row, refusal) => ImportError::Row(Box::new(event(row, refusal))),
            Self::Column(error) => error,
        }
    }
}

/// The rows of a batch, whose columns are those at `places`, in the file's order. Of the rows that are refused, the
/// first one is told.
pub(super) fn decode(
    batch: &RecordBatch,
    places: &[(Column, usize)],
    receiver: &Receiver,
) -> Decoded<ColumnBatch> {
    let rows = batch.num_rows();
    let array = |column: Column| {
        let at = places.iter().position(|&(known, _)| known == column)?;
        batch.columns().get(at)
    };
    let mut first: Option<(usize, Refusal)> = None;
    let timestamps = kept(&mut first, timestamps(array(Column::Timestamp), rows, receiver))?;
    let values = kept(&mut first, values(array(Column::Value), rows))?;
    let mut dimensions = Vec::with_capacity(Dimension::COUNT);
    for dimension in Dimension::ALL {
        let array = array(Column::Dimension(dimension));
        dimensions.push(kept(&mut first, dimension_column(dimension, array, rows, receiver))?);
    }
    match (first, timestamps, values, dimensions.into_iter().collect()) {
        (None, Some(timestamps), Some(values), Some(dimensions)) => {
            Ok(ColumnBatch { timestamps, values, dimensions })
        }
        (first, ..) => {
            let (row, refusal) = first.unwrap_or((0, (None, EventProblem::NotAnObject)));
            Err(Fault::Row(row, refusal))
        }
    }
}

/// Notes a refused row where it comes before the one known so far.
fn kept<T>(first: &mut Option<(usize, Refusal)>, decoded: Decoded<T>) -> Decoded<Option<T>> {
    match decoded {
        Ok(decoded) => Ok(Some(decoded)),
        Err(Fault::Row(row, refusal)) => {
            if first.as_ref().is_none_or(|(known, _)| row < *known) {
                *first = Some((row, refusal));
            }
            Ok(None)
        }
        Err(fault @ Fault::Column(_)) => Err(fault),
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

fn timestamps(array: Option<&ArrayRef>, rows: usize, receiver: &Receiver) -> Decoded<Vec<i64>> {
    let column = Column::Timestamp;
    let checked = |row: usize, millis: Option<i64>| match millis {
        Some(millis) => Timestamp::from_millis(millis)
            .map(Timestamp::millis)
            .map_err(|error| at(row, column, EventProblem::Timestamp(error))),
        None => Ok(receiver.arrival.millis()),
    };
    let Some(array) = array else { return (0..rows).map(|row| checked(row, None)).collect() };
    let DataType::Timestamp(unit, _) = array.data_type() else { return Err(unexpected(column, array)) };
    let units = units_a_second(*unit);
    let numbers: &ScalarBuffer<i64> = match units {
        1 => array.as_primitive::<TimestampSecondType>().values(),
        1_000 => array.as_primitive::<TimestampMillisecondType>().values(),
        1_000_000 => array.as_primitive::<TimestampMicrosecondType>().values(),
        _ => array.as_primitive::<TimestampNanosecondType>().values(),
    };
    // Beyond the range of milliseconds is beyond that of events.
    let millis = |number: i64| {
        if units < 1_000 { number.saturating_mul(1_000) } else { number.div_euclid(units / 1_000) }
    };
    (0..rows).map(|row| checked(row, array.is_valid(row).then(|| millis(numbers[row])))).collect()
}

fn values(array: Option<&ArrayRef>, rows: usize) -> Decoded<Values> {
    let column = Column::Value;
    let Some(array) = array else {
        let numbers = vec![0.0; rows].into();
        return Ok(Values { numbers, validity: Some(NullBuffer::new_null(rows)) });
    };
    let numbers: Vec<f64> = match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().values().to_vec(),
        DataType::Float32 => {
            array.as_primitive::<Float32Type>().values().iter().copied().map(f64::from).collect()
        }
        // As in JSON, an integer becomes the nearest float.
        _ => integers(column, array)?.into_iter().map(|integer| integer as f64).collect(),
    };
    let validity = array.nulls().cloned();
    for (row, &number) in numbers.iter().enumerate() {
        if array.is_valid(row) {
            check::value(Some(number), || number.to_string()).map_err(|why| at(row, column, why))?;
        }
    }
    Ok(Values { numbers: numbers.into(), validity })
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

fn dimension_column(
    dimension: Dimension,
    array: Option<&ArrayRef>,
    rows: usize,
    receiver: &Receiver,
) -> Decoded<DimensionColumn> {
    let column = Column::Dimension(dimension);
    match dimension.kind() {
        Kind::Integer => match array {
            Some(array) => versions(column, array).map(DimensionColumn::Integers),
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
fn nulls(codes: DimensionCodes) -> DimensionColumn {
    let dictionary = TextDictionary { offsets: vec![0, 0].into(), bytes: Buffer::default() };
    DimensionColumn::Texts(Dictionary::Text(dictionary), codes)
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
        let codes = keys.iter().map(|key| match key {
            // Arrow keeps keys within the dictionary; an entry may be null as well.
            Some(key) if entries.is_valid(key.cast_unsigned() as usize) => key.cast_unsigned() + 1,
            _ => NULL_CODE,
        });
        Ok(Self { entries, codes: codes.collect() })
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

fn texts(dimension: Dimension, array: &ArrayRef, receiver: &Receiver) -> Decoded<DimensionColumn> {
    let column = Column::Dimension(dimension);
    let texts = Texts::of(column, array)?;
    let null = check::null_text(dimension)
        .err()
        .and_then(|problem| Some((texts.codes.iter().position(|&code| code == NULL_CODE)?, problem)));
    let long = texts.first_too_long(&receiver.limits);
    if let Some((row, problem)) = [null, long].into_iter().flatten().min_by_key(|(row, _)| *row) {
        return Err(at(row, column, problem));
    }
    let dictionary = texts.dictionary();
    Ok(DimensionColumn::Texts(dictionary, DimensionCodes::Single(Codes::U32(texts.codes.into()))))
}

fn sources(array: Option<&ArrayRef>, rows: usize, receiver: &Receiver) -> Decoded<DimensionColumn> {
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
    Ok(DimensionColumn::Texts(dictionary, DimensionCodes::Single(Codes::U8(codes.into()))))
}

fn lists(dimension: Dimension, array: &ArrayRef, receiver: &Receiver) -> Decoded<DimensionColumn> {
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
    Ok(DimensionColumn::Texts(texts.dictionary(), DimensionCodes::Multi(lists)))
}

/// For each code the first one of the same text, so that equal codes are equal texts.
fn first_codes(entries: &StringArray) -> Vec<u32> {
    let mut known = HashMap::default();
    let of_text = entries.iter().zip(1..).map(|(text, code)| *known.entry(text).or_insert(code));
    std::iter::once(NULL_CODE).chain(of_text).collect()
}
