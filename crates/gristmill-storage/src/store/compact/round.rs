//! A round of the background: one bounded job, that leaves what cannot be merged alone.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::catalog::SegmentEntry;
use crate::segment::SegmentError;
use crate::store::layout::id_in;
use crate::store::{Store, StoreError};

use super::tiers::Pick;
use super::write::{Effort, write};
use super::{CompactionProgress, plan, swap, tiers};

/// What a round of compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// How many segments were merged; 0 where there was nothing to merge.
    pub merged: u64,
    /// How many segments they became.
    pub written: u64,
    /// Their events.
    pub events: u64,
    /// Bytes of their files, indexes included.
    pub bytes: u64,
}

/// The turn of the one compaction that runs, with the segments that rounds pass over: damaged ones, and those that do not fit
/// into one. They are tried again when the store is opened again.
#[derive(Debug, Default)]
pub(in crate::store) struct Compacting(Mutex<BTreeSet<u64>>);

impl Compacting {
    /// Waits for the turn. A panic in one leaves nothing half done.
    pub(super) fn turn(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Merges some segments of about the same size into larger ones, where there are enough of them: what a background
    /// does again and again, until there is nothing more to merge. [`Store::compact`] leaves less to read, and rewrites
    /// more for that.
    ///
    /// A round has a bounded size, of at most 4 times [`super::super::StoreOptions::segment_rows`] events. An event is
    /// rewritten about once for each factor of 4 between the size of a new segment and that of the largest ones. No
    /// answer changes. With 0 `threads` the caller's does all the work. `is_stopped` is asked often whether to give up,
    /// which gives [`StoreError::Stopped`].
    ///
    /// A segment that cannot be read is passed over. Another error leaves the store as it was: try again later.
    pub fn compact_round(
        &self,
        threads: usize,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Round, StoreError> {
        self.round(threads, is_stopped, |entries, is_left_out| {
            tiers::pick(entries, u64::from(self.options.segment_rows.max(1)), is_left_out)
        })
    }

    /// Rewrites one segment that holds deleted rows for longer than [`super::super::StoreOptions::purge_after`], without
    /// them: what a background does again and again. `now` is in milliseconds since 1970; a deletion later than that, as
    /// after a clock that was set back, counts as one of long ago. Otherwise as [`Store::compact_round`].
    pub fn purge_round(
        &self,
        now: i64,
        threads: usize,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Round, StoreError> {
        let wait = i64::try_from(self.options.purge_after.as_millis()).unwrap_or(i64::MAX);
        let is_due = |since: i64| since > now || since.saturating_add(wait) <= now;
        self.round(threads, is_stopped, |entries, is_left_out| {
            let wanted = |entry: &SegmentEntry| {
                entry.deletion.is_some_and(|deletion| is_due(deletion.since)) && !is_left_out(entry)
            };
            entries.iter().position(wanted).map(|position| tiers::alone(entries, position))
        })
    }

    fn round(
        &self,
        threads: usize,
        is_stopped: &(dyn Fn() -> bool + Sync),
        pick: impl Fn(&[SegmentEntry], &dyn Fn(&SegmentEntry) -> bool) -> Option<Pick>,
    ) -> Result<Round, StoreError> {
        let mut passed_over = self.compacting.turn();
        let step_rows = u64::from(self.options.segment_rows.max(1));
        let effort = Effort { threads, step_rows, is_stopped };
        loop {
            self.check_open()?;
            let mut entries = self.catalog()?.segments;
            let is_left_out = |entry: &SegmentEntry| entry.quarantined || passed_over.contains(&entry.id);
            let Some(pick) = pick(&entries, &is_left_out) else { return Ok(Round::default()) };
            let mut sources = pick.sources.into_iter().peekable();
            let mut position = 0;
            entries.retain(|_| {
                position += 1;
                sources.next_if(|&source| source + 1 == position).is_some()
            });
            match self.merge_all(&entries, pick.is_wide, &effort) {
                Ok(Some(round)) => return Ok(round),
                // One of them was changed meanwhile.
                Ok(None) => {}
                Err(error) => {
                    let unfit = unfit(&error, &entries);
                    let listed = self.catalog()?.segments;
                    let left = passed_over.len();
                    passed_over.extend(unfit.filter(|entry| listed.contains(entry)).map(|entry| entry.id));
                    if passed_over.len() == left && entries.iter().all(|entry| listed.contains(entry)) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Replaces segments by those that hold the same in the right order; `None` where one of them was changed meanwhile.
    fn merge_all(
        &self,
        entries: &[SegmentEntry],
        is_wide: bool,
        effort: &Effort<'_>,
    ) -> Result<Option<Round>, StoreError> {
        let sources = self.open_apart(entries)?;
        let job = plan::whole_job(&sources, self.options.segment_rows, is_wide)?;
        let staging = write(self, &job, &sources, effort, &mut CompactionProgress::default(), &|_| {})?;
        let (events, bytes) = (staging.events(), staging.bytes());
        let written = swap::swap(self, staging, &entries.iter().collect::<Vec<_>>())?;
        Ok(written.map(|written| Round { merged: entries.len() as u64, written, events, bytes }))
    }
}

/// The segments that an error says cannot be merged.
fn unfit<'e>(
    error: &StoreError,
    entries: &'e [SegmentEntry],
) -> impl Iterator<Item = &'e SegmentEntry> + use<'e> {
    let id = |file: &str| file.rsplit_once('/').and_then(|(_, name)| id_in(name));
    let (all, damaged) = match error {
        StoreError::Segment(SegmentError::Full { .. }) => (true, None),
        StoreError::Segment(SegmentError::Damaged { file, .. }) => (false, id(file)),
        StoreError::Segment(SegmentError::Io { file, source, .. })
            if source.kind() == ErrorKind::NotFound =>
        {
            (false, id(file))
        }
        _ => (false, None),
    };
    entries.iter().filter(move |entry| all || Some(entry.id) == damaged)
}
