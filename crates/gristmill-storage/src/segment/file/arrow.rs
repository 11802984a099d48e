//! A segment as one Arrow record batch, and back to the schema of its file.

use super::compression::ZSTD_LEVEL;
use super::sum::{BlockSums, SumWriter, io_error};
use super::{CURRENT_VERSION, Form, uuid};
use crate::schema::{Column, Kind};
use crate::segment::heap::{HeapDimension, HeapSegment};
use crate::segment::index::index;
use crate::segment::{Codes, Dictionary, DimensionCodes, SegmentError, TextDictionary, Timestamps};
use arrow_array::types::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{
    ArrayRef, DictionaryArray, FixedSizeBinaryArray, Float64Array, Int64Array, ListArray, PrimitiveArray,
    RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::{ArrowError, Field, Schema};
use std::sync::Arc;

/// Key of the format version in the metadata of the schema.
pub(super) const VERSION_KEY: &str = "gristmill.format";

/// Bytes of a UUID, as Arrow counts them.
const FIXED_SIZE: i32 = 16;

/// Name of the values in a multi-value column.
const ITEM: &str = "item";

/// Writes the Arrow file of a segment and makes it durable.
pub(super) fn write(
    writer: SumWriter<'_>,
    path: &str,
    heap: &HeapSegment,
    form: Form,
) -> Result<BlockSums, SegmentError> {
    let to_error = |error| match error {
        ArrowError::IoError(_, source) => io_error("write", path, source),
        source => SegmentError::Encode { source },
    };
    let batch = record_batch(heap, form).map_err(to_error)?;
    let options = options(form).map_err(to_error)?;
    let mut file = FileWriter::try_new_with_options(writer, &batch.schema(), options).map_err(to_error)?;
    file.write(&batch).map_err(to_error)?;
    file.into_inner().map_err(to_error)?.finish()
}

fn options(form: Form) -> Result<IpcWriteOptions, ArrowError> {
    let options = IpcWriteOptions::default();
    match form {
        Form::Plain => Ok(options),
        Form::Compressed => options
            .try_with_compression(Some(CompressionType::ZSTD))?
            .try_with_compression_level(Some(ZSTD_LEVEL)),
    }
}

fn record_batch(heap: &HeapSegment, form: Form) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in Column::all() {
        let array = match column {
            Column::Timestamp => timestamps(&heap.timestamps),
            Column::Value => {
                let values = &heap.values;
                Arc::new(Float64Array::try_new(values.numbers.clone(), values.validity.clone())?)
            }
            Column::Dimension(dimension) => dimension_array(heap.dimension(dimension), form)?,
        };
        fields.push(Field::new(column.name(), array.data_type().clone(), is_nullable(column)));
        arrays.push(array);
    }
    let version = [(VERSION_KEY.to_owned(), CURRENT_VERSION.to_string())];
    let schema = Schema::new_with_metadata(fields, version.into());
    RecordBatch::try_new(Arc::new(schema), arrays)
}

fn is_nullable(column: Column) -> bool {
    match column {
        Column::Timestamp => false,
        Column::Value => true,
        Column::Dimension(dimension) => !matches!(dimension.kind(), Kind::Integer | Kind::Source),
    }
}

fn timestamps(timestamps: &Timestamps) -> ArrayRef {
    let instants: ScalarBuffer<i64> = match timestamps {
        Timestamps::Wide(instants) => instants.clone(),
        Timestamps::Narrow { base, offsets } => {
            offsets.iter().map(|&offset| base + i64::from(offset)).collect()
        }
    };
    Arc::new(TimestampMillisecondArray::new(instants, None).with_timezone("UTC"))
}

fn dimension_array(dimension: &HeapDimension, form: Form) -> Result<ArrayRef, ArrowError> {
    let dictionary = dictionary_array(&dimension.dictionary, form)?;
    match &*dimension.codes {
        DimensionCodes::Single(codes) => keyed(codes, dictionary),
        DimensionCodes::Multi(lists) => {
            let values = keyed(&lists.codes, dictionary)?;
            let filled = BooleanBuffer::collect_bool(lists.offsets.len() - 1, |row| {
                lists.offsets[row] != lists.offsets[row + 1]
            });
            let nulls = Some(NullBuffer::new(filled)).filter(|nulls| nulls.null_count() > 0);
            let item = Arc::new(Field::new(ITEM, values.data_type().clone(), true));
            let offsets = OffsetBuffer::new(lists.offsets.clone());
            Ok(Arc::new(ListArray::try_new(item, offsets, values, nulls)?))
        }
    }
}

/// The entries with a null in the first place, where every dictionary has it.
fn dictionary_array(dictionary: &Dictionary, form: Form) -> Result<ArrayRef, ArrowError> {
    let entries = dictionary.len();
    let nulls = Some(NullBuffer::new(BooleanBuffer::collect_bool(entries, |code| code > 0)));
    Ok(match dictionary {
        Dictionary::Text(texts)
            if form == Form::Compressed
                && let Some(uuids) = uuids(texts) =>
        {
            Arc::new(FixedSizeBinaryArray::try_new(FIXED_SIZE, uuids, nulls)?)
        }
        Dictionary::Text(texts) => {
            let offsets = OffsetBuffer::new(texts.offsets.clone());
            Arc::new(StringArray::try_new(offsets, texts.bytes.clone(), nulls)?)
        }
        Dictionary::Integer(integers) => Arc::new(Int64Array::try_new(integers.values.clone(), nulls)?),
    })
}

/// The texts as UUIDs, null's place filled with zeros, where there are some and all of them are.
fn uuids(texts: &TextDictionary) -> Option<Buffer> {
    let mut bytes = vec![0; uuid::BYTES];
    bytes.reserve(uuid::BYTES * (texts.len() - 1));
    for code in 1..index(texts.len()) {
        bytes.extend(uuid::parse(texts.bytes(code))?);
    }
    (texts.len() > 1).then(|| bytes.into())
}

fn keyed(codes: &Codes, dictionary: ArrayRef) -> Result<ArrayRef, ArrowError> {
    fn of<K: ArrowDictionaryKeyType>(
        codes: &ScalarBuffer<K::Native>,
        dictionary: ArrayRef,
    ) -> Result<ArrayRef, ArrowError> {
        let keys = PrimitiveArray::<K>::try_new(codes.clone(), None)?;
        Ok(Arc::new(DictionaryArray::try_new(keys, dictionary)?))
    }
    match codes {
        Codes::U8(codes) => of::<UInt8Type>(codes, dictionary),
        Codes::U16(codes) => of::<UInt16Type>(codes, dictionary),
        Codes::U32(codes) => of::<UInt32Type>(codes, dictionary),
    }
}
