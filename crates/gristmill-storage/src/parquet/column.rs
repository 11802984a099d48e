//! One column of some rows of a Parquet file.

use super::ImportError;
use super::decode::{self, Decoded, Fault, Receiver};
use super::file::ParquetFile;
use super::selection::Selection;
use crate::schema::Column;
use crate::segment::{BuiltColumn, DimensionBuilder, ValueVec};
use arrow_array::ArrayRef;
use std::ops::Range;

/// Some rows of a file.
#[derive(Debug)]
pub(super) struct Piece {
    /// All rows of these row groups, or some rows of one.
    pub(super) groups: Range<usize>,
    /// Rows of the first group before them.
    pub(super) skip: usize,
    pub(super) rows: usize,
    /// Rows of the file before them.
    pub(super) before: u64,
}

/// What it takes to read any column of a file, on any thread.
#[derive(Debug)]
pub(super) struct ColumnReader {
    pub(super) file: ParquetFile,
    pub(super) receiver: Receiver,
}

impl ColumnReader {
    /// A column of a piece, checked.
    pub(super) fn read(&self, piece: &Piece, column: Column) -> Decoded<BuiltColumn> {
        let receiver = &self.receiver;
        match column {
            Column::Timestamp => {
                let mut timestamps = Vec::with_capacity(piece.rows);
                self.each_batch(piece, column, |array, rows| {
                    timestamps.extend(decode::timestamps(array, rows, receiver)?);
                    Ok(())
                })?;
                Ok(BuiltColumn::Timestamps(timestamps))
            }
            Column::Value => {
                let mut values = ValueVec::with_capacity(piece.rows);
                self.each_batch(piece, column, |array, rows| {
                    decode::values(array, rows)?.into_iter().for_each(|value| values.push(value));
                    Ok(())
                })?;
                Ok(BuiltColumn::Values(values))
            }
            Column::Dimension(dimension) => {
                let mut builder = DimensionBuilder::with_capacity(dimension, piece.rows);
                self.each_batch(piece, column, |array, rows| {
                    Ok(builder.push_rows(
                        &decode::dimension(dimension, array, rows, receiver)?,
                        std::slice::from_ref(&(0..rows)),
                    )?)
                })?;
                Ok(BuiltColumn::Dimension(dimension, builder))
            }
        }
    }

    /// Calls `take` with some rows after others, and how many they are; without an array where the file has no such
    /// column.
    fn each_batch(
        &self,
        piece: &Piece,
        column: Column,
        mut take: impl FnMut(Option<&ArrayRef>, usize) -> Decoded<()>,
    ) -> Decoded<()> {
        if self.file.fields.place(column).is_none() {
            return take(None, piece.rows);
        }
        let mut before = 0;
        for group in piece.groups.clone() {
            let selection =
                (piece.groups.len() == 1).then(|| Selection::range(piece.skip..piece.skip + piece.rows));
            self.file.each_batch(group, column, selection.as_ref(), |array, rows| {
                take(Some(array), rows).map_err(|fault| fault.after(before))?;
                before += rows;
                Ok(())
            })?;
        }
        // Each column is read by itself, so nothing else compares their lengths.
        same_rows(column, piece.rows, before)
    }
}

/// Refuses a column that has other rows than the file says.
pub(super) fn same_rows(column: Column, expected: usize, found: usize) -> Decoded<()> {
    if found == expected {
        return Ok(());
    }
    Err(Fault::Column(ImportError::Rows { column: column.name(), expected, found }))
}
