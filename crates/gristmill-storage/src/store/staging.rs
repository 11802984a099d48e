//! Segment files on their way into the catalog.

use crate::catalog::SegmentEntry;
use crate::parallel::try_map;
use crate::segment::Segment;
use crate::segment::file::{self, Form};

use super::layout::{SEGMENTS, TEMPORARY, segment_paths, sync_names};
use super::recover::open_segment;
use super::{Store, StoreError};

/// Threads that wait for the disk to make a file durable, beside those that have something to do.
const WAITING_FOR_THE_DISK: usize = 1;

/// Segments that were written and are not published. What is dropped unpublished is removed.
#[derive(Debug)]
pub(super) struct Staging<'s> {
    store: &'s Store,
    entries: Vec<SegmentEntry>,
    /// Paths of the files that nothing lists.
    unlisted: Vec<String>,
}

impl<'s> Staging<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Self { store, entries: Vec::new(), unlisted: Vec::new() }
    }

    /// How many events.
    pub(super) fn events(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.rows)).sum()
    }

    /// Bytes of their files.
    pub(super) fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.files.arrow.length + entry.files.index.length).sum()
    }

    /// Makes so many segments and writes them, durable under temporary names and read back, on several threads. They
    /// are listed in the order of their numbers.
    pub(super) fn add_all(
        &mut self,
        threads: usize,
        count: usize,
        segment: impl Fn(usize) -> Segment + Sync,
    ) -> Result<(), StoreError> {
        let store = self.store;
        self.add(threads, count, |at, id| write(store, id, &segment(at), Form::Plain))
    }

    /// Writes segments compressed, otherwise the same; `written` is told of each one, and may end it. With 0 threads the
    /// caller's does all.
    pub(super) fn add_compressed(
        &mut self,
        threads: usize,
        segments: &[Segment],
        written: impl Fn(&Segment) -> Result<(), StoreError> + Sync,
    ) -> Result<(), StoreError> {
        let store = self.store;
        self.add(threads, segments.len(), |at, id| {
            let entry = write(store, id, &segments[at], Form::Compressed)?;
            written(&segments[at])?;
            Ok(entry)
        })
    }

    fn add(
        &mut self,
        threads: usize,
        count: usize,
        write: impl Fn(usize, u64) -> Result<SegmentEntry, StoreError> + Sync,
    ) -> Result<(), StoreError> {
        self.store.check_open()?;
        let ids: Vec<u64> = (0..count).map(|_| self.store.new_id()).collect();
        self.unlisted.extend(ids.iter().flat_map(|&id| segment_paths(TEMPORARY, id)));
        let threads = threads + WAITING_FOR_THE_DISK;
        self.entries.extend(try_map(threads, 0..count, |at| write(at, ids[at]))?);
        Ok(())
    }

    /// Gives all files their names for good, durably, and opens them.
    pub(super) fn install(&mut self) -> Result<Vec<Segment>, StoreError> {
        let Store { dir, cache, .. } = self.store;
        for entry in &self.entries {
            for (from, to) in
                segment_paths(TEMPORARY, entry.id).into_iter().zip(segment_paths(SEGMENTS, entry.id))
            {
                dir.rename(&from, &to).map_err(|source| StoreError::io("rename", &from, source))?;
                self.unlisted.push(to);
            }
        }
        if !self.entries.is_empty() {
            sync_names(&**dir, SEGMENTS)?;
        }
        self.entries.iter().map(|entry| Ok(open_segment(dir, entry, cache)?)).collect()
    }

    /// Publishes the entries. Where that fails and the catalog of before stands, the files are removed; where it is
    /// not known which one stands, they stay.
    pub(super) fn publish(
        mut self,
        publish: impl FnOnce(Vec<SegmentEntry>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let result = publish(std::mem::take(&mut self.entries));
        if result.is_ok() || self.store.halted.get().is_some() {
            self.unlisted.clear();
        }
        result
    }
}

fn write(store: &Store, id: u64, segment: &Segment, form: Form) -> Result<SegmentEntry, StoreError> {
    let [arrow, index] = segment_paths(TEMPORARY, id);
    let files = file::write(&*store.dir, &arrow, &index, segment, form)?;
    let meta = segment.meta();
    Ok(SegmentEntry {
        id,
        rows: meta.rows,
        min_time: meta.min_time,
        max_time: meta.max_time,
        values: meta.values,
        organizations: meta.organizations.clone(),
        files,
        deletion: None,
        quarantined: false,
    })
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        for path in &self.unlisted {
            // Some have got another name; whatever else cannot be removed, the next open removes.
            let _ = self.store.dir.remove(path);
        }
    }
}
