//! Events out of a Parquet file, some row groups at a time, whose columns are decoded by several threads.

use super::column::{ColumnReader, Piece};
use super::decode::{Decoded, Fault, Receiver, Refusal};
use super::file::ParquetFile;
use super::{ColumnMap, ImportError};
use crate::event::{EventError, EventLimits, Ignored, SourceRule};
use crate::ordered::Ordered;
use crate::schema::Column;
use crate::segment::{BuiltColumn, SegmentBuilder};
use crate::timestamp::Timestamp;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::file::metadata::PageIndexPolicy;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Rows of a chunk at most; larger row groups make several, and smaller ones are joined.
const CHUNK_ROWS: usize = 1 << 20;

/// Reads the events of a Parquet file in chunks, on several threads, in memory that a few chunks bound. Threads share the
/// columns of a chunk, so that each chunk is whole soon, and few of them are in memory.
///
/// The columns are those of an event, by their names ([`Column::all`](crate::schema::Column::all)) or those that a
/// [`ColumnMap`] leads to them, in any order: `timestamp` of any unit (without a zone it is UTC; finer than a millisecond
/// is floored), `value` a float or an integer, `event_version` an integer, `properties` a list of strings, all others
/// strings. Optional columns may be absent, which is as if they were null; a null `timestamp` is the time of arrival. Other columns are ignored. What
/// an event must be is the same as in JSON, and the first row that is none ends it all.
pub struct ParquetChunks {
    /// For each piece, its columns.
    columns: Ordered<Decoded<BuiltColumn>>,
    /// The columns of a piece in the order they are read.
    order: Vec<Column>,
    /// The pieces whose columns are to come.
    pieces: std::vec::IntoIter<Arc<Piece>>,
    ignored: Ignored,
    rows: u64,
}

impl ParquetChunks {
    /// Opens a file, under the default limits, and starts to read it with so many threads. Events without a timestamp
    /// get `arrival`.
    pub fn open(
        path: impl AsRef<Path>,
        map: &ColumnMap,
        rule: impl Into<SourceRule>,
        arrival: Timestamp,
        threads: usize,
    ) -> Result<Self, ImportError> {
        let file = ParquetFile::open(path.as_ref(), map, PageIndexPolicy::Skip)?;
        file.fields.require(Column::all())?;
        let rows = u64::try_from(file.metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
        let order = file.fields.widest_first();
        let pieces = pieces(&file.metadata);
        let ignored = file.fields.ignored.clone();
        let receiver = Receiver { rule: rule.into(), arrival: Some(arrival), limits: EventLimits::default() };
        let reader = ColumnReader { file, receiver };
        let items: Vec<(Arc<Piece>, Column)> =
            pieces.iter().flat_map(|piece| order.iter().map(|&column| (Arc::clone(piece), column))).collect();
        let columns =
            Ordered::start(threads, items.into_iter(), move |(piece, column)| reader.read(&piece, column))?;
        Ok(Self { columns, order, pieces: pieces.into_iter(), ignored, rows })
    }

    /// The next events; `None` behind the last ones, and after an error.
    pub fn next_chunk(&mut self) -> Option<Result<SegmentBuilder, ImportError>> {
        let piece = self.pieces.next()?;
        let chunk = self.join(&piece);
        if chunk.is_err() {
            self.pieces = Vec::new().into_iter();
        }
        Some(chunk)
    }

    /// Joins the columns of a piece. Of the rows that are refused, the first one is told.
    fn join(&mut self, piece: &Piece) -> Result<SegmentBuilder, ImportError> {
        let mut columns = Vec::with_capacity(self.order.len());
        let mut refused: Option<(usize, usize, Refusal)> = None;
        for &column in &self.order {
            match self.columns.next() {
                Some(Ok(Ok(column))) => columns.push(column),
                Some(Ok(Err(Fault::Row(row, refusal)))) => {
                    let place = Column::all().position(|known| known == column).unwrap_or(usize::MAX);
                    let is_first =
                        |(first, before, _): &(usize, usize, Refusal)| (row, place) < (*first, *before);
                    if refused.as_ref().is_none_or(is_first) {
                        refused = Some((row, place, refusal));
                    }
                }
                Some(Ok(Err(Fault::Column(error)))) => return Err(error),
                Some(Err(_)) | None => return Err(ImportError::Panicked),
            }
        }
        match refused {
            None => Ok(SegmentBuilder::of_columns(columns)),
            Some((row, _, (field, problem))) => {
                let index = piece.before + row as u64;
                Err(ImportError::Row(Box::new(EventError { index, line: None, field, problem })))
            }
        }
    }

    /// Columns that mean nothing here, each counted once for every row.
    pub fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    /// How many events there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

/// Cuts a file into pieces.
fn pieces(metadata: &ArrowReaderMetadata) -> Vec<Arc<Piece>> {
    let (mut pieces, mut before): (Vec<Piece>, u64) = (Vec::new(), 0);
    for (group, row_group) in metadata.metadata().row_groups().iter().enumerate() {
        let total = usize::try_from(row_group.num_rows()).unwrap_or(0);
        match pieces.last_mut() {
            Some(last) if last.rows + total <= CHUNK_ROWS => {
                last.groups.end = group + 1;
                last.rows += total;
            }
            _ => pieces.extend((0..total).step_by(CHUNK_ROWS).map(|skip| {
                let rows = CHUNK_ROWS.min(total - skip);
                Piece { groups: group..group + 1, skip, rows, before: before + skip as u64 }
            })),
        }
        before += total as u64;
    }
    pieces.into_iter().map(Arc::new).collect()
}

impl fmt::Debug for ParquetChunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetChunks").field("rows", &self.rows).finish_non_exhaustive()
    }
}
