//! What a store has done since it was opened, and what waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::wal::{Durations, SyncTimes};

use super::{Store, StoreError};

/// What a store has done since it was opened, and what waits: figures for those who watch over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Batches that were appended; one that was known by its token already is not counted again. Loads are not counted.
    pub batches: u64,
    /// The events of these batches.
    pub events: u64,
    /// How long the log took to sync, each time that it did for appends.
    pub syncs: Durations,
    /// Batches that wait for their turn to be written.
    pub waiting: u64,
    /// Events that are in the log and not in segments.
    pub unsealed_events: u64,
    /// Bytes of their batches.
    pub unsealed_bytes: u64,
}

/// What is counted.
#[derive(Debug)]
pub(super) struct Counts {
    batches: AtomicU64,
    events: AtomicU64,
    pub(super) syncs: Arc<SyncTimes>,
}

impl Counts {
    pub(super) fn new(syncs: Arc<SyncTimes>) -> Self {
        Self { batches: AtomicU64::new(0), events: AtomicU64::new(0), syncs }
    }

    /// A batch of so many events was appended.
    pub(super) fn appended(&self, events: u64) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(events, Ordering::Relaxed);
    }
}

impl Store {
    /// What the store has done since it was opened, and what waits. The figures are read one after the other, while others
    /// append. No wait for the disk.
    pub fn activity(&self) -> Result<Activity, StoreError> {
        let backlog = self.view.with(|view| view.backlog())?;
        Ok(Activity {
            batches: self.counts.batches.load(Ordering::Relaxed),
            events: self.counts.events.load(Ordering::Relaxed),
            syncs: self.counts.syncs.read(),
            waiting: self.queue.waiting() as u64,
            unsealed_events: backlog.events,
            unsealed_bytes: backlog.bytes,
        })
    }
}
