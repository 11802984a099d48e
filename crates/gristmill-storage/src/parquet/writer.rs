//! A Parquet file of events, row after row.

use super::columns::Columns;
use crate::event::EventRow;
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fmt;
use std::io::Write;
use thiserror::Error;

/// Rows that are gathered before they are encoded. Dictionaries of a batch are merged into those of the row group.
const BATCH_ROWS: usize = 1 << 16;

/// Writes events into a Parquet file, compressed by Snappy.
///
/// Every column of an event is there under its own name: `timestamp` as milliseconds in UTC, `value` as a 64-bit float,
/// `event_version` as a 64-bit integer, `properties` as a list of texts (null where it has none), all others as texts
/// with a dictionary. A file that is not ended by [`EventWriter::finish`] cannot be read.
pub struct EventWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    columns: Columns,
}

/// A Parquet file that could not be written. The file is useless then.
#[derive(Debug, Error)]
#[error("the events cannot be written as Parquet")]
pub struct ParquetError {
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl From<parquet::errors::ParquetError> for ParquetError {
    fn from(error: parquet::errors::ParquetError) -> Self {
        Self { source: error.into() }
    }
}

impl From<ArrowError> for ParquetError {
    fn from(error: ArrowError) -> Self {
        Self { source: error.into() }
    }
}

impl<W: Write + Send> EventWriter<W> {
    /// Starts a file.
    pub fn new(out: W) -> Result<Self, ParquetError> {
        let columns = Columns::new();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(out, columns.schema(), Some(properties))?;
        Ok(Self { writer, columns })
    }

    /// Adds an event.
    pub fn write(&mut self, row: &EventRow<'_>) -> Result<(), ParquetError> {
        self.columns.push(row)?;
        if self.columns.rows() >= BATCH_ROWS {
            self.write_batch()?;
        }
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.write_batch()?;
        Ok(self.writer.into_inner()?)
    }

    fn write_batch(&mut self) -> Result<(), ParquetError> {
        let batch = self.columns.take()?;
        self.writer.write(&batch)?;
        Ok(())
    }
}

impl<W: Write + Send> fmt::Debug for EventWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWriter").field("rows_pending", &self.columns.rows()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::event::{Event, Source};
    use crate::schema::{Column, Dimension};
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
    use arrow_array::{Array, RecordBatch, StringArray};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn written(events: impl Iterator<Item = Event>) -> Vec<RecordBatch> {
        let mut writer = EventWriter::new(tempfile::tempfile().unwrap()).unwrap();
        for event in events {
            writer.write(&event.as_row()).unwrap();
        }
        let file = writer.finish().unwrap();
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(1 << 20).build().unwrap();
        reader.map(Result::unwrap).collect()
    }

    fn texts(column: &dyn Array) -> Vec<Option<String>> {
        let dictionary = column.as_dictionary::<Int32Type>().downcast_dict::<StringArray>().unwrap();
        dictionary.into_iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut full = Event::new(Timestamp(-1), "org", "vendor");
        full.value = Some(1.5);
        full.event_version = i64::MIN;
        full.source = Source::Trusted;
        full.set(Dimension::GeoCity, Some("Jyv\u{e4}skyl\u{e4}")).set_properties(["a", ""]);
        let bare = Event::new(Timestamp(7), "", "");

        let batches = written([full, bare].into_iter());
        let [batch] = batches.as_slice() else { panic!("{} batches", batches.len()) };
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, Column::all().map(Column::name).collect::<Vec<_>>());

        let column = |name: &str| batch.column_by_name(name).unwrap();
        assert_eq!(column("timestamp").as_primitive::<TimestampMillisecondType>().values(), &[-1, 7]);
        assert_eq!(column("timestamp").data_type().to_string(), "Timestamp(ms, \"UTC\")");
        let values: Vec<_> = column("value").as_primitive::<Float64Type>().iter().collect();
        assert_eq!(values, [Some(1.5), None]);
        assert_eq!(column("event_version").as_primitive::<Int64Type>().values(), &[i64::MIN, 1]);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(texts(column("source")), [some("trusted"), some("untrusted")]);
        assert_eq!(texts(column("organization_id")), [some("org"), some("")]);
        assert_eq!(texts(column("geo_city")), [some("Jyv\u{e4}skyl\u{e4}"), None]);
        let properties = column("properties").as_list::<i32>();
        assert_eq!(texts(&properties.value(0)), [some("a"), some("")]);
        assert!(properties.is_null(1));
    }

    #[test]
    fn any_number_of_rows_is_written() {
        for rows in [0, BATCH_ROWS + 1] {
            let events = (0..rows).map(|row| Event::new(Timestamp(i64::try_from(row).unwrap()), "o", "v"));
            let batches = written(events);
            assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), rows);
        }
    }
}
