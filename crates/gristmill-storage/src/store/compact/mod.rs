//! Compacting: rewriting sealed segments so that a tenant's events lie together, in few files, compressed.
//!
//! `plan` says which events share a segment, `write` makes those segments, and `swap` puts them in the place of the old
//! ones. Appends, loads, seals and fetches go on meanwhile: the old segments stay until the catalog lists the new ones,
//! and their files until the last snapshot is dropped.
//!
//! A command compacts everything at once. The background goes on in rounds: `tiers` chooses the segments of a `round`.

mod plan;
mod quarter;
mod round;
mod swap;
mod tiers;
mod write;

use std::sync::Arc;

use crate::catalog::SegmentEntry;
use crate::segment::{PartCache, Segment};

use super::recover::open_segment;
use super::{Store, StoreError};

pub(super) use round::Compacting;
pub use round::Round;

use write::Effort;

/// Events that a command merges at once, unless one segment has more. Each such step reads every source once, and takes
/// about 100 bytes of memory an event.
const STEP_ROWS: u64 = 8 << 20;

/// What a compaction found and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// The segments there were.
    pub before: SegmentsTotal,
    /// The segments there are.
    pub after: SegmentsTotal,
    /// How many of them were written; the others lay as they should.
    pub written: u64,
}

/// Some segments, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentsTotal {
    /// How many segments.
    pub segments: u64,
    /// Their events.
    pub events: u64,
    /// Bytes of their files, indexes included.
    pub bytes: u64,
}

/// How far a compaction is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactionProgress {
    /// Events written so far.
    pub done: u64,
    /// Events to write.
    pub total: u64,
}

impl Store {
    /// Rewrites sealed segments where their events do not lie as they should:
    ///
    /// - Those of a quarter of the calendar, in UTC, lie together.
    /// - Within it an organization with many events has segments of its own; the others share some.
    /// - Segment files are compressed.
    ///
    /// What lies like that already is left alone, so a second run writes nothing. No answer changes by it, and everything
    /// else goes on meanwhile. It takes the memory of a few segments; `threads` work on it. `observe` is told now and
    /// then how far it is, by any of them. What fails leaves the store as it was, or a whole step further.
    pub fn compact(
        &self,
        threads: usize,
        observe: &(dyn Fn(CompactionProgress) + Sync),
    ) -> Result<Compaction, StoreError> {
        self.rewrite(threads, observe, |entry| !entry.quarantined)
    }

    /// Rewrites the segments that hold deleted rows, without them, as [`Store::compact`] would. When it returns the bytes of
    /// these events are in no file that the catalog lists; files that a snapshot or a reader still has are removed when it
    /// lets go of them.
    pub fn purge(
        &self,
        threads: usize,
        observe: &(dyn Fn(CompactionProgress) + Sync),
    ) -> Result<Compaction, StoreError> {
        self.rewrite(threads, observe, |entry| entry.deletion.is_some() && !entry.quarantined)
    }

    /// Rewrites those of some segments that do not lie as they should.
    fn rewrite(
        &self,
        threads: usize,
        observe: &(dyn Fn(CompactionProgress) + Sync),
        is_wanted: impl Fn(&SegmentEntry) -> bool,
    ) -> Result<Compaction, StoreError> {
        let _turn = self.compacting.turn();
        let before = SegmentsTotal::of(&self.catalog()?.segments);
        let mut written = 0;
        while !self.rewrite_once(threads, observe, &is_wanted, &mut written)? {}
        Ok(Compaction { before, after: SegmentsTotal::of(&self.catalog()?.segments), written })
    }

    /// Rewrites what there is; whether all of it could be replaced. A segment that was changed meanwhile could not.
    fn rewrite_once(
        &self,
        threads: usize,
        observe: &(dyn Fn(CompactionProgress) + Sync),
        is_wanted: impl Fn(&SegmentEntry) -> bool,
        written: &mut u64,
    ) -> Result<bool, StoreError> {
        self.check_open()?;
        let mut entries = self.catalog()?.segments;
        entries.retain(is_wanted);
        let sources = self.open_apart(&entries)?;
        let jobs = plan::jobs(&sources, self.options.segment_rows)?;
        let mut progress = CompactionProgress { done: 0, total: jobs.iter().map(plan::Job::rows).sum() };
        observe(progress);
        let effort = Effort { threads, step_rows: STEP_ROWS, is_stopped: &|| false };
        for job in &jobs {
            let staging = write::write(self, job, &sources, &effort, &mut progress, observe)?;
            let replaced: Vec<&SegmentEntry> = job.sources.iter().map(|&source| &entries[source]).collect();
            match swap::swap(self, staging, &replaced)? {
                Some(count) => *written += count,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Opens segments once more, without a cache, so that what a compaction reads pushes nothing out that fetches need.
    fn open_apart(&self, entries: &[SegmentEntry]) -> Result<Vec<Arc<Segment>>, StoreError> {
        let nothing = Arc::new(PartCache::new(0));
        entries.iter().map(|entry| Ok(Arc::new(open_segment(&self.dir, entry, &nothing)?))).collect()
    }
}

impl SegmentsTotal {
    pub(super) fn of(entries: &[SegmentEntry]) -> Self {
        Self {
            segments: entries.len() as u64,
            events: entries.iter().map(SegmentEntry::events).sum(),
            bytes: entries.iter().map(|entry| entry.files.bytes()).sum(),
        }
    }
}
