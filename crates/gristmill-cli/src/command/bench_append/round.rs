//! One measurement: a new store, and threads that append to it for a while.

use super::disk::{Disk, SyncCounter, Syncs};
use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::settings::{Appenders, BenchAppendSettings};
use gristmill::dir::FsDir;
use gristmill::event::Batch;
use gristmill::{Error, Pending, Store, StoreError};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What was acknowledged in one measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    pub(super) batches: u64,
    pub(super) took: Duration,
    /// Of the log.
    pub(super) syncs: Syncs,
}

impl Round {
    /// Appends to a store of its own, which is then removed.
    pub(super) fn measure(
        settings: &BenchAppendSettings,
        appenders: Appenders,
        batches: &[Arc<Batch>],
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        let cannot = |error| in_folder(&settings.dir, "cannot make a store in", &error);
        let folder =
            tempfile::Builder::new().prefix("gristmill-bench-").tempdir_in(&settings.dir).map_err(cannot)?;
        let syncs = Arc::new(SyncCounter::default());
        let files = FsDir::open(folder.path()).map_err(cannot)?;
        let failure = |error| Failure::in_store(folder.path(), error);
        let disk = Disk::new(files, settings.least_sync, Arc::clone(&syncs));
        let store = settings.options.clone().open_dir(Arc::new(disk)).map_err(failure)?;
        let before = syncs.total();
        let begin = Instant::now();
        let work =
            Work { store: &store, batches, next: AtomicUsize::new(0), end: begin + settings.time, interrupt };
        let stored = work.on_threads(appenders).map_err(failure)?;
        let round = Self { batches: stored, took: begin.elapsed(), syncs: syncs.total().since(before) };
        store.close().map_err(failure)?;
        folder.close().map_err(|error| in_folder(&settings.dir, "cannot remove a store in", &error))?;
        if interrupt.is_raised() {
            return Err(Failure::new(Code::Interrupted, "interrupted, nothing was left behind"));
        }
        Ok(round)
    }

    pub(super) fn batches_per_second(&self) -> f64 {
        self.batches as f64 / self.took.as_secs_f64()
    }

    pub(super) fn sync_ms(&self) -> f64 {
        self.syncs.time.as_secs_f64() * 1e3 / self.syncs.count.max(1) as f64
    }
}

fn in_folder(folder: &Path, action: &str, error: &std::io::Error) -> Failure {
    Failure::caused(Code::Other, &format!("{action} `{}`", folder.display()), error)
}

/// What all threads do.
struct Work<'w> {
    store: &'w Store,
    batches: &'w [Arc<Batch>],
    /// How many batches were taken.
    next: AtomicUsize,
    end: Instant,
    interrupt: &'w Interrupt,
}

impl Work<'_> {
    /// How many batches were stored.
    fn on_threads(&self, appenders: Appenders) -> Result<u64, Error> {
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..appenders.threads).map(|_| scope.spawn(|| self.append(appenders.window))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .sum()
        })
    }

    /// Appends until the time is up; returns how many batches were acknowledged.
    fn append(&self, window: usize) -> Result<u64, Error> {
        let mut pending: VecDeque<Pending<'_>> = VecDeque::with_capacity(window);
        let mut stored = 0;
        let mut batch = self.next_batch();
        while Instant::now() < self.end && !self.interrupt.is_raised() {
            let handed_in = if pending.len() < window { self.hand_in(batch)? } else { None };
            if let Some(handed_in) = handed_in {
                pending.push_back(handed_in);
                batch = self.next_batch();
            } else if let Some(oldest) = pending.pop_front() {
                oldest.wait()?;
                stored += 1;
            }
        }
        for pending in pending {
            pending.wait()?;
            stored += 1;
        }
        Ok(stored)
    }

    fn next_batch(&self) -> &Arc<Batch> {
        &self.batches[self.next.fetch_add(1, Ordering::Relaxed) % self.batches.len()]
    }

    /// `None` where too many batches wait already.
    fn hand_in(&self, batch: &Arc<Batch>) -> Result<Option<Pending<'_>>, Error> {
        match self.store.append_later(Arc::clone(batch)) {
            Ok(pending) => Ok(Some(pending)),
            Err(Error::Store(StoreError::Busy { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
