//! Finding out what a store holds: from its catalog, its segments and its logs. Nothing is written.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::catalog::{Catalog, CatalogError, Deletion, SegmentEntry, names};
use crate::dir::Dir;
use crate::event::Batch;
use crate::schema::Dimension;
use crate::segment::file::{DeletedOf, read_deleted};
use crate::segment::{DimensionStats, PartCache, Segment, SegmentError, SegmentMeta, file};
use crate::wal::{self, LogExpected, LogScan, Predecessor, WalError};

use super::StoreError;
use super::layout::{SEGMENTS, deletion_path, id_in, list, segment_paths};
use super::loss::stand_ins;
use super::view::{Unfrozen, View};

/// What was found when a store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Whether the writer before closed the store.
    pub closed: bool,
    /// Appends that were in the log only.
    pub appends: u64,
    /// Their events.
    pub events: u64,
    /// Bytes at the end of the log that were dropped: an append that was never acknowledged.
    pub torn_bytes: u64,
    /// Segments whose file is missing or damaged: fetches that need one fail.
    pub damaged_segments: u64,
    /// Files that a crash had left behind, and that were removed.
    pub leftovers: u64,
}

/// What a store holds.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) segments: Vec<Arc<Segment>>,
    /// What stands for appends that a repair gave up.
    pub(super) lost: Vec<Arc<Segment>>,
    /// What is in the log only; their sequence numbers go on by one from the catalog's.
    pub(super) batches: Vec<Unfrozen>,
    pub(super) report: Recovery,
}

/// Reads what the catalog lists. A segment that `is_open` already is not opened again.
pub(super) fn recover(
    dir: &Arc<dyn Dir>,
    catalog: &Catalog,
    cache: &Arc<PartCache>,
    is_open: impl Fn(&SegmentEntry) -> Option<Arc<Segment>>,
) -> Result<Recovered, StoreError> {
    let (segments, damaged_segments) = open_segments(dir, catalog, cache, is_open)?;
    let Logs { batches, torn } = read_logs(&**dir, catalog)?;
    let report = Recovery {
        closed: catalog.closed,
        appends: batches.len() as u64,
        events: batches.iter().map(|unfrozen| unfrozen.batch.len() as u64).sum(),
        torn_bytes: torn,
        damaged_segments,
        leftovers: 0,
    };
    Ok(Recovered { segments, lost: stand_ins(catalog)?, batches, report })
}

/// What the logs hold that the catalog lists.
#[derive(Debug, Default)]
pub(super) struct Logs {
    /// Batches that are not in segments; their sequence numbers go on by one from the catalog's.
    pub(super) batches: Vec<Unfrozen>,
    /// Bytes of torn ends.
    pub(super) torn: u64,
}

/// Reads the logs that the catalog lists, and checks that no log knows a newer catalog.
pub(super) fn read_logs(dir: &dyn Dir, catalog: &Catalog) -> Result<Logs, StoreError> {
    let mut logs = Logs::default();
    let mut before: Option<LogScan> = None;
    for position in 0..catalog.logs.len() {
        before = Some(read_log(dir, catalog, position, before.as_ref(), &mut logs)?);
    }
    check_unlisted(dir, catalog)?;
    Ok(logs)
}

/// Reads one of the logs that the catalog lists; `before` is the one before it, where that is intact.
pub(super) fn read_log(
    dir: &dyn Dir,
    catalog: &Catalog,
    position: usize,
    before: Option<&LogScan>,
    logs: &mut Logs,
) -> Result<LogScan, StoreError> {
    let log = catalog.logs[position];
    let closed = position + 1 < catalog.logs.len();
    let expected = LogExpected { id: log.id, length: log.length, closed, sealed: catalog.sealed };
    let mut scan = wal::scan(dir, &expected)?;
    check_newest(catalog, &scan)?;
    check_succession(catalog, position, before, &scan)?;
    for logged in std::mem::take(&mut scan.batches) {
        let batch = Batch::decode(logged.payload).map_err(|source| WalError::Batch {
            file: wal::path(log.id),
            offset: logged.offset,
            source,
        })?;
        logs.batches.push(Unfrozen { sequence: logged.sequence, batch: Arc::new(batch) });
    }
    logs.torn += scan.torn;
    Ok(scan)
}

impl Recovered {
    pub(super) fn into_view(self) -> View {
        let mut view = View::new(self.segments).with_lost(self.lost);
        for unfrozen in self.batches {
            view.push(unfrozen.sequence, unfrozen.batch);
        }
        view
    }
}

/// Checks that the catalog is not an older one, put back: a log knows the number of the newest.
fn check_newest(catalog: &Catalog, scan: &LogScan) -> Result<(), CatalogError> {
    if scan.catalog <= catalog.number {
        return Ok(());
    }
    Err(CatalogError::Outdated {
        file: names::CATALOG.to_owned(),
        found: catalog.number,
        newest: scan.catalog,
    })
}

/// The same for logs that the catalog does not list, before they are taken for leftovers.
pub(super) fn check_unlisted(dir: &dyn Dir, catalog: &Catalog) -> Result<(), StoreError> {
    for id in list(dir, wal::FOLDER)?.iter().filter_map(|name| id_in(name)) {
        if catalog.logs.iter().any(|log| log.id == id) {
            continue;
        }
        // One that cannot be read is a leftover for sure: it was listed only once it was durable.
        if let Ok(scan) = wal::scan(dir, &LogExpected { id, length: 0, closed: false, sealed: u64::MAX }) {
            check_newest(catalog, &scan)?;
        }
    }
    Ok(())
}

/// Checks that a log goes on where the one before ended, or, the first one, within what is sealed.
fn check_succession(
    catalog: &Catalog,
    position: usize,
    before: Option<&LogScan>,
    scan: &LogScan,
) -> Result<(), WalError> {
    let Some(log) = catalog.logs.get(position) else { return Ok(()) };
    let damaged = |expected: String, found: String| WalError::Damaged {
        file: wal::path(log.id),
        offset: 0,
        expected,
        found,
        durable: log.length,
    };
    let Some(before) = before else {
        if position > 0 || scan.before <= catalog.sealed {
            return Ok(());
        }
        let expected = format!(
            "a log that goes on from append {} or before, as an older log is missing",
            catalog.sealed
        );
        return Err(damaged(expected, format!("one that goes on from {}", scan.before)));
    };
    let id = position.checked_sub(1).and_then(|at| catalog.logs.get(at)).map_or(0, |log| log.id);
    let expected = Predecessor { log: id, length: before.end, checksum: before.checksum };
    if (scan.predecessor, scan.before) == (expected, before.last) {
        return Ok(());
    }
    let told = |told: &Predecessor, last: u64| {
        format!(
            "log {} of {} bytes (checksum {:08x}, append {last}) before it",
            told.log, told.length, told.checksum
        )
    };
    Err(damaged(told(&expected, before.last), told(&scan.predecessor, scan.before)))
}

/// Opens the segments that the catalog lists. One that is damaged stands in its place, and fails those who read it.
fn open_segments(
    dir: &Arc<dyn Dir>,
    catalog: &Catalog,
    cache: &Arc<PartCache>,
    is_open: impl Fn(&SegmentEntry) -> Option<Arc<Segment>>,
) -> Result<(Vec<Arc<Segment>>, u64), StoreError> {
    let mut segments = Vec::with_capacity(catalog.segments.len());
    let mut damaged = 0;
    for entry in &catalog.segments {
        if let Some(segment) = is_open(entry) {
            segments.push(segment);
            continue;
        }
        segments.push(Arc::new(match open_segment(dir, entry, cache) {
            Ok(segment) => segment,
            Err(error) => {
                damaged += 1;
                Segment::lost(known(entry), error)?
            }
        }));
    }
    Ok((segments, damaged))
}

/// Opens a segment, and compares what is known of it with its catalog entry.
pub(super) fn open_segment(
    dir: &Arc<dyn Dir>,
    entry: &SegmentEntry,
    cache: &Arc<PartCache>,
) -> Result<Segment, SegmentError> {
    if entry.quarantined {
        return Err(moved_away(entry));
    }
    let [arrow, index] = segment_paths(SEGMENTS, entry.id);
    let segment = file::open(dir, &arrow, &index, &entry.files, entry.id, Arc::clone(cache))?;
    check_entry(entry, segment.meta(), &index)?;
    with_deletion(dir, entry, segment)
}

/// Compares what the files of a segment say of it with its catalog entry.
pub(super) fn check_entry(entry: &SegmentEntry, meta: &SegmentMeta, index: &str) -> Result<(), SegmentError> {
    let SegmentMeta { rows, min_time, max_time, values, organizations, .. } = meta;
    let found = (rows, min_time, max_time, values, organizations);
    let expected = (&entry.rows, &entry.min_time, &entry.max_time, &entry.values, &entry.organizations);
    if found == expected {
        return Ok(());
    }
    let told = |told| format!("rows, first and last millisecond, values, organizations {told:?}");
    let (expected, found) = (told(expected), told(found));
    Err(SegmentError::Damaged {
        file: index.to_owned(),
        part: "statistics".to_owned(),
        offset: 0,
        expected,
        found,
    })
}

/// The segment without its deleted rows. Where the file that names them is damaged, nothing of the segment counts: no
/// deleted event may come back.
fn with_deletion(
    dir: &Arc<dyn Dir>,
    entry: &SegmentEntry,
    segment: Segment,
) -> Result<Segment, SegmentError> {
    Ok(match deleted_rows(&**dir, entry)? {
        Some(rows) => segment.with_deleted(rows),
        None => segment,
    })
}

/// The deleted rows of a segment, from their file.
pub(super) fn deleted_rows(
    dir: &dyn Dir,
    entry: &SegmentEntry,
) -> Result<Option<RoaringBitmap>, SegmentError> {
    let Some(Deletion { id, rows, file, .. }) = entry.deletion else { return Ok(None) };
    let of = DeletedOf { segment: entry.id, rows: entry.rows, deleted: rows };
    read_deleted(dir, &deletion_path(SEGMENTS, id), file, of).map(Some)
}

fn moved_away(entry: &SegmentEntry) -> SegmentError {
    let [file, _] = segment_paths(SEGMENTS, entry.id);
    SegmentError::Damaged {
        file,
        part: "the whole file".to_owned(),
        offset: 0,
        expected: "a file".to_owned(),
        found: "that a repair moved it to quarantine".to_owned(),
    }
}

/// What the catalog knows of a segment. Of its dimensions, that is nothing.
fn known(entry: &SegmentEntry) -> SegmentMeta {
    SegmentMeta {
        id: Some(entry.id),
        rows: entry.rows,
        min_time: entry.min_time,
        max_time: entry.max_time,
        values: entry.values,
        organizations: entry.organizations.clone(),
        dimensions: [DimensionStats::default(); Dimension::COUNT],
    }
}
