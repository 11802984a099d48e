//! What can go wrong with a store.

use std::error::Error;
use std::io;
use std::sync::Arc;

use crate::catalog::{CatalogError, names};
use crate::segment::SegmentError;
use crate::wal::WalError;

/// Why a store could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A reader found an empty folder.
    #[error("there is no store in this folder; open it for writing once to create one")]
    NoStore,
    /// The folder holds something else.
    #[error("this folder is not a store: it holds {found:?}; name an empty folder to create a store in")]
    NotAStore {
        /// A name that does not belong to a store.
        found: String,
    },
    /// The folder holds a part of a backup.
    #[error(
        "this folder holds a backup that was not finished, and no store; take the backup again, into this folder or \
         another"
    )]
    UnfinishedBackup,
    /// A backup needs a folder of its own.
    #[error("the folder for the backup holds {found:?} already; name a new folder or an empty one")]
    NotEmpty {
        /// A name in it.
        found: String,
    },
    /// Events are there, but the catalog that says which of them count is not.
    #[error(
        "the catalog file {catalog} is missing beside {found}; restore the store from a backup",
        catalog = names::CATALOG
    )]
    CatalogMissing {
        /// A file that only a store with a catalog has.
        found: String,
    },
    /// Another process, or another part of this one, holds the store open for writing.
    #[error(
        "the store is held by another writer{}; stop it first, or open the store for reading only",
        .holder.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    Locked {
        /// The process that holds it, where that can be told.
        holder: Option<u32>,
    },
    /// The operating system does not let this process do that.
    #[error(
        "no right to {action} {file} in the store folder; change its owner or mode, or run as its owner: {source}"
    )]
    NoRights {
        /// What was tried.
        action: &'static str,
        /// Path of the file below the store.
        file: String,
        /// The reason given.
        source: io::Error,
    },
    /// The operating system refused an operation.
    #[error("cannot {action} {file} in the store folder: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Path of the file below the store.
        file: String,
        /// The reason given.
        source: io::Error,
    },
    /// The operating system gave no thread.
    #[error("cannot start the thread that {task}: {source}")]
    Thread {
        /// What the thread is for.
        task: &'static str,
        /// The reason given.
        source: io::Error,
    },
    /// The catalog cannot be written or read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A log cannot be written or read.
    #[error(transparent)]
    Wal(#[from] WalError),
    /// A segment cannot be built, written or read.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// Nothing of a batch was acknowledged: the log could not take its group. Where the write had begun, the batch may
    /// be there, whole, after the store is opened again; with an append token it can be sent again safely.
    #[error("the batch was not stored: {0}")]
    NotStored(#[source] Arc<StoreError>),
    /// Too many appends wait to be written; this one was not handed in.
    #[error("{waiting} appends are waiting already; try again in a moment")]
    Busy {
        /// How many wait.
        waiting: usize,
    },
    /// Appends came while sealing kept failing, until the unsealed events would have outgrown memory.
    #[error("{events} events wait to be sealed, which fails: {source}; make room, then append again")]
    Backlog {
        /// Events not sealed.
        events: u64,
        /// Why sealing fails.
        source: Box<StoreError>,
    },
    /// Compactions rewrote segments faster than a deletion could be worked out for them. Nothing was deleted.
    #[error("nothing was deleted: segments were rewritten meanwhile, {attempts} times in a row; try again")]
    Overtaken {
        /// How often it was tried.
        attempts: u32,
    },
    /// After a failure that leaves open what is on the disk, the store takes no more changes. Reads go on.
    #[error("the store takes no more changes until it is opened again: {reason}")]
    Halted {
        /// What happened.
        reason: String,
    },
    /// Work in the background was told to stop; it goes on when the store is open again.
    #[error("the work was stopped before its end; nothing of it shows")]
    Stopped,
    /// The store was closed.
    #[error("the store was closed; open it again")]
    Closed,
}

impl StoreError {
    pub(super) fn io(action: &'static str, file: &str, source: io::Error) -> Self {
        let file = file.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NoRights { action, file, source }
            }
            _ => Self::Io { action, file, source },
        }
    }

    /// Whether bytes or files of the store are not what was written: no retry helps, only a backup.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::CatalogMissing { .. }
            | Self::Catalog(CatalogError::Damaged { .. } | CatalogError::Outdated { .. })
            | Self::Wal(WalError::Damaged { .. } | WalError::Missing { .. } | WalError::Batch { .. })
            | Self::Segment(SegmentError::Damaged { .. }) => true,
            Self::NotStored(source) => source.is_damage(),
            Self::Backlog { source, .. } => source.is_damage(),
            _ => false,
        }
    }

    /// What the operating system said, where it was the cause: a full disk, missing rights, ...
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        let mut error: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(current) = error {
            if let Some(cause) = current.downcast_ref::<io::Error>() {
                return Some(cause.kind());
            }
            error = current.source();
        }
        None
    }
}
