//! How a store is opened.

use crate::engine::Engine;
use crate::error::Error;
use crate::reader::Reader;
use crate::store::Store;
use gristmill_query::exec::{Budget, ExecOptions, SharedMemory, Tuning};
use gristmill_storage::dir::{Dir, FsDir, MemoryDir};
use gristmill_storage::store::{self, Durability, StoreOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How a store is opened. Every setting has a default that suits a service of its own.
///
/// ```
/// # fn main() -> Result<(), gristmill::Error> {
/// let store = gristmill::Options::new().threads(1).open_in_memory()?;
/// # store.close()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    threads: usize,
    background: bool,
    store: StoreOptions,
    exec: ExecOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 0, background: true, store: StoreOptions::default(), exec: ExecOptions::default() }
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a store that is open for writing has a thread that merges small segments into larger ones while it is used:
    /// see [`Store::compact_round`]. The default is `true`; a process that ends soon does without.
    #[must_use]
    pub fn background(mut self, background: bool) -> Self {
        self.background = background;
        self
    }

    /// Threads that answer fetches; 0, the default, is one for each core.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Rows at which buffered events are sealed into segment files, and the most that one segment holds; at least 1. The
    /// default is 1,048,576: large enough for dictionaries to pay, small enough to build in about a second.
    #[must_use]
    pub fn segment_rows(mut self, rows: u32) -> Self {
        self.store.segment_rows = rows;
        self
    }

    /// Bytes of write-ahead log at which buffered events are sealed. The default is 64 MiB, which is what a restart
    /// after a crash has to read again.
    #[must_use]
    pub fn wal_bytes(mut self, bytes: u64) -> Self {
        self.store.wal_bytes = bytes;
        self
    }

    /// Bytes of segment files that are kept in memory, at most. The default is 256 MiB.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.store.cache_bytes = bytes;
        self
    }

    /// What an acknowledged append survives. The default is [`Durability::Append`]: a power cut too.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.store.durability = durability;
        self
    }

    /// How long the bytes of deleted events may stay on the disk while the store works in the background. The default is a
    /// day. [`Store::purge`] does not wait.
    #[must_use]
    pub fn purge_after(mut self, time: Duration) -> Self {
        self.store.purge_after = time;
        self
    }

    /// How many append tokens are remembered. The default is 65,536.
    #[must_use]
    pub fn token_window(mut self, tokens: usize) -> Self {
        self.store.token_window = tokens;
        self
    }

    /// What one fetch may use.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.exec.budget = budget;
        self
    }

    /// Bytes that all fetches of the store may take together for what they find, on top of what each may: see
    /// [`Budget::bytes`]. A fetch that needs more while others have it fails. Any number by default.
    #[must_use]
    pub fn fetch_memory(mut self, bytes: u64) -> Self {
        self.exec.memory = Some(Arc::new(SharedMemory::new(bytes)));
        self
    }

    /// Forces ways that the engine otherwise chooses by itself; answers do not depend on it.
    #[must_use]
    pub fn tuning(mut self, tuning: Tuning) -> Self {
        self.exec.tuning = tuning;
        self
    }

    /// The threads that they say.
    #[cfg(feature = "parquet")]
    pub(crate) fn engine(self) -> Result<Engine, Error> {
        Engine::new(self.threads, self.exec)
    }

    /// Opens the store in a folder for writing and reading, and makes a new one where there is none.
    ///
    /// # Errors
    /// Another process writes to it, the folder cannot be used, or what lies there is damaged or no store.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Store, Error> {
        let dir = FsDir::create(path.as_ref()).map_err(|source| folder(path.as_ref(), source))?;
        self.open_dir(Arc::new(dir))
    }

    /// Opens the store in a folder for writing and reading, where there is one.
    ///
    /// # Errors
    /// There is no store; else as [`Options::open`].
    pub fn open_existing(self, path: impl AsRef<Path>) -> Result<Store, Error> {
        let dir = FsDir::open(path.as_ref()).map_err(|source| folder(path.as_ref(), source))?;
        let engine = Engine::new(self.threads, self.exec)?;
        Store::new(store::Store::open_existing(Arc::new(dir), self.store)?, engine, self.background)
    }

    /// Opens a store that lives in memory and ends with its last handle.
    ///
    /// # Errors
    /// The threads cannot be started.
    pub fn open_in_memory(self) -> Result<Store, Error> {
        self.open_dir(Arc::new(MemoryDir::new()))
    }

    /// Opens a store in any [`Dir`].
    ///
    /// # Errors
    /// As [`Options::open`].
    pub fn open_dir(self, dir: Arc<dyn Dir>) -> Result<Store, Error> {
        let engine = Engine::new(self.threads, self.exec)?;
        Store::new(store::Store::open(dir, self.store)?, engine, self.background)
    }

    /// Opens the store in a folder for reading only, beside its writer or without one. Nothing is written.
    ///
    /// # Errors
    /// There is no store, it cannot be read, or it is damaged.
    pub fn open_reader(self, path: impl AsRef<Path>) -> Result<Reader, Error> {
        let dir = FsDir::open(path.as_ref()).map_err(|source| folder(path.as_ref(), source))?;
        self.open_reader_dir(&(Arc::new(dir) as Arc<dyn Dir>))
    }

    /// Opens a store in any [`Dir`] for reading only.
    ///
    /// # Errors
    /// As [`Options::open_reader`].
    pub fn open_reader_dir(self, dir: &Arc<dyn Dir>) -> Result<Reader, Error> {
        let engine = Engine::new(self.threads, self.exec)?;
        Reader::open_dir(dir, &self.store, engine)
    }
}

pub(crate) fn folder(path: &Path, source: std::io::Error) -> Error {
    Error::Folder { path: path.to_owned(), source }
}
