//! A store that is open for writing and reading.

use crate::engine::Engine;
use crate::error::Error;
use crate::options::Options;
use gristmill_query::exec::Cancel;
use gristmill_query::request::Fetch;
use gristmill_query::response::{Answer, Explanation};
use gristmill_storage::event::Batch;
use gristmill_storage::store::{
    self, Background, Compaction, CompactionProgress, Loader, Maintenance, Pending, Receipt, Recovery, Round,
    Snapshot,
};
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

    /// Stores a batch. It is durable, and in every later answer, when this returns.
    ///
    /// # Errors
    /// Nothing of the batch is acknowledged; after a failed write the store refuses further ones until it is opened anew.
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

    /// One bounded step of what the background does by itself: merges some sealed segments of about the same size, where there
    /// are enough of them. Says what it did; nothing, where there was nothing to do.
    ///
    /// # Errors
    /// The new segments cannot be written; the store is as it was.
    pub fn compact_round(&self) -> Result<Round, Error> {
        Ok(self.store.compact_round(self.engine.threads(), &|| false)?)
    }

    /// What was done in the background since the store was opened, and why it fails where it does.
    ///
    /// # Errors
    /// A thread panicked while it noted that.
    pub fn maintenance(&self) -> Result<Maintenance, Error> {
        Ok(self.store.maintenance()?)
    }

    /// Everything that is stored now; later writes do not show in it.
    ///
    /// # Errors
    /// The buffered events cannot be brought into order.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(self.store.snapshot()?)
    }

    /// Answers a fetch from everything that was stored before it began.
    ///
    /// # Errors
    /// A segment that is needed cannot be read, or a budget is exceeded.
    pub fn fetch(&self, fetch: &Fetch) -> Result<Answer, Error> {
        self.engine.fetch(fetch, self.snapshot()?.segments(), None)
    }

    /// As [`Self::fetch`], and tells how the answer was found: what was left out, in which ways the rest was scanned, and how
    /// long that took.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub fn explain(&self, fetch: &Fetch) -> Result<(Answer, Explanation), Error> {
        self.engine.explain(fetch, self.snapshot()?.segments())
    }

    /// As [`Self::fetch`], and `cancel` may stop it from another thread.
    ///
    /// # Errors
    /// As [`Self::fetch`], and [`ExecError::Canceled`](crate::exec::ExecError::Canceled).
    pub fn fetch_or_cancel(&self, fetch: &Fetch, cancel: &Cancel) -> Result<Answer, Error> {
        self.engine.fetch(fetch, self.snapshot()?.segments(), Some(cancel))
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
