//! One column of some rows of a Parquet file.

use super::ImportError;
use super::decode::{self, Decoded, Fault, Receiver};
use super::fields::Fields;
use crate::schema::Column;
use crate::segment::{BuiltColumn, DimensionBuilder, ValueVec};
use arrow_array::ArrayRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;

/// Rows that are decoded at once. Each time the dictionary of the row group is looked at as a whole.
const BATCH_ROWS: usize = 1 << 17;

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
    pub(super) path: PathBuf,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) fields: Fields,
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
                    Ok(builder.push_rows(&decode::dimension(dimension, array, rows, receiver)?)?)
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
        let Some(place) = self.fields.place(column) else { return take(None, piece.rows) };
        let mut before = 0;
        for group in piece.groups.clone() {
            for batch in self.open(piece, group, place)? {
                let batch = batch?;
                let rows = batch.num_rows();
                take(batch.columns().first(), rows).map_err(|fault| fault.after(before))?;
                before += rows;
            }
        }
        // Each column is read by itself, so nothing else compares their lengths.
        if before == piece.rows {
            return Ok(());
        }
        let (column, expected, found) = (column.name(), piece.rows, before);
        Err(Fault::Column(ImportError::Rows { column, expected, found }))
    }

    fn open(&self, piece: &Piece, group: usize, place: usize) -> Decoded<ParquetRecordBatchReader> {
        // Handles of one file that are copies of each other share their position, so each reader opens its own.
        let file = File::open(&self.path)?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(ProjectionMask::roots(self.metadata.parquet_schema(), [place]))
            .with_batch_size(BATCH_ROWS);
        let all = self.metadata.metadata().row_group(group).num_rows();
        if piece.groups.len() == 1 && usize::try_from(all) != Ok(piece.rows) {
            let rows = [RowSelector::skip(piece.skip), RowSelector::select(piece.rows)];
            builder = builder.with_row_selection(RowSelection::from(rows.to_vec()));
        }
        Ok(builder.build()?)
    }
}
