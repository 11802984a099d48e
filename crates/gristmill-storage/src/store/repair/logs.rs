//! What is left of logs, some of which are damaged.

use std::sync::Arc;

use crate::catalog::LogEntry;
use crate::dir::Dir;
use crate::event::{Batch, BatchBuilder};
use crate::store::view::Unfrozen;
use crate::store::{Loss, StoreError};
use crate::wal::{self, Piece, WalError};

/// The least bytes that an event has in a log: see `docs/format.md`, chapter "Batch".
const LEAST_EVENT: u64 = 26;
/// The least bytes that a batch has in a log: its frame, and its own header.
const LEAST_BATCH: u64 = 48 + 32;

/// What is kept of some logs, and what is not.
#[derive(Debug)]
pub(super) struct Saved {
    /// Batches that are not in segments, their numbers without a gap: in the place of a lost one stands an empty one.
    pub(super) batches: Vec<Unfrozen>,
    /// How many of them were appended, the others being lost.
    pub(super) appends: u64,
    pub(super) losses: Vec<Loss>,
    /// The number of the last batch so far.
    last: u64,
    /// Whether each log is known to go on where the one before ended.
    chained: bool,
    /// What was lost and not told by a later frame yet.
    unclear: Option<Unclear>,
    nothing: Arc<Batch>,
}

/// Bytes that may have held batches.
#[derive(Clone, Copy, Debug)]
struct Unclear {
    log: u64,
    /// `None` where nobody knows how many.
    bytes: Option<u64>,
}

impl Saved {
    /// Nothing yet: batches up to `sealed` are in segments. `chained` where each log that is added goes on where the one before
    /// ended; else one may repeat what is in others, as that of a repair that was killed.
    pub(super) fn new(sealed: u64, chained: bool) -> Self {
        Self {
            batches: Vec::new(),
            appends: 0,
            losses: Vec::new(),
            last: sealed,
            chained,
            unclear: None,
            nothing: Arc::new(BatchBuilder::new().finish()),
        }
    }

    /// Keeps what is intact of the next log, of which at least `log.length` bytes were durable; `closed` where no more were.
    pub(super) fn add(&mut self, dir: &dyn Dir, log: LogEntry, closed: bool) -> Result<(), StoreError> {
        let found = match wal::pieces(dir, log.id) {
            Err(WalError::Missing { .. }) => {
                self.doubt(log.id, closed.then_some(log.length));
                return Ok(());
            }
            found => found?,
        };
        let durable = found.durable.max(log.length);
        for piece in found.all {
            match piece {
                // A torn end: nothing behind it was acknowledged.
                Piece::Bad(bytes) if bytes.start >= durable => return Ok(()),
                Piece::Bad(bytes) => self.doubt(log.id, Some(bytes.end.min(durable) - bytes.start)),
                Piece::After(sequence) => self.reach(log.id, sequence),
                Piece::Batch { sequence, offset, payload } => self.keep(log.id, sequence, offset, payload)?,
            }
        }
        if let Some(cut) = durable.checked_sub(found.length).filter(|&cut| cut > 0) {
            self.doubt(log.id, Some(cut));
        }
        Ok(())
    }

    /// Notes that some bytes of a log are lost. Which batches were in them, a later frame tells.
    fn doubt(&mut self, log: u64, bytes: Option<u64>) {
        let before = self.unclear.unwrap_or(Unclear { log, bytes: Some(0) });
        let bytes = before.bytes.zip(bytes).map(|(before, more)| before.saturating_add(more));
        self.unclear = Some(Unclear { log: before.log, bytes });
    }

    /// An intact frame says that batches up to this number were before it.
    fn reach(&mut self, log: u64, sequence: u64) {
        let same_log = self.unclear.is_some_and(|unclear| unclear.log == log);
        if sequence < self.last || sequence == self.last && !same_log && !self.chained {
            return;
        }
        let unclear = self.unclear.take().unwrap_or(Unclear { log, bytes: None });
        if sequence > self.last {
            let first = self.last + 1;
            let events = unclear.bytes.map_or(u64::MAX, |bytes| bytes / LEAST_EVENT);
            self.losses.push(Loss { log: unclear.log, first, last: sequence, events });
            let empty = |sequence| Unfrozen { sequence, batch: Arc::clone(&self.nothing) };
            self.batches.extend((first..=sequence).map(empty));
            self.last = sequence;
        }
    }

    fn keep(&mut self, log: u64, sequence: u64, offset: u64, payload: Vec<u8>) -> Result<(), StoreError> {
        // Another log has it already, or a segment.
        if sequence <= self.last {
            return Ok(());
        }
        if sequence - 1 > self.last {
            self.reach(log, sequence - 1);
        }
        // Where it is the next one, nothing was lost before it.
        self.unclear = None;
        let batch = Batch::decode(payload).map_err(|source| WalError::Batch {
            file: wal::path(log),
            offset,
            source,
        })?;
        self.last = sequence;
        self.appends += 1;
        self.batches.push(Unfrozen { sequence, batch: Arc::new(batch) });
        Ok(())
    }

    /// Settles what no later frame has told: at the end of the last log.
    pub(super) fn finish(mut self) -> Self {
        if let Some(Unclear { log, bytes }) = self.unclear.take()
            && bytes.is_none_or(|bytes| bytes >= LEAST_BATCH)
        {
            let first = self.last + 1;
            let last = bytes.map_or(u64::MAX, |bytes| self.last.saturating_add(bytes / LEAST_BATCH));
            let events = bytes.map_or(u64::MAX, |bytes| bytes / LEAST_EVENT);
            self.losses.push(Loss { log, first, last, events });
        }
        self
    }

    /// Events of the batches that are kept.
    pub(super) fn events(&self) -> u64 {
        self.batches.iter().map(|unfrozen| unfrozen.batch.len() as u64).sum()
    }
}
