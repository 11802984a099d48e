//! The files of a store, and telling a store from other folders.

use std::io;

use crate::catalog::{self, Catalog, Publish, SegmentEntry, names};
use crate::dir::Dir;
use crate::segment::file::FileSum;
use crate::wal;

use super::StoreError;
use super::pins::PINS;

/// Held by the one writer.
pub(super) const LOCK: &str = "LOCK";
/// The folder of the segments that the catalog lists.
pub(super) const SEGMENTS: &str = "seg";
/// The folder of segments being written.
pub(super) const TEMPORARY: &str = "tmp";
/// The folder of files that a repair took out of the store.
pub(super) const QUARANTINE: &str = "quarantine";
/// There while a backup is written into a folder, so that half of one is not taken for a store without its catalog.
pub(super) const UNFINISHED: &str = "BACKUP.unfinished";

pub(super) const FOLDERS: [&str; 3] = [wal::FOLDER, SEGMENTS, TEMPORARY];

/// The two files of a segment in a folder: columns and index.
pub(super) fn segment_paths(folder: &str, id: u64) -> [String; 2] {
    [format!("{folder}/{id}.arrow"), format!("{folder}/{id}.idx")]
}

/// The file that says which rows of a segment are deleted, in a folder.
pub(super) fn deletion_path(folder: &str, id: u64) -> String {
    format!("{folder}/{id}.del")
}

/// Every file that a catalog entry lists, with what is recorded of it.
pub(super) fn files_of(entry: &SegmentEntry) -> impl Iterator<Item = (String, FileSum)> + use<> {
    let [arrow, index] = segment_paths(SEGMENTS, entry.id);
    let deletion = entry.deletion.map(|deletion| (deletion_path(SEGMENTS, deletion.id), deletion.file));
    [(arrow, entry.files.arrow), (index, entry.files.index)].into_iter().chain(deletion)
}

/// The id in the name of a log, a segment's file or a file of deleted rows; `None` for names that no store gives.
pub(super) fn id_in(name: &str) -> Option<u64> {
    let (id, ending) = name.split_once('.')?;
    if !matches!(ending, "log" | "arrow" | "idx" | "del") || id.starts_with('+') {
        return None;
    }
    id.parse().ok()
}

/// The catalog, or `None` where the folder holds no store yet but could. Loud where it holds anything else.
pub(super) fn find(dir: &dyn Dir) -> Result<Option<Catalog>, StoreError> {
    if let Some(catalog) = catalog::read(dir)? {
        return Ok(Some(catalog));
    }
    let empty = check_empty(dir);
    // A writer may have created the store meanwhile; what was found then is its own.
    match catalog::read(dir)? {
        Some(catalog) => Ok(Some(catalog)),
        None => empty.map(|()| None),
    }
}

/// Checks that nothing is in a folder but what a writer leaves that was killed while it created a store.
fn check_empty(dir: &dyn Dir) -> Result<(), StoreError> {
    let names = list(dir, "")?;
    if names.iter().any(|name| name == UNFINISHED) {
        return Err(StoreError::UnfinishedBackup);
    }
    for name in names {
        match &*name {
            names::OLD => return Err(StoreError::CatalogMissing { found: name }),
            wal::FOLDER | SEGMENTS | QUARANTINE => {
                if let Some(file) = list(dir, &name)?.first() {
                    return Err(StoreError::CatalogMissing { found: format!("{name}/{file}") });
                }
            }
            LOCK | TEMPORARY | PINS | names::TEMPORARY => {}
            _ => return Err(StoreError::NotAStore { found: name }),
        }
    }
    Ok(())
}

/// Creates the folders of a store, durably.
pub(super) fn create_folders(dir: &dyn Dir) -> Result<(), StoreError> {
    for folder in FOLDERS {
        dir.create_dir(folder).map_err(|source| StoreError::io("create the folder", folder, source))?;
    }
    sync_names(dir, "")
}

/// Makes the names in a folder durable; `""` is the root.
pub(super) fn sync_names(dir: &dyn Dir, folder: &str) -> Result<(), StoreError> {
    let told = if folder.is_empty() { "the root" } else { folder };
    dir.sync_dir(folder).map_err(|source| StoreError::io("make durable the names in", told, source))
}

/// Creates an empty store. Killed half-way, it leaves what [`find`] takes for no store yet.
pub(super) fn create(dir: &dyn Dir) -> Result<Catalog, StoreError> {
    create_folders(dir)?;
    let catalog = Catalog::empty();
    catalog::publish(dir, &catalog).map_err(Publish::into_error)?;
    Ok(catalog)
}

/// The names in a folder; none where there is no such folder.
pub(super) fn list(dir: &dyn Dir, folder: &str) -> Result<Vec<String>, StoreError> {
    match dir.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        result => result.map_err(|source| StoreError::io("list", folder, source)),
    }
}
