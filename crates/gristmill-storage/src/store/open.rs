//! Opening a store for writing.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};

use crate::catalog::{Catalog, LogEntry, Publish, publish};
use crate::dir::{Dir, Lock};
use crate::segment::PartCache;
use crate::wal::{self, LogWriter, Predecessor};

use super::activity::Counts;
use super::append::{WAITING, groups};
use super::compact::Compacting;
use super::layout::{self, LOCK};
use super::leftovers::sweep;
use super::pins::Pins;
use super::queue::CommitQueue;
use super::recover::{Recovered, recover};
use super::seal::Sealing;
use super::syncer::Syncer;
use super::view::{SharedView, Unfrozen};
use super::{Durability, Store, StoreError, StoreOptions, Writer};

impl Store {
    /// Opens a store, or creates one in an empty folder.
    ///
    /// [`StoreError::Locked`] where another writer has it open; [`StoreError::NotAStore`] where the folder holds
    /// something else; an error for which [`StoreError::is_damage`] holds where acknowledged events are lost.
    pub fn open(dir: Arc<dyn Dir>, options: StoreOptions) -> Result<Self, StoreError> {
        Self::open_in(dir, options, true)
    }

    /// Opens a store that is there already; [`StoreError::NoStore`] where there is none, else as [`Store::open`].
    pub fn open_existing(dir: Arc<dyn Dir>, options: StoreOptions) -> Result<Self, StoreError> {
        Self::open_in(dir, options, false)
    }

    fn open_in(dir: Arc<dyn Dir>, options: StoreOptions, create: bool) -> Result<Self, StoreError> {
        // Looked at before the lock file is made, so that a folder which holds something else stays as it is.
        if layout::find(&*dir)?.is_none() && !create {
            return Err(StoreError::NoStore);
        }
        let lock = take_lock(&*dir)?;
        let mut catalog = match layout::find(&*dir)? {
            Some(catalog) => {
                // What copies a store may leave empty folders out.
                layout::create_folders(&*dir)?;
                catalog
            }
            None => layout::create(&*dir)?,
        };
        let cache = Arc::new(PartCache::new(options.cache_bytes));
        let mut recovered = recover(&dir, &catalog, &cache, |_| None)?;
        let pins = Arc::new(Pins::open(&dir, catalog.epoch)?);
        let swept = sweep(&*dir, &catalog, &pins)?;
        recovered.report.leftovers = swept.removed;
        let log = rewrite(&*dir, &mut catalog, swept.next_id, &recovered)?;

        let counts = Counts::new(log.sync_times());

        let mut tokens = catalog.tokens.clone();
        for (receipt, batch) in recovered.batches.iter().map(|unfrozen| (unfrozen.receipt(), &unfrozen.batch))
        {
            if let Some(token) = batch.token() {
                tokens.insert(token, receipt, options.token_window);
            }
        }
        let writer = Arc::new(Mutex::new(Writer { log, tokens, unsynced: Vec::new() }));
        let syncer = match options.durability {
            Durability::Interval(_) => Some(
                Syncer::start(Arc::clone(&writer))
                    .map_err(|source| StoreError::Thread { task: "syncs", source })?,
            ),
            Durability::Append | Durability::None => None,
        };
        Ok(Self {
            dir,
            options,
            cache,
            next_id: AtomicU64::new(catalog.next_id),
            queue: CommitQueue::new(WAITING),
            counts,
            compacting: Compacting::default(),
            sealing: Mutex::new(Sealing::default()),
            catalog: Mutex::new(catalog),
            writer,
            syncer,
            halted: OnceLock::new(),
            pins,
            lock: Mutex::new(Some(lock)),
            recovery: recovered.report,
            signal: Arc::default(),
            maintenance: Mutex::default(),
            view: SharedView::new(recovered.into_view()),
        })
    }
}

/// Copies what was recovered into a new log and lists that instead of the old ones.
///
/// The old logs are not appended to: the disk may not hold all that was just read of them, and nothing tells. They
/// stay until the catalog lists the new log, so that a crash at any point finds one or the other.
fn rewrite(
    dir: &dyn Dir,
    catalog: &mut Catalog,
    id: u64,
    recovered: &Recovered,
) -> Result<LogWriter, StoreError> {
    let mut log = write_log(dir, id, catalog.sealed, &recovered.batches)?;
    let listed = LogEntry { id, length: log.length() };
    let old = std::mem::replace(&mut catalog.logs, vec![listed]);
    catalog.number += 1;
    catalog.next_id = id.saturating_add(1);
    catalog.closed = false;
    publish(dir, catalog).map_err(Publish::into_error)?;
    log.note_catalog(catalog.number);
    for log in old {
        // Nothing lists it any more; if it stays, the next open removes it.
        let _ = dir.remove(&wal::path(log.id));
    }
    Ok(log)
}

/// Writes batches that follow on `sealed` into a new log, durable, bytes and name.
pub(super) fn write_log(
    dir: &dyn Dir,
    id: u64,
    sealed: u64,
    batches: &[Unfrozen],
) -> Result<LogWriter, StoreError> {
    let mut log = LogWriter::create(dir, id, &Predecessor::default(), sealed)?;
    for group in groups(batches, |unfrozen| &unfrozen.batch) {
        log.append(group.iter().map(|unfrozen| unfrozen.batch.payload()), false)?;
    }
    log.settle()?;
    Ok(log)
}

pub(super) fn take_lock(dir: &dyn Dir) -> Result<Box<dyn Lock>, StoreError> {
    match dir.try_lock(LOCK) {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(StoreError::Locked { holder: holder(dir) }),
        Err(source) => Err(StoreError::io("lock", LOCK, source)),
    }
}

/// The process that the lock file names. It may not have written its number yet.
fn holder(dir: &dyn Dir) -> Option<u32> {
    let file = dir.open(LOCK).ok()?;
    let mut digits = vec![0; usize::try_from(file.len().ok()?).ok().filter(|&length| length <= 10)?];
    file.read_exact_at(&mut digits, 0).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok()
}
