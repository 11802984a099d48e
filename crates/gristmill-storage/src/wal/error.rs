//! What can go wrong with a log.

use std::io;

use crate::event::BatchDecodeError;

/// Why a log could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalError {
    /// The operating system refused an operation on a log.
    #[error("cannot {action} log file {file}: {source}")]
    Io {
        /// What was tried: "create", "write", "sync", "read", ...
        action: &'static str,
        /// Path of the file below the store.
        file: String,
        /// The reason given.
        source: io::Error,
    },
    /// A log that the catalog lists is not there.
    #[error("log file {file} is missing, though the catalog lists it; restore the store from a backup")]
    Missing {
        /// Path of the file below the store.
        file: String,
    },
    /// Bytes that were durable are not the ones that were written, so acknowledged events are lost.
    #[error(
        "log file {file} is damaged at byte {offset}: expected {expected}, found {found}; its first {durable} bytes \
         were durable, so this is no torn end: restore the store from a backup"
    )]
    Damaged {
        /// Path of the file below the store.
        file: String,
        /// Where the first bad frame starts, in bytes from the start of the file.
        offset: u64,
        /// What an intact log holds there.
        expected: String,
        /// What was read.
        found: String,
        /// How many bytes of the file are known to have been durable.
        durable: u64,
    },
    /// A frame is intact, but its batch cannot be read.
    #[error(
        "the batch at byte {offset} of log file {file} cannot be read: {source}; open the store with a newer release"
    )]
    Batch {
        /// Path of the file below the store.
        file: String,
        /// Where the frame starts, in bytes from the start of the file.
        offset: u64,
        /// What is wrong with the batch.
        source: BatchDecodeError,
    },
    /// A batch is larger than a frame of the log may be.
    #[error(
        "a batch of {bytes} bytes is larger than the {limit} that fit into one frame of the log; \
         split it, or load it as a file, which has no such limit"
    )]
    TooLarge {
        /// Bytes of the batch.
        bytes: usize,
        /// The most a frame takes.
        limit: usize,
    },
}

impl WalError {
    pub(crate) fn io(action: &'static str, file: &str, source: io::Error) -> Self {
        Self::Io { action, file: file.to_owned(), source }
    }
}
