//! What can go wrong with a segment.

use std::io;

/// Why a segment could not be built, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// A builder has no room for another row; what it holds is untouched.
    #[error(
        "the segment is full: {what} would exceed {limit}; build it and go on with a new one, \
         or split the event when it alone is too large"
    )]
    Full {
        /// What ran out, with its unit.
        what: &'static str,
        /// The most there can be.
        limit: u64,
    },
    /// A segment needs at least one row.
    #[error("a segment needs at least one row; push an event before building it")]
    Empty,
    /// The operating system refused an operation on a file of the segment.
    #[error("cannot {action} segment file {file}: {source}")]
    Io {
        /// What was tried: "read", "create", ...
        action: &'static str,
        /// Path of the file below the store.
        file: String,
        /// The reason given.
        source: io::Error,
    },
    /// Bytes on disk are not the ones that were written.
    #[error(
        "segment file {file} is damaged at byte {offset} ({part}): expected {expected}, found {found}; \
         restore the file from a backup; a fetch that allows a partial answer goes on without its events"
    )]
    Damaged {
        /// Path of the file below the store.
        file: String,
        /// Which part of the file: a column's buffer, the footer, a posting list, ...
        part: String,
        /// Where the part starts, in bytes from the start of the file.
        offset: u64,
        /// What an intact file holds there.
        expected: String,
        /// What was read.
        found: String,
    },
    /// The file was written by a newer release.
    #[error(
        "segment file {file} has format version {found}, and this release reads up to {newest}; \
         open the store with a newer release"
    )]
    NewerFormat {
        /// Path of the file below the store.
        file: String,
        /// The version found.
        found: u32,
        /// The newest version this release reads.
        newest: u32,
    },
    /// Arrow refused to encode the segment; nothing was written.
    #[error("cannot encode the segment as Arrow: {source}")]
    Encode {
        /// The reason given.
        source: arrow_schema::ArrowError,
    },
    /// The segment was made without a column that is read of it: a mistake of this library.
    #[error(
        "the column `{column}` was not read into the segment; this is a mistake of the library, please report it"
    )]
    NotRead {
        /// Name of the column.
        column: &'static str,
    },
    /// A file that is no segment, and from which events were to be read.
    #[error("`{file}`: {source}")]
    Foreign {
        /// The path of the file.
        file: String,
        /// Why they cannot be read.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl SegmentError {
    /// The file that it is about, where it is about one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Io { file, .. }
            | Self::Damaged { file, .. }
            | Self::NewerFormat { file, .. }
            | Self::Foreign { file, .. } => Some(file),
            Self::Full { .. } | Self::Empty | Self::Encode { .. } | Self::NotRead { .. } => None,
        }
    }
}
