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

pub use gristmill_storage::store::{
    Backup, BackupProgress, Finding, Repair, RepairStep, Verification, VerifyProgress,
};

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
    Ok(store::verify(store, at_least_one(threads), observe)?)
}

/// Makes a damaged store one that opens, with everything that is intact, or only says with `dry_run` what that takes. What
/// is damaged lies in the folder `quarantine/` of the store from then on, and what is lost is on record: fetches that need
/// it fail, or say that it is missing.
///
/// Everything is read first, as by [`verify`].
///
/// # Errors
/// A writer has the store; neither its catalog nor the one before is intact; a file cannot be read or written. A repair
/// that failed or was killed can be begun again.
pub fn repair(
    store: impl AsRef<Path>,
    dry_run: bool,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Repair, Error> {
    repair_dir(&open(store.as_ref())?, dry_run, threads, observe)
}

/// As [`repair`], of any [`Dir`].
///
/// # Errors
/// As [`repair`].
pub fn repair_dir(
    store: &Arc<dyn Dir>,
    dry_run: bool,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Repair, Error> {
    Ok(store::repair(store, dry_run, at_least_one(threads), observe)?)
}

/// Forgets what earlier repairs have recorded as lost, or only says with `dry_run` what that is: from then on answers are as
/// if it had never been stored, and no longer marked.
///
/// # Errors
/// A writer has the store; the catalog cannot be read or written.
pub fn accept_loss(store: impl AsRef<Path>, dry_run: bool) -> Result<Repair, Error> {
    Ok(store::accept_loss(&open(store.as_ref())?, dry_run)?)
}

/// One for each core where none are asked for.
fn at_least_one(threads: usize) -> usize {
    match threads {
        0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
        threads => threads,
    }
}

fn open(path: &Path) -> Result<Arc<dyn Dir>, Error> {
    FsDir::open(path).map(|dir| Arc::new(dir) as Arc<dyn Dir>).map_err(|source| folder(path, source))
}

/// The folder of a backup, made where there is none.
pub(crate) fn create(path: &Path) -> Result<FsDir, Error> {
    FsDir::create(path).map_err(|source| folder(path, source))
}
