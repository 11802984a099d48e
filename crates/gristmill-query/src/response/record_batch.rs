//! The answer as a record batch of Arrow.

use super::answer::{Answer, GroupColumn};
use super::metric::MetricColumn;
use crate::exec::Value;
use crate::time::Zone;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field, Schema};
use gristmill_storage::schema::Kind;
use std::sync::Arc;

impl Answer {
    /// The answer as a record batch of Arrow 59, with the columns of [`Answer::fields`] (feature `arrow`).
    ///
    /// | column | type |
    /// |---|---|
    /// | `timestamp` | `Timestamp(Millisecond, zone)`, never null |
    /// | a text dimension | `Dictionary(Int32, Utf8)`, nullable |
    /// | an integer dimension | `Int64`, nullable |
    /// | a count, or the estimate of one | `Int64`, never null |
    /// | any other figure | `Float64`, nullable |
    ///
    /// An empty answer has the same columns. The zone is that of the fetch: an IANA name, `UTC`, or `+HH:MM`. Arrow has no
    /// offset with seconds; where the fetch has one, the zone is `UTC`, and the instants are the same.
    ///
    /// Texts are dictionary-encoded since the same few come in many rows: `DataFusion` groups by and compares the numbers,
    /// pyarrow makes categories of them, as Polars does, and Parquet keeps them as they are. Of the signed numbers that
    /// Arrow recommends for it, those of 32 bits are what all three make themselves. A dictionary holds the values of the
    /// answer and no others, in the order in which rows first have them. Counts are signed, since SQL engines and data
    /// frames know such integers best, and no count comes near 2^63. The bytes of sketches are left to
    /// [`Answer::sketch`].
    ///
    /// # Errors
    /// [`ArrowError::OffsetOverflowError`] where the distinct texts of a dimension are 2 GiB or more, and
    /// [`ArrowError::DictionaryKeyOverflowError`] where there are more than 2^31.
    pub fn to_record_batch(&self) -> Result<RecordBatch, ArrowError> {
        let starts = TimestampMillisecondArray::from(self.starts.clone()).with_timezone(zone_name(self.zone));
        let mut columns: Vec<(ArrayRef, bool)> = vec![(Arc::new(starts), false)];
        for group in &self.groups {
            columns.push((group.to_array()?, true));
        }
        columns.extend(self.metrics.iter().map(figures));
        let fields =
            self.fields.iter().zip(&columns).map(|(field, (array, nullable))| {
                Field::new(&field.name, array.data_type().clone(), *nullable)
            });
        let schema = Schema::new(fields.collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(array, _)| array).collect())
    }
}

/// How long a fixed offset of Arrow is at most.
const OFFSET_LEN: usize = "+HH:MM".len();

fn zone_name(zone: Zone) -> String {
    let name = zone.to_string();
    let has_seconds = name.starts_with(['+', '-']) && name.len() > OFFSET_LEN;
    if has_seconds { Zone::UTC.to_string() } else { name }
}

/// The figures, and whether some may be null.
fn figures(column: &MetricColumn) -> (ArrayRef, bool) {
    // Neither a count nor an estimate of one comes near 2^63.
    match column {
        MetricColumn::Integers(figures) => {
            (Arc::new(Int64Array::from_iter_values(figures.iter().map(|figure| figure.cast_signed()))), false)
        }
        MetricColumn::Sketches(figures) => {
            let estimates = figures.iter().map(|figure| figure.estimate.cast_signed());
            (Arc::new(Int64Array::from_iter_values(estimates)), false)
        }
        MetricColumn::Floats(figures) => (Arc::new(Float64Array::from_iter(figures)), true),
    }
}

impl GroupColumn {
    fn to_array(&self) -> Result<ArrayRef, ArrowError> {
        match self.kind {
            Kind::Integer => Ok(Arc::new(self.integers())),
            Kind::Text | Kind::Source | Kind::MultiText => Ok(Arc::new(self.texts()?)),
        }
    }

    fn integers(&self) -> Int64Array {
        let integer = |id: &u32| match self.values.get(*id) {
            Value::Integer(integer) => Some(integer),
            // The dimension has no texts.
            Value::Null | Value::Text(_) => None,
        };
        self.ids.iter().map(integer).collect()
    }

    fn texts(&self) -> Result<DictionaryArray<Int32Type>, ArrowError> {
        let mut texts = Texts::default();
        // By number of the value: its key and 1, or 0 as long as no row has it. Zeros cost nothing where no row looks.
        let mut known = vec![0_i32; self.values.len()];
        let mut key = |id: &u32| match self.values.get(*id) {
            Value::Text(text) => {
                let known = &mut known[*id as usize];
                if *known == 0 {
                    *known = texts.push(text)?;
                }
                Ok(Some(*known - 1))
            }
            // The dimension has no integers.
            Value::Null | Value::Integer(_) => Ok(None),
        };
        let keys: Int32Array = self.ids.iter().map(&mut key).collect::<Result<_, ArrowError>>()?;
        DictionaryArray::try_new(keys, Arc::new(texts.finish()?))
    }
}

/// The values of a dictionary, one after the other.
struct Texts {
    bytes: Vec<u8>,
    /// 0, and where each text ends.
    ends: Vec<i32>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0] }
    }
}

impl Texts {
    /// Adds a text and gives how many there are.
    fn push(&mut self, text: &str) -> Result<i32, ArrowError> {
        let count = i32::try_from(self.ends.len()).map_err(|_| ArrowError::DictionaryKeyOverflowError)?;
        let end = self.bytes.len() + text.len();
        let end = i32::try_from(end).map_err(|_| ArrowError::OffsetOverflowError(end))?;
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(end);
        Ok(count)
    }

    fn finish(self) -> Result<StringArray, ArrowError> {
        let ends = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        StringArray::try_new(ends, Buffer::from_vec(self.bytes), None)
    }
}
