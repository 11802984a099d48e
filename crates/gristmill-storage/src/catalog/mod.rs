//! The catalog: what a store consists of, as one immutable value in one file.
//!
//! What the catalog does not list does not count. Every change is a new file, swapped in atomically; `docs/format.md`,
//! chapter "Catalog", lays the bytes out.

mod codec;
mod error;
mod file;
mod receipt;
mod retention;
mod tokens;

#[cfg(test)]
mod tests;

pub use error::CatalogError;
pub use receipt::Receipt;
pub use retention::Retention;

pub(crate) use file::{Publish, is_newest, names, publish, read, read_file, replace};
pub(crate) use tokens::Tokens;

use crate::segment::file::{FileSum, SegmentFiles};
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
    /// Rises by one with each change that took segments out of the catalog: readers that began before may still read
    /// their files.
    pub epoch: u64,
    /// Whether the store was closed: not while it is open for writing, nor after a crash.
    pub closed: bool,
    /// How long events are kept.
    pub retention: Retention,
    /// The logs that hold appends after `sealed`, oldest first.
    pub logs: Vec<LogEntry>,
    /// The segments, oldest first.
    pub segments: Vec<SegmentEntry>,
    /// Acknowledged appends that damage took and a repair gave up.
    pub losses: Vec<Loss>,
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
    /// Which of its rows are deleted; `None` where none is. A segment whose rows are all deleted is not listed.
    pub deletion: Option<Deletion>,
    /// Whether a repair moved its files away, since they were damaged: what it held cannot be read.
    pub quarantined: bool,
}

/// Rows of a segment that no longer count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The id of the file that says which rows.
    pub id: u64,
    /// How many, at least 1 and fewer than the segment has.
    pub rows: u32,
    /// Length and checksum of that file.
    pub file: FileSum,
    /// When the first of them was deleted, in milliseconds since 1970 by the clock of then.
    pub since: i64,
}

/// Acknowledged appends that damage took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The log they were in.
    pub log: u64,
    /// The number of the first one.
    pub first: u64,
    /// The number of the last one.
    pub last: u64,
    /// How many events they held at most.
    pub events: u64,
}

impl Catalog {
    /// The catalog of a new store.
    pub(crate) fn empty() -> Self {
        Self {
            number: 0,
            next_id: 1,
            sealed: 0,
            epoch: 0,
            closed: false,
            retention: Retention::default(),
            logs: Vec::new(),
            segments: Vec::new(),
            losses: Vec::new(),
            tokens: Tokens::default(),
        }
    }

    /// Events in segments, but those deleted.
    pub fn sealed_events(&self) -> u64 {
        self.segments.iter().map(SegmentEntry::events).sum()
    }
}

impl SegmentEntry {
    /// Its events: rows that are not deleted.
    pub fn events(&self) -> u64 {
        u64::from(self.rows) - self.deletion.map_or(0, |deletion| u64::from(deletion.rows))
    }
}
