//! Files that nothing lists: what a crash left behind.

use crate::catalog::{Catalog, names};
use crate::dir::Dir;
use crate::wal;

use super::StoreError;
use super::layout::{SEGMENTS, TEMPORARY, UNFINISHED, id_in, list};

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
/// The catalog must have been read and its logs and segments found. What cannot be removed stays, and is in nobody's
/// way: its id is not given again.
pub(super) fn sweep(dir: &dyn Dir, catalog: &Catalog) -> Result<Swept, StoreError> {
    let mut swept = Swept { removed: 0, next_id: catalog.next_id };
    let logs = |id: u64| catalog.logs.iter().any(|log| log.id == id);
    let mut segments: Vec<u64> = catalog.segments.iter().map(|segment| segment.id).collect();
    segments.sort_unstable();
    for folder in [wal::FOLDER, SEGMENTS, TEMPORARY] {
        for name in list(dir, folder)? {
            let Some(id) = id_in(&name) else { continue };
            swept.next_id = swept.next_id.max(id.saturating_add(1));
            let listed = match folder {
                wal::FOLDER => logs(id),
                SEGMENTS => segments.binary_search(&id).is_ok(),
                _ => false,
            };
            if !listed {
                swept.removed += u64::from(dir.remove(&format!("{folder}/{name}")).is_ok());
            }
        }
    }
    for name in [names::TEMPORARY, UNFINISHED] {
        let _ = dir.remove(name);
    }
    Ok(swept)
}
