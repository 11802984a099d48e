//! Backup: all that was acknowledged at one moment, as a store of its own in another folder, while everything goes on.
//!
//! Segments never change, so they get a second name where the file system can do that, and are copied where it cannot.
//! What is only in the log is written into a log of the backup's own. The catalog comes last: without it, what lies in the
//! folder is no store.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::catalog::{self, Catalog, LogEntry, Publish, names};
use crate::dir::{Dir, Lock, link_between};
use crate::segment::SegmentError;
use crate::segment::file::{self, FileSum};

use super::layout::{
    FOLDERS, LOCK, SEGMENTS, UNFINISHED, create_folders, deletion_path, files_of, find, id_in, list,
    sync_names,
};
use super::open::{take_lock, write_log};
use super::reader::MAX_ATTEMPTS;
use super::recover::read_logs;
use super::view::{Unfrozen, View};
use super::{Store, StoreError, hold};

/// What a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    /// Segments.
    pub segments: u64,
    /// Events, those that were only in the log included.
    pub events: u64,
    /// Bytes of files that it shares with the store: they take no room of their own until the store drops them.
    pub bytes_linked: u64,
    /// Bytes of files that were copied, and of the log.
    pub bytes_copied: u64,
}

/// How far a backup is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupProgress {
    /// Bytes of segment files that are in the backup.
    pub done: u64,
    /// Bytes of all segment files.
    pub total: u64,
}

impl Store {
    /// Makes a backup in a new or empty folder: a store of its own, which holds every append and load that returned
    /// before the call. Some that return meanwhile may be there too, each as a whole, and none without those before it.
    /// Everything else goes on, but no seal and no load is published while the log is read.
    ///
    /// Files are shared with the store where both lie in one file system, and else copied. All is durable when it
    /// returns. A backup that was not finished is no store, and says so; the next one into that folder replaces it.
    ///
    /// [`StoreError::NotEmpty`] where the folder holds anything else; an error for which [`StoreError::is_damage`] holds
    /// where a file is missing or its length is wrong, or the bytes of one that is copied.
    pub fn snapshot_to(
        &self,
        target: &dyn Dir,
        observe: &dyn Fn(BackupProgress),
    ) -> Result<Backup, StoreError> {
        self.check_open()?;
        let mut folder = BackupFolder::claim(target)?;
        let (catalog, logs, _held) = {
            let catalog = hold(&self.catalog)?;
            self.check_open()?;
            // In one step, so that the files which the catalog lists stay for as long as the snapshot lives.
            let logs = read_logs(&*self.dir, &catalog)?;
            // These go with the next deletion, whatever snapshots there are.
            folder.gather(&*self.dir, listed_deletions(&catalog).collect(), &|_| {})?;
            (catalog.clone(), logs, self.view.with(View::frozen)?)
        };
        folder.gather(&*self.dir, listed_files(&catalog).collect(), observe)?;
        folder.finish(&catalog, &logs.batches)
    }
}

/// Makes a backup of a store that another process may be writing, without its lock; otherwise as [`Store::snapshot_to`].
pub fn back_up(
    source: &Arc<dyn Dir>,
    target: &dyn Dir,
    observe: &dyn Fn(BackupProgress),
) -> Result<Backup, StoreError> {
    let mut catalog = find(&**source)?.ok_or(StoreError::NoStore)?;
    let mut folder = BackupFolder::claim(target)?;
    let mut attempts = 0;
    let logs = loop {
        let gathered = read_logs(&**source, &catalog).and_then(|logs| {
            folder.gather(&**source, listed_files(&catalog).collect(), observe).map(|()| logs)
        });
        let error = match gathered {
            Ok(logs) => break logs,
            Err(error) => error,
        };
        // A file that was sealed or compacted away meanwhile is gone: then, and only then, there is a newer catalog.
        let newer = find(&**source)?.ok_or(StoreError::NoStore)?;
        attempts += 1;
        if newer.number == catalog.number || attempts == MAX_ATTEMPTS {
            return Err(error);
        }
        catalog = newer;
    };
    folder.finish(&catalog, &logs.batches)
}

/// The folder that a backup is written into.
#[derive(Debug)]
struct BackupFolder<'t> {
    dir: &'t dyn Dir,
    /// Files that are in it, by their path: how long they are, and whether they are shared with the store.
    files: BTreeMap<String, (u64, Way)>,
    finished: bool,
    _lock: Box<dyn Lock>,
}

/// How a file came into a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Linked,
    Copied,
}

impl Drop for BackupFolder<'_> {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed, the next backup into this folder removes.
            let _ = clear(self.dir);
        }
    }
}

impl<'t> BackupFolder<'t> {
    /// Takes an empty folder, or one with a backup that was not finished, and says durably that this is one.
    fn claim(dir: &'t dyn Dir) -> Result<Self, StoreError> {
        // Looked at before the lock file is made, so that a folder which holds something else stays as it is.
        check_free(dir)?;
        let lock = take_lock(dir)?;
        check_free(dir)?;
        let folder = Self { dir, files: BTreeMap::new(), finished: false, _lock: lock };
        match dir.create(UNFINISHED) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => clear(dir)?,
            result => {
                result.map_err(|source| StoreError::io("create", UNFINISHED, source))?;
            }
        }
        create_folders(dir)?;
        Ok(folder)
    }

    /// Takes the files that are listed, durably; drops what was taken before and is not.
    fn gather(
        &mut self,
        source: &dyn Dir,
        listed: BTreeMap<String, FileSum>,
        observe: &dyn Fn(BackupProgress),
    ) -> Result<(), StoreError> {
        for (path, _) in self.files.extract_if(.., |path, _| !listed.contains_key(path)) {
            self.dir.remove(&path).map_err(|source| StoreError::io("remove", &path, source))?;
        }
        let mut progress = BackupProgress { done: 0, total: listed.values().map(|sum| sum.length).sum() };
        for (path, sum) in listed {
            observe(progress);
            progress.done += sum.length;
            if !self.files.contains_key(&path) {
                let way = take_file(source, self.dir, &path, sum)?;
                self.files.insert(path, (sum.length, way));
            }
        }
        observe(progress);
        sync_names(self.dir, SEGMENTS)
    }

    /// Writes the log and the catalog of what was gathered.
    fn finish(&mut self, catalog: &Catalog, batches: &[Unfrozen]) -> Result<Backup, StoreError> {
        let log_bytes = self.publish(catalog, batches)?;
        let bytes = |wanted| -> u64 {
            self.files.values().filter(|(_, way)| *way == wanted).map(|(length, _)| length).sum()
        };
        let logged: u64 = batches.iter().map(|unfrozen| unfrozen.batch.len() as u64).sum();
        Ok(Backup {
            segments: catalog.segments.len() as u64,
            events: catalog.sealed_events() + logged,
            bytes_linked: bytes(Way::Linked),
            bytes_copied: bytes(Way::Copied) + log_bytes,
        })
    }

    /// Writes log and catalog; answers how long the log is. From the catalog on, the folder is a store.
    fn publish(&mut self, catalog: &Catalog, batches: &[Unfrozen]) -> Result<u64, StoreError> {
        let id = catalog.next_id;
        let length = write_log(self.dir, id, catalog.sealed, batches)?.length();
        let backup = Catalog {
            number: catalog.number + 1,
            next_id: id.saturating_add(1),
            closed: true,
            logs: vec![LogEntry { id, length }],
            ..catalog.clone()
        };
        catalog::publish(self.dir, &backup).map_err(|failure| {
            // Where it is in doubt, the folder may be a store already.
            self.finished = matches!(failure, Publish::InDoubt(_));
            failure.into_error()
        })?;
        self.finished = true;
        // A backup with this name is whole all the same, and the next open removes it.
        let _ = self.dir.remove(UNFINISHED);
        Ok(length)
    }
}

/// The files of the segments that a catalog lists. What a repair moved to quarantine stays where it is.
fn listed_files(catalog: &Catalog) -> impl Iterator<Item = (String, FileSum)> {
    catalog.segments.iter().filter(|entry| !entry.quarantined).flat_map(files_of)
}

/// Those of them that name deleted rows.
fn listed_deletions(catalog: &Catalog) -> impl Iterator<Item = (String, FileSum)> {
    let there = catalog.segments.iter().filter(|entry| !entry.quarantined);
    let deletions = there.filter_map(|entry| entry.deletion);
    deletions.map(|deletion| (deletion_path(SEGMENTS, deletion.id), deletion.file))
}

/// Links a file, or copies it where that cannot be done.
fn take_file(source: &dyn Dir, target: &dyn Dir, path: &str, sum: FileSum) -> Result<Way, SegmentError> {
    file::check_length(source, path, sum)?;
    match link_between(source, target, path) {
        Ok(()) => Ok(Way::Linked),
        // Two file systems, one that knows no second names, or a user who may not give this file one: whatever it is, the
        // copy says so where it fails too.
        Err(_) => match file::copy(source, target, path, sum) {
            Ok(()) => Ok(Way::Copied),
            Err(error) => {
                // In the way of a second try only, which says so.
                let _ = target.remove(path);
                Err(error)
            }
        },
    }
}

/// Checks that a folder is empty, or holds a backup that was not finished.
fn check_free(dir: &dyn Dir) -> Result<(), StoreError> {
    let names = list(dir, "")?;
    let unfinished = names.iter().any(|name| name == UNFINISHED);
    for name in names {
        let found = match &*name {
            LOCK => None,
            UNFINISHED | names::TEMPORARY if unfinished => None,
            folder if unfinished && FOLDERS.contains(&folder) => None,
            folder if FOLDERS.contains(&folder) => {
                list(dir, folder)?.first().map(|file| format!("{folder}/{file}"))
            }
            _ => Some(name),
        };
        if let Some(found) = found {
            return Err(StoreError::NotEmpty { found });
        }
    }
    Ok(())
}

/// Removes the files of a backup that was not finished.
fn clear(dir: &dyn Dir) -> Result<(), StoreError> {
    for folder in FOLDERS {
        for name in list(dir, folder)?.iter().filter(|name| id_in(name).is_some()) {
            let path = format!("{folder}/{name}");
            dir.remove(&path).map_err(|source| StoreError::io("remove", &path, source))?;
        }
    }
    Ok(())
}
