//! What is done to a store as a whole, from outside.
//!
//! Each function takes a folder; its `_dir` twin takes any [`Dir`].

use crate::error::Error;
use crate::options::folder;
use gristmill_storage::dir::{Dir, FsDir};
use gristmill_storage::store;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;

pub use gristmill_storage::store::{Backup, BackupProgress, Finding, Verification, VerifyProgress};

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

/// Reads every byte of the store in a folder, which another process may be writing, and checks every checksum and everything
/// that must hold between its files. It goes on after each finding, and writes nothing.
///
/// `threads` (0: one for each core) segments are checked at once, each in the memory of a few of its columns; `observe` is
/// told how far it is, by any of them.
///
/// # Errors
/// There is no store, or one of a newer format, or the folder cannot be read. What is damaged is no error but a
/// [`Finding`].
pub fn verify(
    store: impl AsRef<Path>,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Verification, Error> {
    verify_dir(&open(store.as_ref())?, threads, observe)
}

/// As [`verify`], of any [`Dir`].
///
/// # Errors
/// As [`verify`].
pub fn verify_dir(
    store: &Arc<dyn Dir>,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Verification, Error> {
    let threads = match threads {
        0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
        threads => threads,
    };
    Ok(store::verify(store, threads, observe)?)
}

fn open(path: &Path) -> Result<Arc<dyn Dir>, Error> {
    FsDir::open(path).map(|dir| Arc::new(dir) as Arc<dyn Dir>).map_err(|source| folder(path, source))
}

/// The folder of a backup, made where there is none.
pub(crate) fn create(path: &Path) -> Result<FsDir, Error> {
    FsDir::create(path).map_err(|source| folder(path, source))
}
