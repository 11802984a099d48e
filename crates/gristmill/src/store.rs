//! A store that is open for writing and reading.

use crate::engine::Engine;
use crate::error::Error;
use crate::maintenance::{self, Backup, BackupProgress};
use crate::options::Options;
use gristmill_query::exec::Cancel;
use gristmill_query::request::{Delete, Fetch};
use gristmill_query::response::{Answer, Explanation};
use gristmill_storage::Timestamp;
use gristmill_storage::event::Batch;
use gristmill_storage::store::{
    self, Activity, Background, Catalog, Compaction, CompactionProgress, Deleted, Loader, Maintenance,
    Pending, Receipt, Recovery, Remains, Retention, Round, Snapshot,
};
use roaring::RoaringBitmap;
use std::path::Path;
use std::sync::Arc;

/// A store that is open for writing and reading.
///
/// Handles are cheap to clone and may be used from any thread. One process has a store open at a time; others read it
/// with a [`crate::Reader`].
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "it is a store of the storage crate, with what it needs")]
pub struct Store {
    /// Dropped first: the last handle waits for its thread, then closes the store.
    background: Option<Arc<Background>>,
    store: Arc<store::Store>,
    engine: Arc<Engine>,
}

impl Store {
    /// Opens the store in a folder with the default [`Options`], and makes a new one where there is none.
    ///
    /// # Errors
    /// As [`Options::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Options::new().open(path)
    }

    pub(crate) fn new(store: store::Store, engine: Engine, background: bool) -> Result<Self, Error> {
        let store = Arc::new(store);
        let background = background.then(|| Background::start(&store).map(Arc::new)).transpose();
        let background = background.map_err(|source| Error::Background { source })?;
        Ok(Self { background, store, engine: Arc::new(engine) })
    }

    /// Stores a batch. When this returns it is in every later answer, and as durable as [`Options::durability`] says: by
    /// default it survives a power cut.
    ///
    /// # Errors
    /// Nothing of the batch is acknowledged. After a failed write the next batch goes on in a new log.
    pub fn append(&self, batch: impl Into<Arc<Batch>>) -> Result<Receipt, Error> {
        Ok(self.store.append(batch)?)
    }

    /// Hands in a batch and goes on: it is stored together with all that were handed in until one of them is waited for. A
    /// thread that keeps a few pending stores as many with each sync of the disk.
    ///
    /// ```
    /// # use gristmill::event::{Batch, Event};
    /// # use gristmill::Timestamp;
    /// # fn main() -> Result<(), gristmill::Error> {
    /// # let store = gristmill::Options::new().open_in_memory()?;
    /// # let batch = |at| Batch::from_events([Event::new(Timestamp(at), "acme", "shop")]);
    /// let first = store.append_later(batch(1)?)?;
    /// let second = store.append_later(batch(2)?)?;
    /// assert_eq!(second.wait()?.sequence, 2); // both are durable now
    /// assert_eq!(first.wait()?.sequence, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The store is closed or halted, or too much waits already; the batch was not handed in.
    pub fn append_later(&self, batch: impl Into<Arc<Batch>>) -> Result<Pending<'_>, Error> {
        Ok(self.store.append_later(batch)?)
    }

    /// Makes every append that returned durable now, whatever [`Options::durability`] is.
    ///
    /// # Errors
    /// They cannot be synced, nor written afresh into a new log. They are as durable as before, and the next call tries
    /// again.
    pub fn sync(&self) -> Result<(), Error> {
        Ok(self.store.sync()?)
    }

    /// How many appends returned and would not survive a power cut now; none with
    /// [`Durability::Append`](crate::Durability::Append).
    ///
    /// # Errors
    /// A thread panicked while it changed the store.
    pub fn unsynced_appends(&self) -> Result<u64, Error> {
        Ok(self.store.unsynced_appends()?)
    }

    /// Starts a bulk load: one transaction, in bounded memory, however many events come.
    pub fn loader(&self) -> Loader<'_> {
        self.store.loader()
    }

    /// Writes the buffered events into segment files now.
    ///
    /// # Errors
    /// The files cannot be written; the events stay in the log.
    pub fn seal(&self) -> Result<(), Error> {
        Ok(self.store.seal()?)
    }

    /// Rewrites sealed events so that they take less room and a fetch touches less: those of a quarter of the calendar lie
    /// together, a large tenant's in segments of their own, all of them compressed. No answer changes; everything else
    /// goes on meanwhile, and what lies right already is left alone.
    ///
    /// `observe` is told how far it is, now and then and by any thread.
    ///
    /// # Errors
    /// A segment cannot be read or written. Then the store is as it was, or some of its events are compacted.
    pub fn compact(&self, observe: &(dyn Fn(CompactionProgress) + Sync)) -> Result<Compaction, Error> {
        Ok(self.store.compact(self.engine.threads(), observe)?)
    }

    /// Deletes the events that are meant and were stored before the call. When it returns no fetch or snapshot that begins
    /// sees them, and that is durable. Their bytes stay on the disk until their segments are rewritten: by
    /// [`Store::compact`], or at once by [`Store::purge`].
    ///
    /// # Errors
    /// A segment that may hold some of them cannot be read, or the change cannot be written; then nothing is deleted.
    pub fn delete(&self, delete: &Delete) -> Result<Deleted, Error> {
        self.store.delete(Timestamp::now().millis(), |segments| self.engine.rows_of(delete, segments))
    }

    /// How many events a deletion would delete.
    ///
    /// # Errors
    /// A segment that may hold some of them cannot be read.
    pub fn count_to_delete(&self, delete: &Delete) -> Result<u64, Error> {
        let rows = self.engine.rows_of(delete, self.snapshot()?.segments())?;
        Ok(rows.iter().map(RoaringBitmap::len).sum())
    }

    /// Rewrites the segments that hold deleted events, without them. When it returns, their bytes are in no file but those
    /// that a snapshot or a reader holds; these go when it lets go of them.
    ///
    /// # Errors
    /// As [`Store::compact`].
    pub fn purge(&self, observe: &(dyn Fn(CompactionProgress) + Sync)) -> Result<Compaction, Error> {
        Ok(self.store.purge(self.engine.threads(), observe)?)
    }

    /// What of deleted events is on the disk still.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn remains(&self) -> Result<Remains, Error> {
        Ok(self.store.remains()?)
    }

    /// How long events are kept.
    ///
    /// # Errors
    /// A thread has panicked while it changed the store.
    pub fn retention(&self) -> Result<Retention, Error> {
        Ok(self.store.retention()?)
    }

    /// Says how long events are kept from now on; durable when it returns. [`Store::expire`] deletes what is older.
    ///
    /// # Errors
    /// The catalog cannot be written.
    pub fn set_retention(&self, retention: Retention) -> Result<(), Error> {
        Ok(self.store.set_retention(retention)?)
    }

    /// Deletes the events that are kept no longer, by whole days in UTC, and counted from the newest event where that is
    /// older than the clock says. Events that are in the log only are looked at once they are sealed.
    ///
    /// # Errors
    /// The change cannot be written; then nothing is deleted.
    pub fn expire(&self) -> Result<Deleted, Error> {
        Ok(self.store.expire(Timestamp::now().millis())?)
    }

    /// Makes a backup in a folder that is new or empty: a store of its own, with everything whose append or load returned
    /// before the call, and no part of anything. Appends and fetches go on meanwhile. Files are shared with this store where
    /// the file system can do that, and else copied; all is durable when this returns.
    ///
    /// ```
    /// # use gristmill::{Reader, Store};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let store = Store::open(folder.path().join("events"))?;
    /// let backup = store.snapshot_to(folder.path().join("backup"), &|_| {})?;
    /// assert_eq!(Reader::open(folder.path().join("backup"))?.snapshot().events(), backup.events);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A file of the store is damaged, or the folder is in use or cannot be written. What was written till then is no
    /// store, and the next backup into that folder replaces it.
    pub fn snapshot_to(
        &self,
        folder: impl AsRef<Path>,
        observe: &dyn Fn(BackupProgress),
    ) -> Result<Backup, Error> {
        let target = maintenance::create(folder.as_ref())?;
        Ok(self.store.snapshot_to(&target, observe)?)
    }

    /// One bounded step of what the background does by itself: merges some sealed segments of about the same size, where there
    /// are enough of them. Says what it did; nothing, where there was nothing to do.
    ///
    /// # Errors
    /// The new segments cannot be written; the store is as it was.
    pub fn compact_round(&self) -> Result<Round, Error> {
        Ok(self.store.compact_round(self.engine.threads(), &|| false)?)
    }

    /// What was appended since the store was opened, how long its syncs took, and what waits: figures to watch a service by.
    ///
    /// # Errors
    /// A thread panicked while it changed the store.
    pub fn activity(&self) -> Result<Activity, Error> {
        Ok(self.store.activity()?)
    }

    /// What was done in the background since the store was opened, and why it fails where it does.
    ///
    /// # Errors
    /// A thread panicked while it noted that.
    pub fn maintenance(&self) -> Result<Maintenance, Error> {
        Ok(self.store.maintenance()?)
    }

    /// The files of the store and what is known of them, as on the disk now.
    ///
    /// # Errors
    /// A thread has panicked while it changed the store.
    pub fn catalog(&self) -> Result<Catalog, Error> {
        Ok(self.store.catalog()?)
    }

    /// Everything that is stored now; later writes do not show in it.
    ///
    /// # Errors
    /// The buffered events cannot be brought into order.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(self.store.snapshot()?)
    }

    /// How many threads answer fetches.
    #[cfg(feature = "parquet")]
    pub(crate) fn threads(&self) -> usize {
        self.engine.threads()
    }

    /// Answers a fetch from everything that was stored before it began.
    ///
    /// # Errors
    /// A segment that is needed cannot be read, or a budget is exceeded.
    pub fn fetch(&self, fetch: &Fetch) -> Result<Answer, Error> {
        self.engine.fetch(fetch, &self.snapshot()?.for_fetch(), None)
    }

    /// As [`Self::fetch`], and tells how the answer was found: what was left out, in which ways the rest was scanned, and how
    /// long that took.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub fn explain(&self, fetch: &Fetch) -> Result<(Answer, Explanation), Error> {
        self.engine.explain(fetch, &self.snapshot()?.for_fetch())
    }

    /// As [`Self::fetch`], and `cancel` may stop it from another thread.
    ///
    /// # Errors
    /// As [`Self::fetch`], and [`ExecError::Canceled`](crate::exec::ExecError::Canceled).
    pub fn fetch_or_cancel(&self, fetch: &Fetch, cancel: &Cancel) -> Result<Answer, Error> {
        self.engine.fetch(fetch, &self.snapshot()?.for_fetch(), Some(cancel))
    }

    /// The receipt of the append or load that carried a token, where it is still remembered.
    ///
    /// # Errors
    /// The store was closed or halted.
    pub fn receipt(&self, token: &str) -> Result<Option<Receipt>, Error> {
        Ok(self.store.receipt(token)?)
    }

    /// What was found when the store was opened.
    pub fn recovery(&self) -> &Recovery {
        self.store.recovery()
    }

    /// Closes the store and tells what went wrong in doing so. Other handles refuse writes from then on.
    ///
    /// # Errors
    /// The last state could not be written; everything acknowledged is in the log.
    pub fn close(self) -> Result<(), Error> {
        if let Some(background) = &self.background {
            background.stop();
        }
        Ok(self.store.close()?)
    }
}
