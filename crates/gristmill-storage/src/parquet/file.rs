//! A Parquet file that is open: its end was read, and its columns can be.

use super::decode::Decoded;
use super::fields::Fields;
use super::selection::Selection;
use super::{ColumnMap, ImportError};
use crate::schema::Column;
use arrow_array::ArrayRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::PageIndexPolicy;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Rows that are decoded at once. Each time the dictionary of the row group is looked at as a whole.
const BATCH_ROWS: usize = 1 << 17;

/// What is known of a file without reading a column.
#[derive(Debug)]
pub(super) struct ParquetFile {
    pub(super) path: PathBuf,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) fields: Fields,
    state: State,
}

/// By which a file that was changed is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl State {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { bytes: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl ParquetFile {
    pub(super) fn open(path: &Path, map: &ColumnMap, index: PageIndexPolicy) -> Result<Self, ImportError> {
        let file = File::open(path)?;
        let state = State::of(&file)?;
        // What the writer had in memory does not matter: texts are read as they suit here.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_page_index_policy(index);
        let found = ArrowReaderMetadata::load(&file, options)?;
        let fields = Fields::of(found.schema(), found.metadata(), map)?;
        let options = ArrowReaderOptions::new().with_schema(Arc::clone(&fields.schema));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options)?;
        Ok(Self { path: path.to_owned(), metadata, fields, state })
    }

    /// The file, if it is the one that was opened.
    pub(super) fn handle(&self) -> Result<File, ImportError> {
        // Handles of one file that are copies of each other share their position, so each reader opens its own.
        let file = File::open(&self.path)?;
        if State::of(&file)? == self.state { Ok(file) } else { Err(ImportError::Changed) }
    }

    /// How many rows a row group has.
    pub(super) fn group_rows(&self, group: usize) -> usize {
        usize::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or(0)
    }

    /// Calls `take` with the selected rows of a row group, all without a selection, some after others. The column must be
    /// there.
    pub(super) fn each_batch(
        &self,
        group: usize,
        column: Column,
        selection: Option<&Selection>,
        mut take: impl FnMut(&ArrayRef, usize) -> Decoded<()>,
    ) -> Decoded<()> {
        let Some(place) = self.fields.place(column) else {
            return Err(ImportError::Absent { column: column.name() }.into());
        };
        for batch in self.reader(group, place, selection)? {
            let batch = batch?;
            if let Some(array) = batch.columns().first() {
                take(array, batch.num_rows())?;
            }
        }
        Ok(())
    }

    fn reader(
        &self,
        group: usize,
        place: usize,
        selection: Option<&Selection>,
    ) -> Decoded<ParquetRecordBatchReader> {
        let rows = self.group_rows(group);
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.handle()?, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(ProjectionMask::roots(self.metadata.parquet_schema(), [place]))
                .with_batch_size(BATCH_ROWS);
        if let Some(selection) = selection.filter(|selection| selection.rows() != rows) {
            builder = builder.with_row_selection(selection.of_group(rows));
        }
        Ok(builder.build()?)
    }
}
