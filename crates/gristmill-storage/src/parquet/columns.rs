//! Rows into Arrow columns.

use crate::event::EventRow;
use crate::schema::{Column, Kind};
use arrow_array::builder::{
    ArrayBuilder, Float64Builder, Int64Builder, ListBuilder, StringDictionaryBuilder,
    TimestampMillisecondBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

pub(super) const UTC: &str = "UTC";

type TextBuilder = StringDictionaryBuilder<Int32Type>;

/// The rows of one record batch, column by column.
pub(super) struct Columns {
    schema: SchemaRef,
    builders: Vec<(Column, Builder)>,
    rows: usize,
}

enum Builder {
    Timestamp(TimestampMillisecondBuilder),
    Value(Float64Builder),
    Integer(Int64Builder),
    Text(TextBuilder),
    Source(TextBuilder),
    MultiText(ListBuilder<TextBuilder>),
}

impl Columns {
    pub(super) fn new() -> Self {
        let fields: Vec<Field> = Column::all().map(field).collect();
        let builders = Column::all().map(|column| (column, Builder::of(column))).collect();
        Self { schema: Arc::new(Schema::new(fields)), builders, rows: 0 }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn push(&mut self, row: &EventRow<'_>) -> Result<(), ArrowError> {
        for (column, builder) in &mut self.builders {
            builder.push(*column, row)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The rows so far; none is left.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(|(_, builder)| builder.finish()).collect();
        RecordBatch::try_new(self.schema(), arrays)
    }
}

/// The field of a column.
pub(super) fn field(column: Column) -> Field {
    let (data_type, nullable) = match column {
        Column::Timestamp => (DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::from(UTC))), false),
        Column::Value => (DataType::Float64, true),
        Column::Dimension(dimension) => {
            let data_type = match dimension.kind() {
                Kind::Integer => DataType::Int64,
                Kind::Text | Kind::Source => text_type(),
                Kind::MultiText => DataType::List(item()),
            };
            (data_type, !dimension.required())
        }
    };
    Field::new(column.name(), data_type, nullable)
}

/// The field of the values of a list; the name is that of the Parquet format.
pub(super) fn item() -> FieldRef {
    Arc::new(Field::new("element", text_type(), false))
}

fn text_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

impl Builder {
    fn of(column: Column) -> Self {
        match column {
            Column::Timestamp => Self::Timestamp(TimestampMillisecondBuilder::new().with_timezone(UTC)),
            Column::Value => Self::Value(Float64Builder::new()),
            Column::Dimension(dimension) => match dimension.kind() {
                Kind::Integer => Self::Integer(Int64Builder::new()),
                Kind::Text => Self::Text(TextBuilder::new()),
                Kind::Source => Self::Source(TextBuilder::new()),
                Kind::MultiText => Self::MultiText(ListBuilder::new(TextBuilder::new()).with_field(item())),
            },
        }
    }

    fn push(&mut self, column: Column, row: &EventRow<'_>) -> Result<(), ArrowError> {
        match self {
            Self::Timestamp(builder) => builder.append_value(row.timestamp.millis()),
            Self::Value(builder) => builder.append_option(row.value),
            Self::Integer(builder) => builder.append_value(row.event_version),
            Self::Source(builder) => {
                builder.append(row.source.name())?;
            }
            Self::Text(builder) => match text(column, row) {
                Some(text) => {
                    builder.append(text)?;
                }
                None => builder.append_null(),
            },
            Self::MultiText(builder) => {
                for text in &row.properties {
                    builder.values().append(text)?;
                }
                builder.append(!row.properties.is_empty());
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Timestamp(builder) => ArrayBuilder::finish(builder),
            Self::Value(builder) => ArrayBuilder::finish(builder),
            Self::Integer(builder) => ArrayBuilder::finish(builder),
            Self::Text(builder) | Self::Source(builder) => ArrayBuilder::finish(builder),
            Self::MultiText(builder) => ArrayBuilder::finish(builder),
        }
    }
}

fn text<'a>(column: Column, row: &EventRow<'a>) -> Option<&'a str> {
    match column {
        Column::Dimension(dimension) => row.text(dimension),
        Column::Timestamp | Column::Value => None,
    }
}
