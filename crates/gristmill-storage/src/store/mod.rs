//! The store: appends that are durable when they return, snapshots that do not change, one writer, many readers.
//!
//! One verb a file. In the order of a batch's life: `append` (handed in), `pending` (waited for), `queue` (group commit
//! into the log), `view` (what readers see), `seal` (log to segments), `load` (files to segments, without the log),
//! `compact` (segments to fewer and smaller ones), `deletion` (rows that no longer count), `maintain` (what the store does by
//! itself), `organizations` (whose events there are), `activity` (what it has done), `backup` (all of it into another folder),
//! `recover` (what the log still holds at the next open), `verify` (every byte of it), `repair` (what of it is damaged).
//! `docs/durability.md` argues each point at which a crash can happen.
//!
//! Locks are taken in this order: `compacting`, `sealing`, `catalog`, `writer`, then those of the view.

mod activity;
mod append;
mod backup;
mod close;
mod compact;
mod deletion;
mod durability;
mod edit;
mod error;
mod expiry;
mod finding;
mod layout;
mod leftovers;
mod load;
mod locks;
mod loss;
mod maintain;
mod open;
mod options;
mod organizations;
mod partition;
mod pending;
mod pins;
mod queue;
mod reader;
mod recover;
mod repair;
mod rotate;
mod seal;
mod staging;
mod sync;
mod syncer;
mod verify;
mod view;

#[cfg(test)]
mod models;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use crate::catalog::Tokens;
use crate::dir::{Dir, Lock};
use crate::event::Batch;
use crate::segment::PartCache;
use crate::wal::LogWriter;

pub use crate::catalog::{Catalog, CatalogError, Deletion, LogEntry, Loss, Receipt, Retention, SegmentEntry};
pub use crate::wal::{Durations, WalError};
pub use activity::Activity;
pub use backup::{Backup, BackupProgress, back_up};
pub use compact::{Compaction, CompactionProgress, Round, SegmentsTotal};
pub use deletion::{Deleted, Remains};
pub use durability::{Durability, DurabilityError};
pub use error::StoreError;
pub use finding::Finding;
pub use load::Loader;
pub use maintain::{Background, Maintenance};
pub use options::StoreOptions;
pub use organizations::Organizations;
pub use pending::Pending;
pub use reader::Reader;
pub use recover::Recovery;
pub use repair::{Repair, RepairStep, accept_loss, repair};
pub use verify::{Verification, VerifyProgress, verify};
pub use view::Snapshot;

use activity::Counts;
use compact::Compacting;
use maintain::Signal;
use pins::Pins;
use queue::CommitQueue;
use seal::Sealing;
use syncer::Syncer;
use view::SharedView;

/// A store open for writing. There is one writer at a time; its methods may be called from many threads.
#[derive(Debug)]
pub struct Store {
    dir: Arc<dyn Dir>,
    options: StoreOptions,
    cache: Arc<PartCache>,
    /// The next free id of a log or segment.
    next_id: AtomicU64,
    queue: CommitQueue<Arc<Batch>, Receipt, Arc<StoreError>>,
    /// What was done, for [`Store::activity`].
    counts: Counts,
    /// Held by the one compaction that runs.
    compacting: Compacting,
    sealing: Mutex<Sealing>,
    /// The catalog on the disk.
    catalog: Mutex<Catalog>,
    writer: Arc<Mutex<Writer>>,
    /// Syncs appends that did not, where the options ask for it.
    syncer: Option<Syncer>,
    view: SharedView,
    /// What readers in other processes hold.
    pins: Arc<Pins>,
    /// Why the store takes no more changes.
    halted: OnceLock<String>,
    /// Taken by the first close.
    lock: Mutex<Option<Box<dyn Lock>>>,
    recovery: Recovery,
    /// Wakes and stops the background, where there is one.
    signal: Arc<Signal>,
    /// What the background did. No other lock is taken under it.
    maintenance: Mutex<Maintenance>,
}

/// What an append changes.
#[derive(Debug)]
struct Writer {
    log: LogWriter,
    tokens: Tokens,
    /// The batches acknowledged in the log and not durable, in their order: what a failed sync may lose.
    unsynced: Vec<Arc<Batch>>,
}

impl Store {
    /// The options it was opened with.
    pub fn options(&self) -> &StoreOptions {
        &self.options
    }

    /// What was found when the store was opened.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Everything whose append or load returned before the call.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.view.snapshot()
    }

    /// The catalog as it is on the disk.
    pub fn catalog(&self) -> Result<Catalog, StoreError> {
        Ok(hold(&self.catalog)?.clone())
    }

    /// How many events are in the log and not yet in segments.
    pub fn unsealed_events(&self) -> Result<u64, StoreError> {
        Ok(self.view.with(|view| view.backlog())?.events)
    }

    /// The receipt of the append or load that carried this token, where it is remembered.
    pub fn receipt(&self, token: &str) -> Result<Option<Receipt>, StoreError> {
        Ok(hold(&self.writer)?.tokens.receipt(token))
    }

    fn new_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// An error where the store takes no more changes.
    fn check_open(&self) -> Result<(), StoreError> {
        if hold(&self.lock)?.is_none() {
            return Err(StoreError::Closed);
        }
        match self.halted.get() {
            None => Ok(()),
            Some(reason) => Err(StoreError::Halted { reason: reason.clone() }),
        }
    }

    /// Takes no more changes from now on; the first reason stands.
    fn halt(&self, reason: &str) {
        self.halted.get_or_init(|| reason.to_owned());
    }
}

const PANICKED: &str = "a thread panicked while it changed the store";

/// Takes a lock. A thread that panicked under it may have left things half done, so nothing is built on them.
fn hold<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>, StoreError> {
    mutex.lock().map_err(|_| StoreError::Halted { reason: PANICKED.to_owned() })
}
