//! Reading a store that another process may be writing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalog::{self, Catalog, SegmentEntry};
use crate::dir::Dir;
use crate::hash::HashMap;
use crate::segment::{PartCache, Segment};
use crate::wal;

use super::pins::{Pin, pin};
use super::recover::{Recovered, Recovery, recover};
use super::view::{SharedView, View};
use super::{Snapshot, StoreError, StoreOptions, hold};

/// How often a reader starts anew because the writer went on while it opened.
pub(super) const MAX_ATTEMPTS: u32 = 100;

/// A store for reading, as it was when it was opened or last refreshed. Nothing is written, and a writer may go on beside it:
/// it leaves the files of what is read in their place. A reader that ends, however it does, holds nothing.
#[derive(Debug)]
pub struct Reader {
    dir: Arc<dyn Dir>,
    cache: Arc<PartCache>,
    /// Held by the one refresh that runs.
    refreshing: Mutex<()>,
    state: Mutex<Arc<State>>,
}

/// What was found.
#[derive(Debug)]
struct State {
    catalog: Arc<Catalog>,
    recovery: Recovery,
    snapshot: Snapshot,
    /// What the snapshot was made of.
    view: SharedView,
    /// The number of the last batch.
    last: u64,
    /// How long the last log was before it was read.
    log_length: u64,
}

impl Reader {
    /// Reads what was acknowledged before the call. An append that is under way may be there too, as a whole.
    ///
    /// Of the options, [`StoreOptions::cache_bytes`] counts. Errors as for [`super::Store::open`], and
    /// [`StoreError::NoStore`] where there is nothing yet.
    pub fn open(dir: &Arc<dyn Dir>, options: &StoreOptions) -> Result<Self, StoreError> {
        let cache = Arc::new(PartCache::new(options.cache_bytes));
        let state = Arc::new(State::newest(dir, &cache, None)?);
        Ok(Self { dir: Arc::clone(dir), cache, refreshing: Mutex::new(()), state: Mutex::new(state) })
    }

    /// Goes on to what was acknowledged before this call; whether anything has changed. Snapshots of before stay as they are.
    ///
    /// It costs little where nothing has changed. Segments that stay are not opened again, and the parts of them that are in
    /// memory stay there.
    ///
    /// After an error, as those of [`Reader::open`], everything is as it was.
    pub fn refresh(&self) -> Result<bool, StoreError> {
        let _turn = hold(&self.refreshing)?;
        let before = self.state();
        if before.is_newest(&*self.dir) {
            return Ok(false);
        }
        let next = State::newest(&self.dir, &self.cache, Some(&before))?;
        let changed = (next.catalog.number, next.last) != (before.catalog.number, before.last);
        *self.lock() = Arc::new(next);
        Ok(changed)
    }

    /// Every event that was found.
    pub fn snapshot(&self) -> Snapshot {
        self.state().snapshot.clone()
    }

    /// The catalog that was found.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.state().catalog)
    }

    /// What was found besides.
    pub fn recovery(&self) -> Recovery {
        self.state().recovery
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.lock())
    }

    /// Every change under it is one step.
    fn lock(&self) -> MutexGuard<'_, Arc<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Reads the newest state there is; what is known `before` of it is not read again.
    fn newest(dir: &Arc<dyn Dir>, cache: &Arc<PartCache>, before: Option<&Self>) -> Result<Self, StoreError> {
        let mut attempts = 0;
        loop {
            let (catalog, pin) = pin(&**dir)?;
            let number = catalog.number;
            let result = Self::read(dir, catalog, pin, cache, before);
            if result.as_ref().is_ok_and(|state| state.recovery.damaged_segments == 0) {
                return result;
            }
            // A log that was sealed meanwhile is gone, or a file of deleted rows that was replaced: then, and only then,
            // there is a newer catalog.
            attempts += 1;
            if attempts == MAX_ATTEMPTS || catalog::is_newest(&**dir, number) {
                return result;
            }
        }
    }

    fn read(
        dir: &Arc<dyn Dir>,
        catalog: Catalog,
        pin: Pin,
        cache: &Arc<PartCache>,
        before: Option<&Self>,
    ) -> Result<Self, StoreError> {
        // Before it is read: what comes meanwhile is found by the next refresh.
        let log_length = log_length(&**dir, &catalog).unwrap_or_default();
        let known = before.map(Self::segments).transpose()?.unwrap_or_default();
        let recovered = recover(dir, &catalog, cache, |entry| known.get(entry))?;
        let recovery = recovered.report;
        let last = recovered.batches.last().map_or(catalog.sealed, |unfrozen| unfrozen.sequence);
        let view = match before.filter(|before| before.is_continued_by(&catalog)) {
            Some(before) => before.continued(recovered)?,
            None => recovered.into_view(),
        };
        let view = SharedView::new(view);
        let snapshot = view.snapshot()?.pinned(pin);
        Ok(Self { catalog: Arc::new(catalog), recovery, snapshot, view, last, log_length })
    }

    /// Whether what came after this state is only in the logs that it has read: their batches have the numbers they had.
    fn is_continued_by(&self, catalog: &Catalog) -> bool {
        let logs = |catalog: &Catalog| catalog.logs.iter().map(|log| log.id).collect::<Vec<_>>();
        self.catalog.sealed == catalog.sealed && logs(&self.catalog) == logs(catalog)
    }

    /// What was found, with the batches of this state in the chunks that it has.
    fn continued(&self, recovered: Recovered) -> Result<View, StoreError> {
        let sealed = self.view.with(|view| view.with_sealed(recovered.segments))?;
        let mut view = sealed.with_lost(recovered.lost);
        for unfrozen in recovered.batches.into_iter().filter(|unfrozen| unfrozen.sequence > self.last) {
            view.push(unfrozen.sequence, unfrozen.batch);
        }
        Ok(view)
    }

    /// Whether nothing was published or appended since.
    fn is_newest(&self, dir: &dyn Dir) -> bool {
        catalog::is_newest(dir, self.catalog.number)
            && log_length(dir, &self.catalog) == Some(self.log_length)
    }

    fn segments(&self) -> Result<Known<'_>, StoreError> {
        let segments = self.view.with(|view| view.sealed())?;
        Ok(Known(
            self.catalog
                .segments
                .iter()
                .zip(segments)
                .map(|(entry, open)| (entry.id, (entry, open)))
                .collect(),
        ))
    }
}

/// Segments that are open already, by their ids.
#[derive(Default)]
struct Known<'s>(HashMap<u64, (&'s SegmentEntry, Arc<Segment>)>);

impl Known<'_> {
    /// The segment of an entry, unless that has changed, or the segment could not be opened.
    fn get(&self, entry: &SegmentEntry) -> Option<Arc<Segment>> {
        let (known, segment) = self.0.get(&entry.id)?;
        (*known == entry && !segment.is_lost()).then(|| Arc::clone(segment))
    }
}

/// The length of the last log; `None` where it cannot be told.
fn log_length(dir: &dyn Dir, catalog: &Catalog) -> Option<u64> {
    match catalog.logs.last() {
        None => Some(0),
        Some(log) => dir.open(&wal::path(log.id)).ok()?.len().ok(),
    }
}
