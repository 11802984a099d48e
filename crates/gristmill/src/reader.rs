//! A store that is open for reading only.

use crate::engine::Engine;
use crate::error::Error;
use crate::options::Options;
use gristmill_query::exec::Cancel;
use gristmill_query::request::{Delete, Fetch};
use gristmill_query::response::{Answer, Explanation};
use gristmill_storage::dir::Dir;
use gristmill_storage::store::{self, Catalog, Recovery, Snapshot, StoreOptions};
use roaring::RoaringBitmap;
use std::path::Path;
use std::sync::Arc;

/// A store that is open for reading only, as it was when it was opened or last refreshed: beside its writer, or on a medium
/// that cannot be written to.
#[derive(Clone, Debug)]
pub struct Reader {
    reader: Arc<store::Reader>,
    engine: Arc<Engine>,
}

impl Reader {
    /// Opens the store in a folder with the default [`Options`].
    ///
    /// # Errors
    /// As [`Options::open_reader`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Options::new().open_reader(path)
    }

    pub(crate) fn open_dir(
        dir: &Arc<dyn Dir>,
        options: &StoreOptions,
        engine: Engine,
    ) -> Result<Self, Error> {
        let reader = store::Reader::open(dir, options)?;
        Ok(Self { reader: Arc::new(reader), engine: Arc::new(engine) })
    }

    /// Goes on to what was acknowledged before this call; whether anything has changed. Costs little where nothing has, and
    /// answers that are under way are not disturbed. Clones of this reader go on with it.
    ///
    /// # Errors
    /// As [`Options::open_reader`]; then everything is as it was.
    pub fn refresh(&self) -> Result<bool, Error> {
        Ok(self.reader.refresh()?)
    }

    /// Everything that was acknowledged when the reader was opened or last refreshed. It stays as it is while it is held.
    pub fn snapshot(&self) -> Snapshot {
        self.reader.snapshot()
    }

    /// The files of the store and what is known of them.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.reader.catalog()
    }

    /// What was found besides the segments: events that are in the log only, and bytes that were dropped.
    pub fn recovery(&self) -> Recovery {
        self.reader.recovery()
    }

    /// How many threads answer fetches.
    #[cfg(feature = "parquet")]
    pub(crate) fn threads(&self) -> usize {
        self.engine.threads()
    }

    /// Answers a fetch.
    ///
    /// # Errors
    /// A segment that is needed cannot be read, or a budget is exceeded.
    pub fn fetch(&self, fetch: &Fetch) -> Result<Answer, Error> {
        self.engine.fetch(fetch, &self.snapshot().for_fetch(), None)
    }

    /// How many events a deletion would delete.
    ///
    /// # Errors
    /// A segment that may hold some of them cannot be read.
    pub fn count_to_delete(&self, delete: &Delete) -> Result<u64, Error> {
        let rows = self.engine.rows_of(delete, self.snapshot().segments())?;
        Ok(rows.iter().map(RoaringBitmap::len).sum())
    }

    /// As [`Self::fetch`], and tells how the answer was found: what was left out, in which ways the rest was scanned, and how
    /// long that took.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub fn explain(&self, fetch: &Fetch) -> Result<(Answer, Explanation), Error> {
        self.engine.explain(fetch, &self.snapshot().for_fetch())
    }

    /// As [`Self::fetch`], and `cancel` may stop it from another thread.
    ///
    /// # Errors
    /// As [`Self::fetch`], and [`ExecError::Canceled`](crate::exec::ExecError::Canceled).
    pub fn fetch_or_cancel(&self, fetch: &Fetch, cancel: &Cancel) -> Result<Answer, Error> {
        self.engine.fetch(fetch, &self.snapshot().for_fetch(), Some(cancel))
    }
}
