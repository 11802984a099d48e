//! Doing what was planned, so that a crash at any point leaves a store that can be repaired again.

use std::io;

use crate::catalog::{self, Catalog, LogEntry, Publish};
use crate::dir::Dir;
use crate::segment::file;
use crate::store::StoreError;
use crate::store::layout::{
    QUARANTINE, SEGMENTS, TEMPORARY, create_folders, list, segment_paths, sync_names,
};
use crate::store::open::write_log;

use super::plan::Plan;

/// Bytes copied at once, where a file cannot have a second name.
const COPIED_AT_ONCE: u64 = 1 << 20;

pub(super) fn apply(dir: &dyn Dir, plan: &Plan) -> Result<(), StoreError> {
    create_folders(dir)?;
    dir.create_dir(QUARANTINE).map_err(|source| StoreError::io("create the folder", QUARANTINE, source))?;
    sync_names(dir, "")?;
    for path in &plan.moved {
        keep(dir, path, &quarantined(path))?;
    }
    for path in &plan.copied {
        keep(dir, path, &free_name(dir, path)?)?;
    }
    sync_names(dir, QUARANTINE)?;

    let mut catalog = plan.catalog.clone();
    for &at in &plan.indexes {
        rewrite_index(dir, &mut catalog, at)?;
    }
    if let Some(saved) = &plan.logs {
        let id = catalog.next_id;
        catalog.next_id = id.saturating_add(1);
        // What a repair that was killed has left of it.
        absent_is_fine(dir, &crate::wal::path(id))?;
        let log = write_log(dir, id, catalog.sealed, &saved.batches)?;
        catalog.logs = vec![LogEntry { id, length: log.length() }];
        catalog.closed = true;
    }
    // One that is damaged must not take the place of the one before, which may be all there is.
    let publish = if plan.renew_old { catalog::publish } else { catalog::replace };
    publish(dir, &catalog).map_err(Publish::into_error)?;
    for path in &plan.moved {
        // It lies in quarantine. What stays here too, the next open removes.
        let _ = dir.remove(path);
    }
    Ok(())
}

/// Where a file is kept.
fn quarantined(path: &str) -> String {
    format!("{QUARANTINE}/{}", path.rsplit('/').next().unwrap_or(path))
}

/// A name in quarantine that nothing has: of a catalog there may be several.
fn free_name(dir: &dyn Dir, path: &str) -> Result<String, StoreError> {
    let taken = list(dir, QUARANTINE)?;
    let mut number = 1_u64;
    let mut name = format!("{path}.{number}");
    while taken.contains(&name) {
        number += 1;
        name = format!("{path}.{number}");
    }
    Ok(quarantined(&name))
}

/// Gives a file a second name, or copies it where the file system knows no such thing. One that has that name already was
/// kept by a repair that was killed: no id is given twice.
fn keep(dir: &dyn Dir, from: &str, to: &str) -> Result<(), StoreError> {
    match dir.hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            copy(dir, from, to).map_err(|source| StoreError::io("copy to quarantine", from, source))
        }
        Err(source) => Err(StoreError::io("move to quarantine", from, source)),
    }
}

/// Copies a file; the copy has its name once it is whole.
fn copy(dir: &dyn Dir, from: &str, to: &str) -> io::Result<()> {
    let source = dir.open(from)?;
    let unfinished = format!("{TEMPORARY}/{}", to.rsplit('/').next().unwrap_or(to));
    let _ = dir.remove(&unfinished);
    let mut target = dir.create(&unfinished)?;
    let length = source.len()?;
    let mut offset = 0;
    while offset < length {
        let piece = COPIED_AT_ONCE.min(length - offset);
        let mut bytes = vec![0; usize::try_from(piece).map_err(io::Error::other)?];
        source.read_exact_at(&mut bytes, offset)?;
        target.append(&bytes)?;
        offset += piece;
    }
    target.sync()?;
    dir.rename(&unfinished, to)
}

/// Writes an index anew and puts it in the place of the damaged one, which says nothing that the columns do not.
fn rewrite_index(dir: &dyn Dir, catalog: &mut Catalog, at: usize) -> Result<(), StoreError> {
    let entry = &mut catalog.segments[at];
    let [arrow, index] = segment_paths(SEGMENTS, entry.id);
    let [_, new] = segment_paths(TEMPORARY, entry.id);
    absent_is_fine(dir, &new)?;
    entry.files.index = file::restore_index(dir, &arrow, &new, &entry.files)?;
    dir.rename(&new, &index).map_err(|source| StoreError::io("rename", &new, source))?;
    sync_names(dir, SEGMENTS)
}

/// Removes a file where there is one.
fn absent_is_fine(dir: &dyn Dir, path: &str) -> Result<(), StoreError> {
    match dir.remove(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::io("remove", path, source))
        }
        _ => Ok(()),
    }
}
