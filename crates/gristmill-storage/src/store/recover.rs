//! Finding out what a store holds: from its catalog, its segments and its logs. Nothing is written.

use std::sync::Arc;

use crate::catalog::{Catalog, SegmentEntry};
use crate::dir::Dir;
use crate::event::Batch;
use crate::segment::{PartCache, Segment, SegmentError, file};
use crate::wal::{self, LogExpected, LogScan, Predecessor, WalError};

use super::StoreError;
use super::layout::{SEGMENTS, segment_paths};
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
    /// Files that a crash had left behind, and that were removed.
    pub leftovers: u64,
}

/// What a store holds.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) segments: Vec<Arc<Segment>>,
    /// What is in the log only; their sequence numbers go on by one from the catalog's.
    pub(super) batches: Vec<Unfrozen>,
    pub(super) report: Recovery,
}

/// Reads what the catalog lists.
pub(super) fn recover(
    dir: &Arc<dyn Dir>,
    catalog: &Catalog,
    cache: &Arc<PartCache>,
) -> Result<Recovered, StoreError> {
    let mut recovered = Recovered {
        segments: open_segments(dir, catalog, cache)?,
        batches: Vec::new(),
        report: Recovery { closed: catalog.closed, ..Recovery::default() },
    };
    let mut before: Option<LogScan> = None;
    for (position, log) in catalog.logs.iter().enumerate() {
        let expected = LogExpected {
            id: log.id,
            length: log.length,
            closed: position + 1 < catalog.logs.len(),
            sealed: catalog.sealed,
        };
        let mut scan = wal::scan(&**dir, &expected)?;
        check_succession(catalog, position, before.as_ref(), &scan)?;
        for logged in std::mem::take(&mut scan.batches) {
            let batch = Batch::decode(logged.payload).map_err(|source| WalError::Batch {
                file: wal::path(log.id),
                offset: logged.offset,
                source,
            })?;
            recovered.report.appends += 1;
            recovered.report.events += batch.len() as u64;
            recovered.batches.push(Unfrozen { sequence: logged.sequence, batch: Arc::new(batch) });
        }
        recovered.report.torn_bytes += scan.torn;
        before = Some(scan);
    }
    Ok(recovered)
}

impl Recovered {
    pub(super) fn into_view(self) -> View {
        let mut view = View::new(self.segments);
        for unfrozen in self.batches {
            view.push(unfrozen.sequence, unfrozen.batch);
        }
        view
    }
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
        if scan.before <= catalog.sealed {
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

fn open_segments(
    dir: &Arc<dyn Dir>,
    catalog: &Catalog,
    cache: &Arc<PartCache>,
) -> Result<Vec<Arc<Segment>>, StoreError> {
    catalog.segments.iter().map(|entry| Ok(Arc::new(open_segment(dir, entry, cache)?))).collect()
}

/// Opens one segment that the catalog lists.
pub(super) fn open_segment(
    dir: &Arc<dyn Dir>,
    entry: &SegmentEntry,
    cache: &Arc<PartCache>,
) -> Result<Segment, StoreError> {
    let [arrow, index] = segment_paths(SEGMENTS, entry.id);
    let segment = file::open(dir, &arrow, &index, &entry.files, entry.id, Arc::clone(cache))?;
    let meta = segment.meta();
    let told = (entry.rows, entry.min_time, entry.max_time, entry.values);
    let found = (meta.rows, meta.min_time, meta.max_time, meta.values);
    if told == found {
        return Ok(segment);
    }
    let (expected, found) =
        (format!("{told:?} (rows, first and last millisecond, values)"), format!("{found:?}"));
    Err(SegmentError::Damaged { file: index, part: "statistics".to_owned(), offset: 0, expected, found }
        .into())
}
