//! Why a Parquet file cannot be read as events.

use crate::event::EventError;
use crate::segment::SegmentError;
use std::io;
use thiserror::Error;

/// Why a Parquet file cannot be read as events.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file cannot be opened, or a thread cannot be started.
    #[error("cannot be read")]
    Io(#[from] io::Error),
    /// The file is no Parquet file, or it is damaged.
    #[error("is no Parquet file that can be read")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Values of the file cannot be decoded.
    #[error("cannot be decoded")]
    Decode(#[from] arrow_schema::ArrowError),
    /// A column holds something else.
    #[error("the column `{column}` must hold {expected}, found {found}")]
    Column {
        /// Name of the column.
        column: &'static str,
        /// What would be right.
        expected: &'static str,
        /// The type that is there.
        found: String,
    },
    /// A required column is not there.
    #[error(
        "the column `{column}` is required and is absent; where it has another name, map that name to it"
    )]
    Absent {
        /// Name of the column.
        column: &'static str,
    },
    /// Two columns have the same name, or names that mean the same.
    #[error("the column `{column}` stands twice in the file")]
    Repeated {
        /// Name of the column.
        column: &'static str,
    },
    /// A column does not have the rows that the file says it has.
    #[error("the column `{column}` has {found} rows where the file says {expected}; the file is damaged")]
    Rows {
        /// Name of the column.
        column: &'static str,
        /// Rows there should be.
        expected: usize,
        /// Rows there are.
        found: usize,
    },
    /// A row is refused. It is the first one, [`EventError::index`] is its number from 0 on.
    #[error("{0}")]
    Row(Box<EventError>),
    /// The events do not fit together.
    #[error("the events cannot be brought into columns")]
    Columns(#[from] SegmentError),
    /// The file is not the one whose end was read when it was opened.
    #[error("has changed since it was opened; open the files anew")]
    Changed,
    /// Nobody waits for the events any more.
    #[error("was not read to its end, since that was no longer wanted")]
    Stopped,
    /// A thread that reads has panicked.
    #[error("a thread that reads the events has failed")]
    Panicked,
}
