//! Which columns of a Parquet file are an event's, and what they may hold.

use super::{ColumnMap, ImportError};
use crate::event::Ignored;
use crate::schema::{Column, Dimension, Kind};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::file::metadata::ParquetMetaData;
use std::cmp::Reverse;
use std::sync::Arc;

/// Bytes a row from which on the texts of a column are taken to be written out. Numbers of texts in a dictionary take
/// four at most, and the dictionary is small beside them, or its writer would have given it up.
const WRITTEN_OUT_BYTES: u64 = 8;

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Fields {
    /// What to read the file as: texts with the dictionary that a file nearly always has, or written out.
    pub(super) schema: SchemaRef,
    /// For each column of an event that is there, its place in the file.
    places: Vec<(Column, usize)>,
    /// Bytes a row of each column of the file, before they are compressed.
    widths: Vec<u64>,
    /// Columns that mean nothing here, each counted once a row.
    pub(super) ignored: Ignored,
}

impl Fields {
    /// Sorts out the columns of a file, some of which have other names there.
    pub(super) fn of(
        file: &Schema,
        metadata: &ParquetMetaData,
        map: &ColumnMap,
    ) -> Result<Self, ImportError> {
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
        let widths = bytes_a_row(metadata, file.fields().len());
        let (mut fields, mut places, mut ignored) = (Vec::new(), Vec::new(), Ignored::default());
        for (place, field) in file.fields().iter().enumerate() {
            let Some(column) = map.column(field.name(), |name| file.index_of(name).is_ok()) else {
                ignored.add_times(field.name(), rows);
                fields.push(Arc::clone(field));
                continue;
            };
            let Some(wanted) = wanted(column, field.data_type(), widths[place]) else {
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
        Ok(Self { schema: Arc::new(Schema::new(fields)), places, widths, ignored })
    }

    /// Refuses a file without one of these columns, where no event can do without it.
    pub(super) fn require(&self, columns: impl IntoIterator<Item = Column>) -> Result<(), ImportError> {
        match columns.into_iter().find(|&column| is_needed(column) && self.place(column).is_none()) {
            Some(column) => Err(ImportError::Absent { column: column.name() }),
            None => Ok(()),
        }
    }

    /// Bytes a row of a column, before they are compressed; 0 where it is absent.
    pub(super) fn width(&self, column: Column) -> u64 {
        self.place(column).map_or(0, |place| self.widths[place])
    }

    /// The place of a column in the file, where it is there.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().find(|&&(known, _)| known == column).map(|&(_, place)| place)
    }

    /// All columns of an event, those first that take longest to read, so that threads that share them end together.
    pub(super) fn widest_first(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = Column::all().collect();
        columns.sort_by_key(|&column| Reverse(self.place(column).map(|place| self.widths[place])));
        columns
    }
}

/// Whether a file cannot do without a column.
fn is_needed(column: Column) -> bool {
    match column {
        Column::Timestamp | Column::Value | Column::Dimension(Dimension::Source) => false,
        Column::Dimension(dimension) => dimension.required(),
    }
}

/// Bytes a row in each column of a file, before they are compressed.
fn bytes_a_row(metadata: &ParquetMetaData, columns: usize) -> Vec<u64> {
    let schema = metadata.file_metadata().schema_descr();
    let (mut bytes, mut rows) = (vec![0; columns], 0);
    for group in metadata.row_groups() {
        rows += u64::try_from(group.num_rows()).unwrap_or(0);
        for (leaf, chunk) in group.columns().iter().enumerate() {
            if let Some(bytes) = bytes.get_mut(schema.get_column_root_idx(leaf)) {
                *bytes += u64::try_from(chunk.uncompressed_size()).unwrap_or(0);
            }
        }
    }
    bytes.iter().map(|bytes| bytes / rows.max(1)).collect()
}

/// What a column of some type and so many bytes a row is read as; `None` where it may not have that type.
fn wanted(column: Column, found: &DataType, width: u64) -> Option<DataType> {
    let same = |fits: bool| fits.then(|| found.clone());
    match column {
        Column::Timestamp => same(matches!(found, DataType::Timestamp(..))),
        Column::Value => same(matches!(found, DataType::Float64 | DataType::Float32) || found.is_integer()),
        Column::Dimension(dimension) => match dimension.kind() {
            Kind::Integer => same(found.is_integer()),
            // Making a dictionary of texts that are written out costs more than taking each as it is.
            Kind::Text if *found == DataType::Utf8 && width >= WRITTEN_OUT_BYTES => Some(DataType::Utf8View),
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

/// The unit of a column of timestamps; `None` where it holds something else.
pub(super) fn timestamp_unit(found: &DataType) -> Option<TimeUnit> {
    match found {
        DataType::Timestamp(unit, _) => Some(*unit),
        _ => None,
    }
}

/// The millisecond that a number of so many units a second is in. Beyond the range of milliseconds is beyond that of events.
pub(super) fn millis_of(number: i64, units: i64) -> i64 {
    if units < 1_000 { number.saturating_mul(1_000) } else { number.div_euclid(units / 1_000) }
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
