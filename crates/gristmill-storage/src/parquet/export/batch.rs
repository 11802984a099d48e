//! Rows of a segment as Arrow columns.

use crate::parquet::columns::{UTC, field, item};
use crate::schema::{Column, Dimension};
use crate::segment::{
    Codes, Dictionary, DimensionCodes, NULL_CODE, Segment, SegmentError, TextDictionary, Timestamps, Values,
};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use std::ops::Range;
use std::sync::Arc;

/// All columns of a segment, of which some rows after others become batches.
pub(super) struct SegmentColumns {
    schema: SchemaRef,
    timestamps: Arc<Timestamps>,
    values: Arc<Values>,
    dimensions: Vec<DimensionColumn>,
}

struct DimensionColumn {
    /// The texts without null; absent where the values are integers.
    texts: Option<Arc<StringArray>>,
    dictionary: Arc<Dictionary>,
    codes: Arc<DimensionCodes>,
}

impl SegmentColumns {
    pub(super) fn of(segment: &Segment) -> Result<Self, SegmentError> {
        let dimension = |dimension: Dimension| {
            let dictionary = segment.dictionary(dimension)?;
            let texts = match &*dictionary {
                Dictionary::Text(texts) => Some(Arc::new(strings(texts).map_err(encode)?)),
                Dictionary::Integer(_) => None,
            };
            Ok::<_, SegmentError>(DimensionColumn { texts, dictionary, codes: segment.codes(dimension)? })
        };
        let fields: Vec<_> = Column::all().map(field).collect();
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            timestamps: segment.timestamps()?,
            values: segment.values()?,
            dimensions: Dimension::ALL.into_iter().map(dimension).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Some rows, in the columns of an event.
    pub(super) fn batch(&self, rows: &Range<usize>) -> Result<RecordBatch, ArrowError> {
        let column = |column: Column| -> Result<ArrayRef, ArrowError> {
            Ok(match column {
                Column::Timestamp => {
                    let times = rows.clone().map(|row| self.timestamps.get(row));
                    Arc::new(TimestampMillisecondArray::from_iter_values(times).with_timezone(UTC))
                }
                Column::Value => {
                    Arc::new(rows.clone().map(|row| self.values.get(row)).collect::<Float64Array>())
                }
                Column::Dimension(dimension) => self.dimensions[dimension as usize].array(rows)?,
            })
        };
        RecordBatch::try_new(self.schema(), Column::all().map(column).collect::<Result<_, _>>()?)
    }
}

fn encode(source: ArrowError) -> SegmentError {
    SegmentError::Encode { source }
}

/// The texts of a dictionary, without null.
fn strings(texts: &TextDictionary) -> Result<StringArray, ArrowError> {
    let offsets = texts.offsets.slice(1, texts.offsets.len() - 1);
    StringArray::try_new(OffsetBuffer::new(offsets), texts.bytes.clone(), None)
}

impl DimensionColumn {
    fn array(&self, rows: &Range<usize>) -> Result<ArrayRef, ArrowError> {
        Ok(match (&self.texts, &*self.dictionary, &*self.codes) {
            (None, Dictionary::Integer(integers), DimensionCodes::Single(codes)) => {
                let value = |row: usize| integers.get(codes.get(row)).unwrap_or_default();
                Arc::new(Int64Array::from_iter_values(rows.clone().map(value)))
            }
            (Some(texts), _, DimensionCodes::Single(codes)) => {
                Arc::new(dictionary(codes, rows.clone(), texts)?)
            }
            (Some(texts), _, DimensionCodes::Multi(lists)) => {
                let start = lists.offsets[rows.start];
                let offsets: ScalarBuffer<i32> =
                    lists.offsets[rows.start..=rows.end].iter().map(|offset| offset - start).collect();
                let nulls = offsets.windows(2).map(|ends| ends[0] < ends[1]).collect();
                let values = dictionary(&lists.codes, lists.range_of(rows), texts)?;
                Arc::new(ListArray::try_new(
                    item(),
                    OffsetBuffer::new(offsets),
                    Arc::new(values),
                    Some(nulls),
                )?)
            }
            // A dimension of lists holds texts.
            (None, ..) => Arc::new(Int64Array::from_iter_values(rows.clone().map(|_| 0))),
        })
    }
}

fn dictionary(
    codes: &Codes,
    places: Range<usize>,
    texts: &Arc<StringArray>,
) -> Result<DictionaryArray<Int32Type>, ArrowError> {
    let key = |place: usize| match codes.get(place) {
        NULL_CODE => None,
        code => Some(code.cast_signed() - 1),
    };
    let keys: Int32Array = places.map(key).collect();
    DictionaryArray::try_new(keys, Arc::clone(texts) as ArrayRef)
}
