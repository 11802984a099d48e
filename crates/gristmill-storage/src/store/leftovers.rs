//! Files that nothing lists: what a crash left behind.

use crate::catalog::{Catalog, names};
use crate::dir::Dir;
use crate::hash::HashSet;
use crate::wal;

use super::StoreError;
use super::layout::{SEGMENTS, TEMPORARY, UNFINISHED, id_in, list};
use super::pins::Pins;

/// What was swept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Swept {
    /// Files removed.
    pub(super) removed: u64,
    /// An id above that of every file there is or was.
    pub(super) next_id: u64,
}

/// Removes logs and segment files that the catalog does not list, and what was being written. Other names stay.
///
/// Files of segments that a reader may have still are removed when it lets go of them. The catalog must have been read and its logs and segments found. What cannot be removed stays, and is in nobody's
/// way: its id is not given again.
pub(super) fn sweep(dir: &dyn Dir, catalog: &Catalog, pins: &Pins) -> Result<Swept, StoreError> {
    let mut swept = Swept { removed: 0, next_id: catalog.next_id };
    let logs = |id: u64| catalog.logs.iter().any(|log| log.id == id);
    let segments = listed_in_segments(catalog);
    let mut unlisted = Vec::new();
    for folder in [wal::FOLDER, SEGMENTS, TEMPORARY] {
        for name in list(dir, folder)? {
            let Some(id) = id_in(&name) else { continue };
            swept.next_id = swept.next_id.max(id.saturating_add(1));
            let listed = match folder {
                wal::FOLDER => logs(id),
                SEGMENTS => segments.contains(&id),
                _ => false,
            };
            let path = format!("{folder}/{name}");
            if !listed && folder == SEGMENTS {
                unlisted.push(path);
            } else if !listed {
                swept.removed += u64::from(dir.remove(&path).is_ok());
            }
        }
    }
    swept.removed += pins.leave(unlisted);
    for name in [names::TEMPORARY, UNFINISHED] {
        let _ = dir.remove(name);
    }
    Ok(swept)
}

/// The files in the folder of segments that a store gave their names and the catalog does not list.
pub(super) fn unlisted_segments(dir: &dyn Dir, catalog: &Catalog) -> Result<Vec<String>, StoreError> {
    let listed = listed_in_segments(catalog);
    let mut names = list(dir, SEGMENTS)?;
    names.retain(|name| id_in(name).is_some_and(|id| !listed.contains(&id)));
    Ok(names.into_iter().map(|name| format!("{SEGMENTS}/{name}")).collect())
}

/// The ids in the names of the files of segments, and of their deleted rows, that the catalog lists.
fn listed_in_segments(catalog: &Catalog) -> HashSet<u64> {
    let deletions = catalog.segments.iter().filter_map(|segment| segment.deletion);
    catalog.segments.iter().map(|segment| segment.id).chain(deletions.map(|deletion| deletion.id)).collect()
}
