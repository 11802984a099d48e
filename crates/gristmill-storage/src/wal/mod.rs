//! The write-ahead log: what makes an append durable before it is anywhere else.
//!
//! `docs/format.md`, chapter "WAL", lays the bytes out. Here a log is frames only; which logs count, and what is in
//! the frames, is for the store to know.

mod error;
mod frame;
mod head;
mod pieces;
mod scan;
mod sync_times;
mod window;
mod writer;

#[cfg(test)]
mod tests;

pub use error::WalError;
pub(crate) use frame::MAX_PAYLOAD;
pub(crate) use head::Predecessor;
pub(crate) use pieces::{Piece, pieces};
pub(crate) use scan::{LogExpected, LogScan, scan};
pub use sync_times::Durations;
pub(crate) use sync_times::SyncTimes;
pub(crate) use writer::LogWriter;

/// The folder of the logs.
pub(crate) const FOLDER: &str = "wal";

/// Where the log of that id lies.
pub(crate) fn path(id: u64) -> String {
    format!("{FOLDER}/{id}.log")
}
