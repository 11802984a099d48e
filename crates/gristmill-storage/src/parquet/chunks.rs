//! Events out of a Parquet file, a row group at a time, decoded by several threads.

use super::ImportError;
use super::decode::{Receiver, decode};
use super::fields::Fields;
use crate::event::{EventError, EventLimits, Ignored, SourceRule};
use crate::ordered::Ordered;
use crate::segment::SegmentBuilder;
use crate::timestamp::Timestamp;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows of a chunk at most; larger row groups make several.
const CHUNK_ROWS: usize = 1 << 20;
/// Rows that are decoded at once. Each time the dictionaries of the row group are looked at as a whole.
const BATCH_ROWS: usize = 1 << 17;

/// Reads the events of a Parquet file in chunks, on several threads, in memory that a few row groups bound.
///
/// The columns are those of an event, by their names ([`Column::all`](crate::schema::Column::all)), in any order:
/// `timestamp` of any unit (without a zone it is UTC; finer than a millisecond is floored), `value` a float or an
/// integer, `event_version` an integer, `properties` a list of strings, all others strings. Optional columns may be
/// absent, which is as if they were null; a null `timestamp` is the time of arrival. Other columns are ignored. What
/// an event must be is the same as in JSON, and the first row that is none ends it all.
pub struct ParquetChunks {
    chunks: Ordered<Result<SegmentBuilder, ImportError>>,
    ignored: Ignored,
    rows: u64,
    done: bool,
}

/// What every thread needs to read rows of a file.
struct Import {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    fields: Fields,
    mask: ProjectionMask,
    receiver: Receiver,
}

/// Some rows of a row group.
#[derive(Clone, Copy, Debug)]
struct Piece {
    group: usize,
    /// Rows of the group before them.
    skip: usize,
    rows: usize,
    /// Rows of the file before them.
    before: u64,
}

impl ParquetChunks {
    /// Opens a file, under the default limits, and starts to read it with so many threads. Events without a timestamp
    /// get `arrival`.
    pub fn open(
        path: impl AsRef<Path>,
        rule: impl Into<SourceRule>,
        arrival: Timestamp,
        threads: usize,
    ) -> Result<Self, ImportError> {
        let path = path.as_ref().to_owned();
        let file = File::open(&path)?;
        // What the writer had in memory does not matter: texts are read as they suit here.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let found = ArrowReaderMetadata::load(&file, options)?;
        let rows = u64::try_from(found.metadata().file_metadata().num_rows()).unwrap_or(0);
        let fields = Fields::of(found.schema(), rows)?;
        let options = ArrowReaderOptions::new().with_schema(Arc::clone(&fields.schema));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options)?;
        let places = fields.places.iter().map(|&(_, place)| place);
        let mask = ProjectionMask::roots(metadata.parquet_schema(), places);
        let pieces = pieces(&metadata);
        let ignored = fields.ignored.clone();
        let receiver = Receiver { rule: rule.into(), arrival, limits: EventLimits::default() };
        let import = Import { path, metadata, fields, mask, receiver };
        let chunks = Ordered::start(threads, pieces.into_iter(), move |piece| import.read(piece))?;
        Ok(Self { chunks, ignored, rows, done: false })
    }

    /// The next events; `None` behind the last ones, and after an error.
    pub fn next_chunk(&mut self) -> Option<Result<SegmentBuilder, ImportError>> {
        if self.done {
            return None;
        }
        let chunk = match self.chunks.next()? {
            Ok(result) => result,
            Err(_) => Err(ImportError::Panicked),
        };
        self.done = chunk.is_err();
        Some(chunk)
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
fn pieces(metadata: &ArrowReaderMetadata) -> Vec<Piece> {
    let (mut pieces, mut before) = (Vec::new(), 0);
    for (group, row_group) in metadata.metadata().row_groups().iter().enumerate() {
        let total = usize::try_from(row_group.num_rows()).unwrap_or(0);
        for skip in (0..total).step_by(CHUNK_ROWS) {
            let rows = CHUNK_ROWS.min(total - skip);
            pieces.push(Piece { group, skip, rows, before });
            before += rows as u64;
        }
    }
    pieces
}

impl Import {
    fn read(&self, piece: Piece) -> Result<SegmentBuilder, ImportError> {
        // Handles of one file that are copies of each other share their position, so each thread opens its own.
        let file = File::open(&self.path)?;
        let selection =
            RowSelection::from(vec![RowSelector::skip(piece.skip), RowSelector::select(piece.rows)]);
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![piece.group])
            .with_projection(self.mask.clone())
            .with_batch_size(BATCH_ROWS);
        if piece.skip > 0 || piece.rows == CHUNK_ROWS {
            builder = builder.with_row_selection(selection);
        }
        let mut rows = SegmentBuilder::new();
        for batch in builder.build()? {
            let batch = decode(&batch?, &self.fields.places, &self.receiver).map_err(|fault| {
                fault.into_error(|row, (field, problem)| {
                    let index = piece.before + rows.len() as u64 + row as u64;
                    EventError { index, line: None, field, problem }
                })
            })?;
            rows.push_columns(&batch)?;
        }
        Ok(rows)
    }
}

impl fmt::Debug for ParquetChunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetChunks").field("rows", &self.rows).finish_non_exhaustive()
    }
}
