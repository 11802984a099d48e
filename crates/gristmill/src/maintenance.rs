//! What is done to a store as a whole, from outside.
//!
//! Each function takes a folder; its `_dir` twin takes any [`Dir`].

use crate::error::Error;
use crate::options::folder;
use gristmill_storage::dir::{Dir, FsDir};
use gristmill_storage::store;
use std::path::Path;
use std::sync::Arc;

pub use gristmill_storage::store::{Backup, BackupProgress};

/// Makes a backup of the store in a folder, which another process may be writing, in another folder that is new or empty:
/// a store of its own, as [`Store::snapshot_to`](crate::Store::snapshot_to) makes it. Nothing is written to the store.
///
/// # Errors
/// There is no store, a file of it is damaged, or the other folder is in use or cannot be written. What was written till
/// then is no store, and the next backup into that folder replaces it.
pub fn snapshot(
    store: impl AsRef<Path>,
    target: impl AsRef<Path>,
    observe: &dyn Fn(BackupProgress),
) -> Result<Backup, Error> {
    snapshot_dir(&open(store.as_ref())?, &create(target.as_ref())?, observe)
}

/// As [`snapshot`], from and to any [`Dir`].
///
/// # Errors
/// As [`snapshot`].
pub fn snapshot_dir(
    store: &Arc<dyn Dir>,
    target: &dyn Dir,
    observe: &dyn Fn(BackupProgress),
) -> Result<Backup, Error> {
    Ok(store::back_up(store, target, observe)?)
}

fn open(path: &Path) -> Result<Arc<dyn Dir>, Error> {
    FsDir::open(path).map(|dir| Arc::new(dir) as Arc<dyn Dir>).map_err(|source| folder(path, source))
}

/// The folder of a backup, made where there is none.
pub(crate) fn create(path: &Path) -> Result<FsDir, Error> {
    FsDir::create(path).map_err(|source| folder(path, source))
}
