//! What can be chosen when a store is opened.

use std::time::Duration;

use super::Durability;

/// The numbers of a store. Each has a default; none of them is written into the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// Events a segment has at most, at least 1; so many unsealed events make the store seal.
    ///
    /// The default, 2^20, keeps a segment's columns within a few hundred megabytes while it is built, and a scan of
    /// one within milliseconds.
    pub segment_rows: u32,
    /// Bytes of unsealed events that make the store seal. The default is 64 MiB: what a restart has to replay.
    pub wal_bytes: u64,
    /// What an acknowledged append survives. The default is [`Durability::Append`]: a power cut too.
    pub durability: Durability,
    /// Bytes of segment files kept in memory, at most. The default is 256 MiB.
    pub cache_bytes: usize,
    /// How long the bytes of deleted events may stay on the disk while the store has a background; it then rewrites their
    /// segments. The default is a day: a segment in which something is deleted all the time is rewritten once a day.
    pub purge_after: Duration,
    /// How many append tokens are remembered. The default is 65,536; more make each catalog larger.
    pub token_window: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            segment_rows: 1 << 20,
            wal_bytes: 64 << 20,
            durability: Durability::Append,
            cache_bytes: 256 << 20,
            purge_after: Duration::from_hours(24),
            token_window: 1 << 16,
        }
    }
}
