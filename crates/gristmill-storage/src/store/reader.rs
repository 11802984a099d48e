//! Reading a store that another process may be writing.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::dir::Dir;
use crate::segment::PartCache;

use super::layout::find;
use super::recover::{Recovery, recover};
use super::view::SharedView;
use super::{Snapshot, StoreError, StoreOptions};

/// How often a reader starts anew because the writer went on while it opened.
pub(super) const MAX_ATTEMPTS: u32 = 100;

/// A store as it was when it was opened, for reading. Nothing is written, no lock is taken, and a writer may go on
/// beside it.
#[derive(Debug)]
pub struct Reader {
    catalog: Catalog,
    snapshot: Snapshot,
    recovery: Recovery,
}

impl Reader {
    /// Reads what was acknowledged before the call. An append that is under way may be there too, as a whole.
    ///
    /// Of the options, [`StoreOptions::cache_bytes`] counts. Errors as for [`super::Store::open`], and
    /// [`StoreError::NoStore`] where there is nothing yet.
    pub fn open(dir: &Arc<dyn Dir>, options: &StoreOptions) -> Result<Self, StoreError> {
        let mut attempts = 0;
        let mut catalog = find(&**dir)?.ok_or(StoreError::NoStore)?;
        loop {
            let result = Self::read(dir, &catalog, options);
            if result.as_ref().is_ok_and(|reader| reader.recovery.damaged_segments == 0) {
                return result;
            }
            // A log that was sealed meanwhile is gone, or a segment that was compacted: then, and only then, there is a
            // newer catalog.
            let newer = find(&**dir)?.ok_or(StoreError::NoStore)?;
            attempts += 1;
            if newer.number == catalog.number || attempts == MAX_ATTEMPTS {
                return result;
            }
            catalog = newer;
        }
    }

    fn read(dir: &Arc<dyn Dir>, catalog: &Catalog, options: &StoreOptions) -> Result<Self, StoreError> {
        let cache = Arc::new(PartCache::new(options.cache_bytes));
        let recovered = recover(dir, catalog, &cache)?;
        let recovery = recovered.report;
        let snapshot = SharedView::new(recovered.into_view()).snapshot()?;
        Ok(Self { catalog: catalog.clone(), snapshot, recovery })
    }

    /// Every event that was found.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The catalog that was found.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What was found besides.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }
}
