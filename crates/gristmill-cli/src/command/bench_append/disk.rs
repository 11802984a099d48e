//! The disk under a store, with a look at the syncs of its log.

use gristmill::dir::{Dir, FsDir, Lock, ReadFile, WriteFile};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Files below this are logs.
const LOGS: &str = "wal/";

/// A folder of the file system that measures the syncs of logs and can make them slower.
#[derive(Debug)]
pub(super) struct Disk {
    folder: FsDir,
    least_sync: Duration,
    syncs: Arc<SyncCounter>,
}

/// Counts syncs and their time.
#[derive(Debug, Default)]
pub(super) struct SyncCounter {
    count: AtomicU64,
    nanos: AtomicU64,
}

/// So many syncs in so much time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syncs {
    pub(super) count: u64,
    pub(super) time: Duration,
}

impl Disk {
    pub(super) fn new(folder: FsDir, least_sync: Duration, syncs: Arc<SyncCounter>) -> Self {
        Self { folder, least_sync, syncs }
    }
}

impl SyncCounter {
    /// All of them so far.
    pub(super) fn total(&self) -> Syncs {
        let time = Duration::from_nanos(self.nanos.load(Ordering::Relaxed));
        Syncs { count: self.count.load(Ordering::Relaxed), time }
    }

    fn add(&self, time: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Syncs {
    pub(super) fn since(self, before: Self) -> Self {
        Self { count: self.count.saturating_sub(before.count), time: self.time.saturating_sub(before.time) }
    }
}

impl Dir for Disk {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        let file = self.folder.create(path)?;
        if !path.starts_with(LOGS) {
            return Ok(file);
        }
        Ok(Box::new(Log { file, least_sync: self.least_sync, syncs: Arc::clone(&self.syncs) }))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        self.folder.open(path)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.folder.list(path)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.folder.create_dir(path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.folder.rename(from, to)
    }

    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        self.folder.hard_link(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.folder.remove(path)
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.folder.sync_dir(path)
    }

    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        self.folder.try_lock(path)
    }
}

#[derive(Debug)]
struct Log {
    file: Box<dyn WriteFile>,
    least_sync: Duration,
    syncs: Arc<SyncCounter>,
}

impl WriteFile for Log {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        let begin = Instant::now();
        self.file.sync()?;
        thread::sleep(self.least_sync.saturating_sub(begin.elapsed()));
        self.syncs.add(begin.elapsed());
        Ok(())
    }
}
