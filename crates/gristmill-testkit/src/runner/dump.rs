//! Parquet files as a runner.

use super::{Refusal, Runner, Store, checked, refused};
use crate::corpus::{EventSet, Question};
use arrow_array::builder::{
    ArrayBuilder, Int64Builder, LargeListBuilder, LargeStringBuilder, ListBuilder, StringBuilder,
    StringDictionaryBuilder, StringViewBuilder,
};
use arrow_array::types::UInt16Type;
use arrow_array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, UInt8Array,
};
use gristmill::event::Event;
use gristmill::parquet::{ColumnMap, EventWriter};
use gristmill::schema::{Column, Dimension, Kind};
use gristmill::{Dump, DumpOptions, Options};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// How the events lie in Parquet files, which no answer may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParquetForm {
    /// As this library writes them.
    Own,
    /// Other names in another order, plain texts, microseconds; row groups of two rows, without statistics.
    Plain,
    /// Large texts and lists; row groups of several pages, with an index of pages and bloom filters.
    Indexed,
    /// Texts as views and dictionaries, integers of other widths, nanoseconds; columns that no event has are absent.
    Narrow,
}

impl ParquetForm {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Own, Self::Plain, Self::Indexed, Self::Narrow];
}

/// Answers by a [`Dump`] of several files.
#[derive(Clone, Copy, Debug)]
pub struct DumpRunner {
    /// How the files are written.
    pub form: ParquetForm,
    /// Threads that answer.
    pub threads: usize,
}

impl Runner for DumpRunner {
    fn name(&self) -> String {
        format!("{:?} Parquet with {} threads", self.form, self.threads)
    }

    #[expect(clippy::expect_used, reason = "files that cannot be written must stop the test")]
    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_parquet(self.form, &events.events, folder.path()).expect("Parquet files");
        let options = DumpOptions::new()
            .engine(Options::new().threads(self.threads))
            .map(names(self.form).expect("names of columns"));
        let dump = Dump::open([folder.path()], options).expect("a dump of these events");
        Box::new(Dumped { dump, _folder: folder })
    }
}

struct Dumped {
    dump: Dump,
    _folder: TempDir,
}

impl Store for Dumped {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        self.dump.fetch(&checked(question)?).map(|answer| answer.to_json()).map_err(|error| refused(&error))
    }
}

/// What the columns of a form are called.
///
/// # Errors
/// None; the names are those of columns.
pub fn names(form: ParquetForm) -> Result<ColumnMap, Box<dyn Error>> {
    let mut map = ColumnMap::new();
    if form == ParquetForm::Plain {
        for column in Column::all() {
            map = map.map(&their_name(column), column.name())?;
        }
    }
    Ok(map)
}

/// Some of these are names of other columns.
fn their_name(column: Column) -> String {
    let names: Vec<Column> = Column::all().collect();
    let place = names.iter().position(|known| *known == column).unwrap_or_default();
    if place % 2 == 0 {
        format!("their {}", column.name())
    } else {
        names[(place + 2) % (names.len() / 2 * 2)].name().to_owned()
    }
}

/// Writes events into several files of a folder.
///
/// # Errors
/// A file cannot be written.
pub fn write_parquet(form: ParquetForm, events: &[Event], folder: &Path) -> Result<(), Box<dyn Error>> {
    for (at, events) in events.chunks(events.len().div_ceil(3).max(1)).enumerate() {
        let below = folder.join(format!("date=2021-01-0{at}"));
        std::fs::create_dir_all(&below)?;
        let file = File::create(below.join("events.parquet"))?;
        if form == ParquetForm::Own {
            let mut writer = EventWriter::new(file)?;
            events.iter().try_for_each(|event| writer.write(&event.as_row()))?;
            writer.finish()?;
        } else {
            write_foreign(form, events, file)?;
        }
    }
    Ok(())
}

fn write_foreign(form: ParquetForm, events: &[Event], file: File) -> Result<(), Box<dyn Error>> {
    let mut columns: Vec<(String, ArrayRef)> = Column::all()
        .filter(|column| form != ParquetForm::Narrow || is_used(*column, events))
        .map(|column| {
            let name = if form == ParquetForm::Plain { their_name(column) } else { column.name().to_owned() };
            Ok::<_, Box<dyn Error>>((name, array(form, column, events)?))
        })
        .collect::<Result<_, _>>()?;
    let rows = i64::try_from(events.len())?;
    columns.push(("row number".to_owned(), Arc::new(Int64Array::from_iter_values(0..rows))));
    columns.reverse();
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )?;
    let properties = WriterProperties::builder();
    let properties = match form {
        ParquetForm::Own | ParquetForm::Narrow => properties.set_max_row_group_row_count(Some(5)),
        ParquetForm::Plain => properties
            .set_max_row_group_row_count(Some(2))
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None),
        ParquetForm::Indexed => properties
            .set_bloom_filter_enabled(true)
            .set_data_page_row_count_limit(2)
            .set_write_batch_size(2)
            .set_max_row_group_row_count(Some(7)),
    };
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build()))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

/// Whether files need a column to hold these events.
fn is_used(column: Column, events: &[Event]) -> bool {
    match column {
        Column::Timestamp => true,
        Column::Value => events.iter().any(|event| event.value.is_some()),
        Column::Dimension(dimension) => match dimension.kind() {
            Kind::Integer | Kind::Source => true,
            Kind::MultiText => events.iter().any(|event| event.properties().len() > 0),
            Kind::Text => dimension.required() || events.iter().any(|event| event.text(dimension).is_some()),
        },
    }
}

fn array(form: ParquetForm, column: Column, events: &[Event]) -> Result<ArrayRef, Box<dyn Error>> {
    let millis = events.iter().map(|event| event.timestamp.millis());
    Ok(match (column, form) {
        (Column::Timestamp, ParquetForm::Plain) => {
            // Finer than a millisecond is floored.
            Arc::new(TimestampMicrosecondArray::from_iter_values(millis.map(|millis| millis * 1_000 + 999)))
        }
        (Column::Timestamp, ParquetForm::Narrow) => {
            // Nanoseconds do not reach far from 1970.
            match millis.clone().map(|millis| millis.checked_mul(1_000_000)).collect::<Option<Vec<i64>>>() {
                Some(nanos) => Arc::new(TimestampNanosecondArray::from(nanos)),
                None => Arc::new(TimestampMillisecondArray::from_iter_values(millis)),
            }
        }
        (Column::Timestamp, _) => {
            Arc::new(TimestampMillisecondArray::from_iter_values(millis).with_timezone("+02:00"))
        }
        (Column::Value, _) => Arc::new(events.iter().map(|event| event.value).collect::<Float64Array>()),
        (Column::Dimension(dimension), _) => match dimension.kind() {
            Kind::Integer => versions(events),
            Kind::MultiText => lists(form, events),
            Kind::Source => texts(form, dimension, events.iter().map(|event| Some(event.source.name())))?,
            Kind::Text => texts(form, dimension, events.iter().map(|event| event.text(dimension)))?,
        },
    })
}

/// In the narrowest form that holds them.
fn versions(events: &[Event]) -> ArrayRef {
    let versions = events.iter().map(|event| event.event_version);
    let small: Option<Vec<u8>> = versions.clone().map(|version| u8::try_from(version).ok()).collect();
    let medium: Option<Vec<i32>> = versions.clone().map(|version| i32::try_from(version).ok()).collect();
    match (small, medium) {
        (Some(small), _) => Arc::new(UInt8Array::from(small)),
        (None, Some(medium)) => Arc::new(Int32Array::from(medium)),
        (None, None) => {
            let mut builder = Int64Builder::new();
            versions.for_each(|version| builder.append_value(version));
            Arc::new(builder.finish())
        }
    }
}

fn texts<'e>(
    form: ParquetForm,
    dimension: Dimension,
    texts: impl Iterator<Item = Option<&'e str>>,
) -> Result<ArrayRef, Box<dyn Error>> {
    fn all<'e, B: ArrayBuilder>(
        mut builder: B,
        texts: impl Iterator<Item = Option<&'e str>>,
        append: impl Fn(&mut B, Option<&'e str>),
    ) -> ArrayRef {
        texts.for_each(|text| append(&mut builder, text));
        builder.finish()
    }
    Ok(match form {
        ParquetForm::Indexed => all(LargeStringBuilder::new(), texts, LargeStringBuilder::append_option),
        ParquetForm::Narrow if (dimension as usize).is_multiple_of(2) => {
            all(StringViewBuilder::new(), texts, StringViewBuilder::append_option)
        }
        ParquetForm::Narrow => {
            let mut builder = StringDictionaryBuilder::<UInt16Type>::new();
            for text in texts {
                match text {
                    Some(text) => {
                        builder.append(text)?;
                    }
                    None => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }
        ParquetForm::Own | ParquetForm::Plain => {
            all(StringBuilder::new(), texts, StringBuilder::append_option)
        }
    })
}

fn lists(form: ParquetForm, events: &[Event]) -> ArrayRef {
    if form == ParquetForm::Indexed {
        let mut builder = LargeListBuilder::new(LargeStringBuilder::new());
        for event in events {
            event.properties().for_each(|text| builder.values().append_value(text));
            // An empty list is no value either.
            builder.append(true);
        }
        return Arc::new(builder.finish());
    }
    let mut builder = ListBuilder::new(StringBuilder::new());
    for event in events {
        event.properties().for_each(|text| builder.values().append_value(text));
        builder.append(event.properties().len() > 0);
    }
    Arc::new(builder.finish())
}
