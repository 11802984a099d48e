//! The catalog: what a store consists of, as one immutable value in one file.
//!
//! What the catalog does not list does not count. Every change is a new file, swapped in atomically; `docs/format.md`,
//! chapter "Catalog", lays the bytes out.

mod codec;
mod error;
mod file;
mod receipt;
mod tokens;

#[cfg(test)]
mod tests;

pub use error::CatalogError;
pub use receipt::Receipt;

pub(crate) use file::{Publish, names, publish, read};
pub(crate) use tokens::Tokens;

use crate::segment::file::SegmentFiles;
use crate::segment::{OrganizationBounds, ValueStats};

/// What a store consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    /// How many catalogs were published before this one, plus one.
    pub number: u64,
    /// The next free id. Logs and segments share the ids, and none is given twice.
    pub next_id: u64,
    /// The sequence number up to which every append is in segments.
    pub sealed: u64,
    /// Whether the store was closed: not while it is open for writing, nor after a crash.
    pub closed: bool,
    /// The logs that hold appends after `sealed`, oldest first.
    pub logs: Vec<LogEntry>,
    /// The segments, oldest first.
    pub segments: Vec<SegmentEntry>,
    /// The append tokens that are remembered.
    pub(crate) tokens: Tokens,
}

/// A log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its id.
    pub id: u64,
    /// How many bytes are durable at least; where another log follows, its length for good.
    pub length: u64,
}

/// A segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentEntry {
    /// Its id.
    pub id: u64,
    /// How many events, at least 1.
    pub rows: u32,
    /// The first timestamp, in milliseconds.
    pub min_time: i64,
    /// The last timestamp, in milliseconds.
    pub max_time: i64,
    /// What is known of `value` over all events.
    pub values: ValueStats,
    /// The organizations its events may belong to.
    pub organizations: OrganizationBounds,
    /// Lengths and checksums of its files.
    pub files: SegmentFiles,
}

impl Catalog {
    /// The catalog of a new store.
    pub(crate) fn empty() -> Self {
        Self {
            number: 0,
            next_id: 1,
            sealed: 0,
            closed: false,
            logs: Vec::new(),
            segments: Vec::new(),
            tokens: Tokens::default(),
        }
    }

    /// Events in segments.
    pub fn sealed_events(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.rows)).sum()
    }
}
