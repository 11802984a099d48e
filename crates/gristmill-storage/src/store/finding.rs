//! One thing that is wrong with the files of a store.

use std::fmt;
use std::io;

use crate::catalog::CatalogError;
use crate::segment::SegmentError;
use crate::wal::WalError;

use super::StoreError;

/// One thing that is wrong with a file of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path of the file below the store.
    pub file: String,
    /// Which part of it.
    pub part: String,
    /// Where the part starts, in bytes from the start of the file.
    pub offset: u64,
    /// What an intact file holds there.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, part, offset, expected, found } = self;
        write!(f, "{file}: {part} at byte {offset}: expected {expected}, found {found}")
    }
}

/// The part that is a file from its start to its end.
const WHOLE_FILE: &str = "whole file";

/// The number of the error that a disk gives which cannot read its own bytes. It is the same on every Unix.
const EIO: i32 = 5;

/// Whether an error of reading stays, and is not one of this process: too many open files, no right to look.
fn is_lost(source: &io::Error) -> bool {
    matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof)
        || source.raw_os_error() == Some(EIO)
}

impl Finding {
    /// A file that is not there, or cannot be read.
    fn unreadable(file: String, source: &io::Error) -> Self {
        let found = match source.kind() {
            io::ErrorKind::NotFound => "none".to_owned(),
            _ => source.to_string(),
        };
        Self {
            file,
            part: WHOLE_FILE.to_owned(),
            offset: 0,
            expected: "a file that can be read".into(),
            found,
        }
    }

    /// The finding that an error tells of; the error itself where it tells of none, as when the store was written by a
    /// newer release.
    pub(super) fn of(error: StoreError) -> Result<Self, StoreError> {
        let at = |file, part: &str, offset, expected, found| {
            Ok(Self { file, part: part.to_owned(), offset, expected, found })
        };
        match error {
            StoreError::Segment(SegmentError::Damaged { file, part, offset, expected, found }) => {
                at(file, &part, offset, expected, found)
            }
            StoreError::Wal(WalError::Damaged { file, offset, expected, found, .. }) => {
                at(file, "frame", offset, expected, found)
            }
            StoreError::Wal(WalError::Batch { file, offset, source }) => {
                at(file, "batch", offset, "a batch of events".to_owned(), source.to_string())
            }
            StoreError::Wal(WalError::Missing { file }) => {
                at(file, WHOLE_FILE, 0, "a file that can be read".to_owned(), "none".to_owned())
            }
            StoreError::Catalog(CatalogError::Damaged { file, offset, expected, found }) => {
                at(file, "catalog", offset, expected, found)
            }
            StoreError::Catalog(CatalogError::Outdated { file, found, newest }) => at(
                file,
                "number",
                0,
                format!("catalog {newest}, which a log knows"),
                format!("catalog {found}"),
            ),
            StoreError::Segment(SegmentError::Io { file, source, .. })
            | StoreError::Wal(WalError::Io { file, source, .. })
            | StoreError::Catalog(CatalogError::Io { file, source, .. })
            | StoreError::Io { file, source, .. }
                if is_lost(&source) =>
            {
                Ok(Self::unreadable(file, &source))
            }
            error => Err(error),
        }
    }
}
