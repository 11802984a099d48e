//! Everything that can go wrong, in one type.

use gristmill_query::exec::ExecError;
use gristmill_query::request::FetchError;
use gristmill_storage::event::BatchError;
use gristmill_storage::segment::SegmentError;
use gristmill_storage::store::StoreError;
use std::path::PathBuf;

/// Everything that can go wrong. [`Error::kind`] sorts it into the few classes that a caller acts upon.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store could not be opened, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Events were refused.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A fetch was refused.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A checked fetch could not be answered.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// Parquet files could not be found.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Dump(#[from] crate::dump::DumpError),
    /// Events could not be exported.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Export(#[from] gristmill_storage::parquet::ExportError),
    /// A Parquet file cannot be read, or does not hold events.
    #[error(transparent)]
    Foreign(#[from] SegmentError),
    /// The folder of the store cannot be used.
    #[error("cannot open the store folder {path}: {source}", path = .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The threads for fetches could not be started.
    #[error(
        "cannot start {threads} threads for fetches (0: one for each core); ask for fewer with `threads`"
    )]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// Why not.
        source: rayon::ThreadPoolBuildError,
    },
    /// The thread of the background could not be started.
    #[error(
        "cannot start a thread for the background: {source}; end other threads, or open with `background(false)`"
    )]
    Background {
        /// Why not.
        source: std::io::Error,
    },
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Events or a fetch are wrong: mend them and call again.
    Input,
    /// Bytes on disk are not what was written: restore or repair.
    Damaged,
    /// Another process writes to the store: wait for it, or read beside it.
    Locked,
    /// A budget was exceeded: ask for less, or raise it.
    OverBudget,
    /// Anything else: the disk is full, a right is missing, there is no store.
    Other,
}

impl Error {
    /// What can be done about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Batch(_) | Self::Fetch(_) | Self::Exec(ExecError::Regex(_)) => ErrorKind::Input,
            Self::Store(error) if error.is_damage() => ErrorKind::Damaged,
            Self::Store(StoreError::Locked { .. }) => ErrorKind::Locked,
            Self::Exec(ExecError::Segment(SegmentError::Damaged { .. })) => ErrorKind::Damaged,
            Self::Exec(
                ExecError::TooManyGroups { .. }
                | ExecError::TooManyRows { .. }
                | ExecError::TooMuchMemory { .. }
                | ExecError::MemoryTaken { .. }
                | ExecError::TimedOut { .. },
            ) => ErrorKind::OverBudget,
            Self::Foreign(error) | Self::Exec(ExecError::Segment(error)) if is_no_event_file(error) => {
                ErrorKind::Input
            }
            #[cfg(feature = "parquet")]
            Self::Export(gristmill_storage::parquet::ExportError::Segment(SegmentError::Damaged {
                ..
            })) => ErrorKind::Damaged,
            #[cfg(feature = "parquet")]
            Self::Dump(_) | Self::Export(_) => ErrorKind::Other,
            Self::Store(_)
            | Self::Foreign(_)
            | Self::Exec(_)
            | Self::Folder { .. }
            | Self::Threads { .. }
            | Self::Background { .. } => ErrorKind::Other,
        }
    }
}

/// Whether the bytes of a Parquet file, and not the way to them, are what is wrong.
#[cfg(feature = "parquet")]
fn is_no_event_file(error: &SegmentError) -> bool {
    use gristmill_storage::parquet::ImportError;
    let SegmentError::Foreign { source, .. } = error else { return false };
    !matches!(
        source.downcast_ref(),
        None | Some(ImportError::Io(_) | ImportError::Changed | ImportError::Stopped | ImportError::Panicked)
    )
}

#[cfg(not(feature = "parquet"))]
fn is_no_event_file(_: &SegmentError) -> bool {
    false
}
