//! What can go wrong with a catalog.

use std::io;

/// Why a catalog could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The operating system refused an operation on the catalog.
    #[error("cannot {action} catalog file {file}: {source}")]
    Io {
        /// What was tried: "create", "write", "sync", "read", ...
        action: &'static str,
        /// Path of the file below the store.
        file: String,
        /// The reason given.
        source: io::Error,
    },
    /// The bytes are not the ones that were written.
    #[error(
        "catalog file {file} is damaged at byte {offset}: expected {expected}, found {found}; restore the store from a \
         backup ({old} is the catalog before this one, and may miss newer events)",
        old = super::names::OLD
    )]
    Damaged {
        /// Path of the file below the store.
        file: String,
        /// Where the first bad part starts, in bytes from the start of the file.
        offset: u64,
        /// What an intact catalog holds there.
        expected: String,
        /// What was read.
        found: String,
    },
    /// The catalog is an older one that was put back: it may miss events, and its files may be gone.
    #[error(
        "catalog file {file} is number {found}, but a log was written beside number {newest}; put back the newest \
         catalog, or restore the whole store from a backup"
    )]
    Outdated {
        /// Path of the file below the store.
        file: String,
        /// The number of the catalog.
        found: u64,
        /// The number of the newest catalog that a log knows.
        newest: u64,
    },
    /// The store was written by a newer release.
    #[error(
        "the store was written by a newer Gristmill: catalog file {file} has format version {found}, and this release \
         reads up to {newest}; open the store with a newer release"
    )]
    NewerFormat {
        /// Path of the file below the store.
        file: String,
        /// The version found.
        found: u32,
        /// The newest version this release reads.
        newest: u32,
    },
}

impl CatalogError {
    pub(super) fn io(action: &'static str, file: &str, source: io::Error) -> Self {
        Self::Io { action, file: file.to_owned(), source }
    }
}
