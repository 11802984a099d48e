//! Deleting: rows of sealed segments that no longer count, as one change.
//!
//! A deletion is a file of deleted rows beside each segment it touches, and one catalog that lists them; a segment
//! without a row left is not listed any more. The rows leave the disk when their segment is rewritten.

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::catalog::{Catalog, Deletion, SegmentEntry};
use crate::segment::Segment;
use crate::segment::file::{DeletedOf, write_deleted};

use super::edit::{durable_tokens, edit};
use super::layout::{QUARANTINE, SEGMENTS, TEMPORARY, deletion_path, list};
use super::leftovers;
use super::{Store, StoreError, hold};

/// How often a deletion is worked out anew because a compaction has replaced what it was worked out for.
const MAX_ATTEMPTS: u32 = 100;

/// What a deletion did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Events that no longer count.
    pub events: u64,
    /// Segments that hold some of them.
    pub segments: u64,
    /// Those of them that had no other event, and are gone as a whole.
    pub dropped: u64,
}

/// What of deleted events is on the disk still.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// Deleted events in segments that the catalog lists: [`Store::purge`] rewrites these.
    pub events: u64,
    /// Files of segments that the catalog no longer lists, and that a snapshot or a reader may have still; and what repairs
    /// have kept in `quarantine/`, which nothing removes by itself. They may hold some.
    pub files: Vec<String>,
}

/// What the catalog lists, by id.
type Entries = BTreeMap<u64, SegmentEntry>;

/// Rows of one segment that are to be deleted, with those that are already.
struct Marked {
    segment: Arc<Segment>,
    rows: RoaringBitmap,
}

impl Store {
    /// Deletes events: no fetch or snapshot that begins when this has returned sees them, and it is durable.
    ///
    /// `find` gets segments and answers, in their order, which rows of each are to be deleted; rows that are deleted
    /// already may be among them. Everything appended or loaded before the call is in those segments. `find` may be
    /// asked again, where a compaction has rewritten some of them meanwhile. `now` is the time of the deletion, in
    /// milliseconds since 1970.
    ///
    /// Appends, loads and fetches go on meanwhile. All is deleted or, after an error, nothing. The bytes of the events
    /// are on the disk until their segments are rewritten, see [`Store::purge`].
    pub fn delete<E: From<StoreError>>(
        &self,
        now: i64,
        find: impl Fn(&[Arc<Segment>]) -> Result<Vec<RoaringBitmap>, E>,
    ) -> Result<Deleted, E> {
        self.seal()?;
        self.delete_sealed(now, find)
    }

    /// As [`Store::delete`], of events that are in segments already.
    pub(super) fn delete_sealed<E: From<StoreError>>(
        &self,
        now: i64,
        find: impl Fn(&[Arc<Segment>]) -> Result<Vec<RoaringBitmap>, E>,
    ) -> Result<Deleted, E> {
        for _ in 0..MAX_ATTEMPTS {
            self.check_open()?;
            let (entries, segments) = self.sealed()?;
            let marked = mark(&segments, find(&segments)?);
            if marked.is_empty() {
                return Ok(Deleted::default());
            }
            if let Some(deleted) = publish(self, now, &entries, &marked)? {
                return Ok(deleted);
            }
        }
        Err(StoreError::Overtaken { attempts: MAX_ATTEMPTS }.into())
    }

    /// What of deleted events is on the disk still: nothing after a purge, once no snapshot of before is held. Segments
    /// that are being written are not among its files.
    pub fn remains(&self) -> Result<Remains, StoreError> {
        let catalog = self.catalog()?;
        let rows = catalog
            .segments
            .iter()
            .filter_map(|entry| entry.deletion)
            .map(|deletion| u64::from(deletion.rows));
        let events = rows.sum();
        let mut files = leftovers::unlisted_segments(&*self.dir, &catalog)?;
        files.extend(list(&*self.dir, QUARANTINE)?.into_iter().map(|name| format!("{QUARANTINE}/{name}")));
        Ok(Remains { events, files })
    }

    /// The segments that the catalog lists, by their ids, and as they are read.
    fn sealed(&self) -> Result<(Entries, Vec<Arc<Segment>>), StoreError> {
        let catalog = hold(&self.catalog)?;
        let entries = catalog.segments.iter().map(|entry| (entry.id, entry.clone())).collect();
        Ok((entries, self.view.with(|view| view.sealed())?))
    }
}

/// The segments that lose rows, with all rows they have lost then.
fn mark(segments: &[Arc<Segment>], found: Vec<RoaringBitmap>) -> Vec<Marked> {
    let of = |(segment, mut rows): (&Arc<Segment>, RoaringBitmap)| {
        rows.remove_range(segment.meta().rows..);
        let before = segment.alive().deleted();
        if let Some(before) = before {
            rows |= before;
        }
        let more = rows.len() > before.map_or(0, RoaringBitmap::len);
        more.then(|| Marked { segment: Arc::clone(segment), rows })
    };
    segments.iter().zip(found).filter_map(of).collect()
}

/// Writes the files and publishes them; `None` where a segment is not what it was any more.
fn publish(
    store: &Store,
    now: i64,
    entries: &Entries,
    marked: &[Marked],
) -> Result<Option<Deleted>, StoreError> {
    let mut files = DeletionFiles { store, unlisted: Vec::new() };
    let mut changed: BTreeMap<u64, Changed<'_>> = BTreeMap::new();
    for Marked { segment, rows } in marked {
        let Some(entry) = segment.meta().id.and_then(|id| entries.get(&id)) else { return Ok(None) };
        let new =
            if rows.len() < u64::from(entry.rows) { Some(files.write(entry, rows, now)?) } else { None };
        let segment = new.map(|_| segment.with_deleted(rows.clone()));
        changed.insert(entry.id, Changed { old: entry, new, segment });
    }
    files.install()?;

    let mut catalog = hold(&store.catalog)?;
    if !changed.values().all(|changed| catalog.segments.contains(changed.old)) {
        return Ok(None);
    }
    let mut deleted = Deleted { segments: changed.len() as u64, ..Deleted::default() };
    for Changed { old, new, .. } in changed.values() {
        let left = new.map_or(0, |new| u64::from(old.rows - new.rows));
        deleted.events += old.events() - left;
        deleted.dropped += u64::from(new.is_none());
    }
    let tokens = durable_tokens(store, &mut catalog, &mut *hold(&store.writer)?)?;
    files.publish(|| edit(store, &mut catalog, tokens, |next| apply(next, &changed)))?;
    hold(&store.writer)?.log.note_catalog(catalog.number);
    let before: Vec<Deletion> = changed.values().filter_map(|changed| changed.old.deletion).collect();
    let gone = store.view.with(|view| {
        let replaced = changed.into_iter().map(|(id, changed)| (id, changed.segment.map(Arc::new)));
        replaced
            .filter_map(|(id, segment)| Some((segment.is_none(), view.exchange(id, segment)?)))
            .collect::<Vec<_>>()
    })?;
    drop(catalog);
    let dropped = gone.iter().filter(|(is_dropped, _)| *is_dropped);
    store.pins.remove_at_last(dropped.map(|(_, segment)| segment));
    for deletion in before {
        // Nothing lists it any more; if it stays, the next open removes it.
        let _ = store.dir.remove(&deletion_path(SEGMENTS, deletion.id));
    }
    store.signal.wake();
    Ok(Some(deleted))
}

/// A segment of the catalog, and what becomes of it.
struct Changed<'e> {
    old: &'e SegmentEntry,
    /// `None` where no row is left.
    new: Option<Deletion>,
    segment: Option<Segment>,
}

fn apply(next: &mut Catalog, changed: &BTreeMap<u64, Changed<'_>>) {
    next.segments.retain_mut(|entry| match changed.get(&entry.id) {
        None => true,
        Some(Changed { new, .. }) => {
            entry.deletion = *new;
            new.is_some()
        }
    });
}

/// Files of deleted rows on their way into the catalog. What is dropped unpublished is removed.
struct DeletionFiles<'s> {
    store: &'s Store,
    /// Ids, and the folder that the files are in.
    unlisted: Vec<(u64, &'static str)>,
}

impl DeletionFiles<'_> {
    fn write(
        &mut self,
        entry: &SegmentEntry,
        rows: &RoaringBitmap,
        now: i64,
    ) -> Result<Deletion, StoreError> {
        let id = self.store.new_id();
        // Fewer than the rows of the segment.
        let deleted = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let of = DeletedOf { segment: entry.id, rows: entry.rows, deleted };
        self.unlisted.push((id, TEMPORARY));
        let file = write_deleted(&*self.store.dir, &deletion_path(TEMPORARY, id), of, rows)?;
        let since = entry.deletion.map_or(now, |before| before.since.min(now));
        Ok(Deletion { id, rows: deleted, file, since })
    }

    /// Gives all files their names for good, durably.
    fn install(&mut self) -> Result<(), StoreError> {
        let dir = &*self.store.dir;
        for (id, folder) in &mut self.unlisted {
            let from = deletion_path(folder, *id);
            dir.rename(&from, &deletion_path(SEGMENTS, *id))
                .map_err(|source| StoreError::io("rename", &from, source))?;
            *folder = SEGMENTS;
        }
        if !self.unlisted.is_empty() {
            dir.sync_dir(SEGMENTS)
                .map_err(|source| StoreError::io("make durable the names in", SEGMENTS, source))?;
        }
        Ok(())
    }

    /// Publishes them. Where that fails and the catalog of before stands, they are removed; where it is not known which
    /// one stands, they stay.
    fn publish(mut self, publish: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        let result = publish();
        if result.is_ok() || self.store.halted.get().is_some() {
            self.unlisted.clear();
        }
        result
    }
}

impl Drop for DeletionFiles<'_> {
    fn drop(&mut self) {
        for (id, folder) in &self.unlisted {
            // What cannot be removed, the next open removes.
            let _ = self.store.dir.remove(&deletion_path(folder, *id));
        }
    }
}
