//! Rows that come as columns.

use super::SegmentBuilder;
use super::dimension::DimensionBuilder;
use super::metrics::{Metrics, ValueVec};
use crate::schema::Dimension;
use crate::segment::{Dictionary, DimensionCodes, SegmentError};
use arrow_array::{Array, StringViewArray};
use std::ops::Range;

/// Some rows of a dimension.
#[derive(Debug)]
pub(crate) enum DimensionRows {
    /// One integer a row.
    Integers(Vec<i64>),
    /// A dictionary in any order, in which a value may stand more than once; the first entry stands for null. Lists hold
    /// no value twice.
    Texts(Dictionary, DimensionCodes),
    /// One text a row, or null.
    WrittenOut(StringViewArray),
}

impl DimensionRows {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Integers(integers) => integers.len(),
            Self::Texts(_, DimensionCodes::Single(codes)) => codes.len(),
            Self::Texts(_, DimensionCodes::Multi(lists)) => lists.offsets.len() - 1,
            Self::WrittenOut(texts) => texts.len(),
        }
    }
}

/// One column of the rows of a builder, apart from the others.
#[derive(Debug)]
pub(crate) enum BuiltColumn {
    /// In milliseconds.
    Timestamps(Vec<i64>),
    Values(ValueVec),
    Dimension(Dimension, DimensionBuilder),
}

impl SegmentBuilder {
    /// A builder of columns that have the same number of rows; one of every kind.
    pub(crate) fn of_columns(columns: impl IntoIterator<Item = BuiltColumn>) -> Self {
        let mut builder = Self::new();
        let (mut timestamps, mut values) = (Vec::new(), ValueVec::default());
        for column in columns {
            match column {
                BuiltColumn::Timestamps(column) => timestamps = column,
                BuiltColumn::Values(column) => values = column,
                BuiltColumn::Dimension(dimension, column) => builder.dimensions[dimension as usize] = column,
            }
        }
        builder.metrics = Metrics::of(timestamps, values);
        builder.extend_tenants();
        builder
    }
}

impl DimensionBuilder {
    /// A dimension with room for so many rows.
    pub(crate) fn with_capacity(dimension: Dimension, rows: usize) -> Self {
        let mut builder = Self::new(dimension);
        builder.reserve(rows);
        builder
    }

    /// Takes the rows at some places. [`SegmentError::Full`] where the values of all of them might not fit.
    pub(crate) fn push_rows(
        &mut self,
        rows: &DimensionRows,
        places: &[Range<usize>],
    ) -> Result<(), SegmentError> {
        match rows {
            DimensionRows::Integers(integers) => {
                places.iter().for_each(|place| self.push_integers(&integers[place.clone()]));
            }
            DimensionRows::Texts(dictionary, codes) => {
                self.check_segment(dictionary, codes)?;
                self.extend(dictionary, codes, places);
            }
            DimensionRows::WrittenOut(texts) => {
                self.check_room(texts.lengths().map(|length| length as usize).sum(), 0)?;
                for place in places {
                    self.push_texts(texts.slice(place.start, place.len()).iter());
                }
            }
        }
        Ok(())
    }
}
