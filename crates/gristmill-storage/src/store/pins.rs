//! Pins: how readers in other processes keep the files that they read, and write nothing for it.
//!
//! `pins/<epoch>` is an empty file for each epoch, and the catalog names the current epoch. A change that takes files out of
//! the catalog begins a new one. A reader holds a shared lock on the file of the epoch it reads; the operating system
//! drops the lock with the reader, however it ends. The writer removes a file once no lock is held on the epochs in which
//! it was listed.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalog::Catalog;
use crate::dir::{Dir, Lock};
use crate::segment::{Remover, Segment};

use super::StoreError;
use super::layout::{find, list, sync_names};
use super::reader::MAX_ATTEMPTS;

/// The folder of the files that readers lock.
pub(super) const PINS: &str = "pins";

fn path(epoch: u64) -> String {
    format!("{PINS}/{epoch}")
}

/// The pins as the writer sees them, with the files that wait for readers to let go of them.
#[derive(Debug)]
pub(super) struct Pins {
    dir: Arc<dyn Dir>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    current: u64,
    /// Epochs of before whose file is there.
    older: BTreeSet<u64>,
    /// Files to remove, each with the last epoch in which it was listed.
    left: Vec<(u64, String)>,
}

impl Pins {
    /// Takes over the pins of a store in this epoch, and makes its file where there is none.
    pub(super) fn open(dir: &Arc<dyn Dir>, epoch: u64) -> Result<Self, StoreError> {
        dir.create_dir(PINS).map_err(|source| StoreError::io("create the folder", PINS, source))?;
        sync_names(&**dir, "")?;
        let older = list(&**dir, PINS)?
            .iter()
            .filter_map(|name| name.parse().ok().filter(|number: &u64| number.to_string() == *name))
            .filter(|&older| older < epoch)
            .collect();
        let pins = Self {
            dir: Arc::clone(dir),
            state: Mutex::new(State { current: epoch, older, left: Vec::new() }),
        };
        pins.prepare(epoch)?;
        Ok(pins)
    }

    /// Makes the file of an epoch, durable, before a catalog names it.
    pub(super) fn prepare(&self, epoch: u64) -> Result<(), StoreError> {
        let path = path(epoch);
        match self.dir.create(&path) {
            // Of a change that was not published, or of the writer before.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            result => result.map_err(|source| StoreError::io("create", &path, source))?,
        };
        sync_names(&*self.dir, PINS)
    }

    /// Begins an epoch, which a catalog names now.
    pub(super) fn begin(&self, epoch: u64) {
        let mut state = self.lock();
        let before = std::mem::replace(&mut state.current, epoch);
        if before < epoch {
            state.older.insert(before);
        }
    }

    /// Has the files of segments removed that the current catalog does not list, when nobody reads them any more, in this
    /// process or another.
    pub(super) fn remove_at_last<'s>(self: &Arc<Self>, segments: impl IntoIterator<Item = &'s Arc<Segment>>) {
        let last = self.lock().current.saturating_sub(1);
        for segment in segments {
            segment.remove_files_at_last(last, Arc::clone(self) as Arc<dyn Remover>);
        }
    }

    /// Removes files that no catalog lists, and nobody in this process reads, once no other process does; how many now.
    pub(super) fn leave(&self, paths: impl IntoIterator<Item = String>) -> u64 {
        let mut state = self.lock();
        let last = state.current.saturating_sub(1);
        state.left.extend(paths.into_iter().map(|path| (last, path)));
        state.sweep(&*self.dir)
    }

    /// Removes what nobody reads any more; how many files.
    pub(super) fn sweep(&self) -> u64 {
        self.lock().sweep(&*self.dir)
    }

    /// Every change under it is one step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remover for Pins {
    fn remove(&self, epoch: u64, paths: Vec<String>) {
        let mut state = self.lock();
        state.left.extend(paths.into_iter().map(|path| (epoch, path)));
        state.sweep(&*self.dir);
    }
}

impl State {
    fn sweep(&mut self, dir: &dyn Dir) -> u64 {
        self.older.retain(|&epoch| match dir.is_lock_shared(&path(epoch)) {
            Ok(true) => true,
            // A reader that comes later reads the catalog again, which names a newer one.
            Ok(false) => {
                let _ = dir.remove(&path(epoch));
                false
            }
            Err(error) => error.kind() != ErrorKind::NotFound,
        });
        let oldest = self.older.first().copied().unwrap_or(u64::MAX);
        let mut removed = 0;
        // What cannot be removed, the next open removes.
        self.left.retain(|(last, path)| {
            let stays = *last >= oldest;
            removed += u64::from(!stays && dir.remove(path).is_ok());
            stays
        });
        removed
    }
}

/// A lock that keeps the files of a catalog; nothing where the store has none, as on a medium that was copied.
pub(super) type Pin = Option<Arc<dyn Lock>>;

/// The newest catalog, whose files stay for as long as the pin is held.
pub(super) fn pin(dir: &dyn Dir) -> Result<(Catalog, Pin), StoreError> {
    let mut catalog = find(dir)?.ok_or(StoreError::NoStore)?;
    for _ in 0..MAX_ATTEMPTS {
        let path = path(catalog.epoch);
        let lock = match dir.try_lock_shared(&path) {
            Ok(lock) => lock.map(Arc::from),
            Err(error) if is_without(error.kind()) => None,
            Err(source) => return Err(StoreError::io("lock", &path, source)),
        };
        // Only a lock that was held before the catalog was read keeps what that lists.
        let epoch = catalog.epoch;
        catalog = find(dir)?.ok_or(StoreError::NoStore)?;
        if catalog.epoch == epoch {
            return Ok((catalog, lock));
        }
    }
    Ok((catalog, None))
}

/// Whether a store cannot be pinned, by the error of trying it: then its files stay, or their loss is told.
fn is_without(error: ErrorKind) -> bool {
    matches!(error, ErrorKind::NotFound | ErrorKind::Unsupported | ErrorKind::PermissionDenied)
}
