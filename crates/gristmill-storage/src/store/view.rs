//! What readers see: the segments in files, and the events that are not sealed yet.

use std::borrow::Cow;
use std::ops::{AddAssign, SubAssign};
use std::sync::Arc;

use crate::catalog::Receipt;
use crate::event::Batch;
use crate::segment::{Segment, SegmentBuilder, SegmentError};

use super::locks::{Mutex, MutexGuard};
use super::pins::Pin;
use super::{StoreError, hold};

/// A chunk is merged into a new one while it has fewer than this many times the new one's events. So the chunks
/// shrink by at least this from the first to the last: there are few, and an event is moved few times.
const MERGE_RATIO: u64 = 2;

/// So many batched events are frozen by the append that brought the last of them, so that no fetch has to wait long.
pub(super) const CHUNK_EVENTS: u64 = 1 << 16;

/// A chunk of so many events is merged into no other, since it is a fetch that merges them. While 50,000 events a second
/// were appended, the slowest hundredth of fetches took 5.5 ms or more; with 2^13 it was 6.4 to 8.2 ms, with 2^16 16.5 ms
/// (`reads_under_load`). There are a few hundred chunks then before a seal is due.
const MERGED_EVENTS: u64 = 1 << 12;

/// A set of segments that does not change: what a fetch reads. Their files stay while it, or a clone of it, is held.
#[derive(Clone, Debug)]
pub struct Snapshot {
    segments: Arc<[Arc<Segment>]>,
    lost: Arc<[Arc<Segment>]>,
    /// Keeps the files, where another process writes.
    _pin: Pin,
}

impl Snapshot {
    /// The same, with a pin that it holds.
    pub(super) fn pinned(self, pin: Pin) -> Self {
        Self { _pin: pin, ..self }
    }

    /// The segments, oldest first. Together they hold every event once.
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// The segments that a fetch has to look at: these, and for each loss that a repair has recorded one that cannot be
    /// read, so that no answer without the lost events passes for a whole one.
    pub fn for_fetch(&self) -> Cow<'_, [Arc<Segment>]> {
        if self.lost.is_empty() {
            return Cow::Borrowed(&self.segments);
        }
        self.segments.iter().chain(&*self.lost).cloned().collect()
    }

    /// How many events.
    pub fn events(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.events())).sum()
    }
}

/// Everything that was published.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    sealed: Vec<Arc<Segment>>,
    /// What stands for appends that a repair gave up.
    lost: Arc<[Arc<Segment>]>,
    /// Unsealed events as segments on the heap, oldest first.
    chunks: Vec<Chunk>,
    /// Unsealed events that came after, as batches.
    tail: Vec<Unfrozen>,
    /// Of chunks and tail together.
    backlog: Backlog,
    /// Of the tail.
    unfrozen: Backlog,
    /// Chunks up to this sequence number are being sealed: nothing newer may be merged into them.
    barrier: u64,
    /// Made at need, and until anything but the tail changes.
    snapshot: Option<Snapshot>,
}

#[derive(Clone, Debug)]
struct Chunk {
    segment: Arc<Segment>,
    last: u64,
    backlog: Backlog,
}

/// A batch with its place in the order of appends.
#[derive(Clone, Debug)]
pub(super) struct Unfrozen {
    pub(super) sequence: u64,
    pub(super) batch: Arc<Batch>,
}

/// How much is not sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Backlog {
    pub(super) events: u64,
    /// Bytes of their batches.
    pub(super) bytes: u64,
}

/// A step of freezing: the last chunks and the first batches of the tail become one chunk.
#[derive(Debug)]
struct Freeze {
    merged: Vec<Arc<Segment>>,
    batches: Vec<Unfrozen>,
}

impl AddAssign for Backlog {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.bytes += other.bytes;
    }
}

impl SubAssign for Backlog {
    fn sub_assign(&mut self, other: Self) {
        self.events -= other.events;
        self.bytes -= other.bytes;
    }
}

impl View {
    pub(super) fn new(sealed: Vec<Arc<Segment>>) -> Self {
        Self { sealed, ..Self::default() }
    }

    /// The same with what stands for appends that a repair gave up.
    pub(super) fn with_lost(self, lost: Vec<Arc<Segment>>) -> Self {
        Self { lost: lost.into(), ..self }
    }

    /// The same with other segments in files.
    pub(super) fn with_sealed(&self, sealed: Vec<Arc<Segment>>) -> Self {
        Self { sealed, snapshot: None, ..self.clone() }
    }

    /// Publishes a batch.
    pub(super) fn push(&mut self, sequence: u64, batch: Arc<Batch>) {
        if !batch.is_empty() {
            let unfrozen = Unfrozen { sequence, batch };
            self.backlog += unfrozen.backlog();
            self.unfrozen += unfrozen.backlog();
            self.tail.push(unfrozen);
        }
    }

    /// Publishes segments that were loaded.
    pub(super) fn add(&mut self, segments: impl IntoIterator<Item = Arc<Segment>>) {
        self.sealed.extend(segments);
        self.snapshot = None;
    }

    /// Publishes segments in the place of those that they were made of, at the place of the first one; gives those back.
    pub(super) fn replace(
        &mut self,
        replaced: &[u64],
        segments: impl IntoIterator<Item = Arc<Segment>>,
    ) -> Vec<Arc<Segment>> {
        let is_replaced = |segment: &Segment| segment.meta().id.is_some_and(|id| replaced.contains(&id));
        let first = self.sealed.iter().position(|segment| is_replaced(segment)).unwrap_or(self.sealed.len());
        let given_back = self.sealed.extract_if(.., |segment| is_replaced(segment)).collect();
        self.sealed.splice(first..first, segments);
        self.snapshot = None;
        given_back
    }

    /// The segments that the catalog lists, in its order.
    pub(super) fn sealed(&self) -> Vec<Arc<Segment>> {
        self.sealed.clone()
    }

    /// Publishes a segment in the place of the one with that id, or nothing; gives that one back.
    pub(super) fn exchange(&mut self, id: u64, segment: Option<Arc<Segment>>) -> Option<Arc<Segment>> {
        let at = self.sealed.iter().position(|segment| segment.meta().id == Some(id))?;
        self.snapshot = None;
        Some(match segment {
            Some(segment) => std::mem::replace(&mut self.sealed[at], segment),
            None => self.sealed.remove(at),
        })
    }

    /// From now on, what came up to `sequence` stays apart from what comes later.
    pub(super) fn hold_back(&mut self, sequence: u64) {
        self.barrier = sequence;
    }

    /// The chunks up to a sequence number. Nothing up to it may be left in the tail.
    pub(super) fn chunks_upto(&self, sequence: u64) -> Vec<Arc<Segment>> {
        let chunks = self.chunks.iter().take_while(|chunk| chunk.last <= sequence);
        chunks.map(|chunk| Arc::clone(&chunk.segment)).collect()
    }

    /// Replaces the chunks up to a sequence number by the segments that were made of them.
    pub(super) fn seal(&mut self, sequence: u64, segments: impl IntoIterator<Item = Arc<Segment>>) {
        let count = self.chunks.partition_point(|chunk| chunk.last <= sequence);
        for chunk in self.chunks.drain(..count) {
            self.backlog -= chunk.backlog;
        }
        self.add(segments);
    }

    /// Everything that is not sealed.
    pub(super) fn backlog(&self) -> Backlog {
        self.backlog
    }

    /// The part of it that the next snapshot has to freeze.
    pub(super) fn unfrozen(&self) -> Backlog {
        self.unfrozen
    }

    /// All but the tail.
    pub(super) fn frozen(&mut self) -> Snapshot {
        let Self { sealed, lost, chunks, snapshot, .. } = self;
        let chunks = chunks.iter().map(|chunk| &chunk.segment);
        snapshot
            .get_or_insert_with(|| Snapshot {
                segments: sealed.iter().chain(chunks).cloned().collect(),
                lost: Arc::clone(lost),
                _pin: None,
            })
            .clone()
    }

    /// What to freeze next, of batches up to `sequence`.
    fn plan(&self, sequence: u64) -> Option<Freeze> {
        let first = self.tail.first()?.sequence;
        let sealing = first <= self.barrier;
        let last = if sealing { sequence.min(self.barrier) } else { sequence };
        let count = self.tail.partition_point(|unfrozen| unfrozen.sequence <= last);
        if count == 0 {
            return None;
        }
        let batches = self.tail[..count].to_vec();
        let mut rows: u64 = batches.iter().map(|unfrozen| unfrozen.backlog().events).sum();
        let mut start = self.chunks.len();
        while let Some(chunk) = start.checked_sub(1).and_then(|before| self.chunks.get(before)) {
            let older = u64::from(chunk.segment.meta().rows);
            if sealing
                || chunk.last <= self.barrier
                || older >= MERGED_EVENTS
                || older >= rows.saturating_mul(MERGE_RATIO)
            {
                break;
            }
            rows += older;
            start -= 1;
        }
        let merged = self.chunks[start..].iter().map(|chunk| Arc::clone(&chunk.segment)).collect();
        Some(Freeze { merged, batches })
    }

    /// Puts the segment of a freeze in the place of what went into it. Only one freeze runs at a time, so those are the
    /// last chunks and the first batches still.
    fn freeze(&mut self, freeze: &Freeze, segment: Segment) {
        let mut backlog = Backlog::default();
        for unfrozen in self.tail.drain(..freeze.batches.len()) {
            backlog += unfrozen.backlog();
        }
        self.unfrozen -= backlog;
        for chunk in self.chunks.drain(self.chunks.len() - freeze.merged.len()..) {
            backlog += chunk.backlog;
        }
        let last = freeze.batches.last().map_or(0, |unfrozen| unfrozen.sequence);
        self.chunks.push(Chunk { segment: Arc::new(segment), last, backlog });
        self.snapshot = None;
    }
}

impl Unfrozen {
    /// What its append was answered with.
    pub(super) fn receipt(&self) -> Receipt {
        Receipt { events: self.batch.len() as u64, sequence: self.sequence }
    }

    fn backlog(&self) -> Backlog {
        Backlog { events: self.batch.len() as u64, bytes: self.batch.payload().len() as u64 }
    }
}

impl Freeze {
    fn build(&self) -> Result<Segment, SegmentError> {
        let mut builder = SegmentBuilder::new();
        for segment in &self.merged {
            builder.push_segment(segment)?;
        }
        for unfrozen in &self.batches {
            for row in unfrozen.batch.rows() {
                builder.push(&row)?;
            }
        }
        builder.build()
    }
}

/// A view that many threads read and write.
#[derive(Debug, Default)]
pub(super) struct SharedView {
    view: Mutex<View>,
    /// Held by the one thread that freezes.
    freezing: Mutex<()>,
}

impl SharedView {
    pub(super) fn new(view: View) -> Self {
        Self { view: Mutex::new(view), freezing: Mutex::new(()) }
    }

    /// Looks at the view, or changes it, in one step.
    pub(super) fn with<T>(&self, step: impl FnOnce(&mut View) -> T) -> Result<T, StoreError> {
        Ok(step(&mut *hold(&self.view)?))
    }

    /// Everything published before the call.
    pub(super) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let newest = self.with(|view| view.tail.last().map(|unfrozen| unfrozen.sequence))?;
        if let Some(newest) = newest {
            self.freeze(newest)?;
        }
        self.with(View::frozen)
    }

    /// Turns the batches up to a sequence number into chunks. Appends go on meanwhile.
    pub(super) fn freeze(&self, upto: u64) -> Result<(), StoreError> {
        let turn = hold(&self.freezing)?;
        self.freeze_in_turn(&turn, upto)
    }

    /// Turns everything into chunks, unless another thread is at it.
    pub(super) fn freeze_if_free(&self) -> Result<(), StoreError> {
        let Ok(turn) = self.freezing.try_lock() else { return Ok(()) };
        let newest = self.with(|view| view.tail.last().map(|unfrozen| unfrozen.sequence))?;
        newest.map_or(Ok(()), |newest| self.freeze_in_turn(&turn, newest))
    }

    fn freeze_in_turn(&self, _turn: &MutexGuard<'_, ()>, upto: u64) -> Result<(), StoreError> {
        while let Some(mut freeze) = self.with(|view| view.plan(upto))? {
            let segment = match freeze.build() {
                Err(SegmentError::Full { .. }) if !freeze.merged.is_empty() => {
                    freeze.merged.clear();
                    freeze.build()?
                }
                result => result?,
            };
            self.with(|view| view.freeze(&freeze, segment))?;
        }
        Ok(())
    }
}
