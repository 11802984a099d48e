//! Putting compacted segments in the place of those they were made of.

use std::sync::Arc;

use crate::catalog::SegmentEntry;
use crate::store::edit::{durable_tokens, edit};
use crate::store::layout::{SEGMENTS, deletion_path};
use crate::store::staging::Staging;
use crate::store::{Store, StoreError, hold};

/// Lists the new segments instead of the old ones, as one change, and answers how many they are; `None`, and nothing
/// changes, where an old one is not what it was any more, as when some of its rows were deleted meanwhile.
///
/// They come where the first of the old ones was, before whatever arrived meanwhile. The files of the old ones are
/// removed when nothing reads them any more.
pub(super) fn swap(
    store: &Store,
    mut staging: Staging<'_>,
    replaced: &[&SegmentEntry],
) -> Result<Option<u64>, StoreError> {
    store.check_open()?;
    let segments = staging.install()?;
    let count = segments.len() as u64;
    let mut catalog = hold(&store.catalog)?;
    if !replaced.iter().all(|entry| catalog.segments.contains(entry)) {
        return Ok(None);
    }
    let ids: Vec<u64> = replaced.iter().map(|entry| entry.id).collect();
    let tokens = durable_tokens(store, &mut catalog, &mut *hold(&store.writer)?)?;
    staging.publish(|entries| {
        edit(store, &mut catalog, tokens, |next| replace(&mut next.segments, &ids, entries))
    })?;
    hold(&store.writer)?.log.note_catalog(catalog.number);
    let old = store.view.with(|view| view.replace(&ids, segments.into_iter().map(Arc::new)))?;
    drop(catalog);
    store.pins.remove_at_last(&old);
    for deletion in replaced.iter().filter_map(|entry| entry.deletion) {
        // Nothing lists it any more; if it stays, the next open removes it.
        let _ = store.dir.remove(&deletion_path(SEGMENTS, deletion.id));
    }
    Ok(Some(count))
}

fn replace(listed: &mut Vec<SegmentEntry>, replaced: &[u64], entries: Vec<SegmentEntry>) {
    let first = listed.iter().position(|entry| replaced.contains(&entry.id)).unwrap_or(listed.len());
    listed.retain(|entry| !replaced.contains(&entry.id));
    listed.splice(first..first, entries);
}
