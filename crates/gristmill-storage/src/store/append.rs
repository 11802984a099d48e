//! Appending: many threads, one write and one sync for all that wait.

use std::sync::Arc;

use crate::catalog::Receipt;
use crate::event::Batch;
use crate::hash::HashMap;
use crate::wal::{MAX_PAYLOAD, WalError};

use super::pending::Pending;
use super::queue::{Limits, Refused};
use super::rotate::rotate;
use super::view::CHUNK_EVENTS;
use super::{Durability, PANICKED, Store, StoreError, Writer, hold, seal};

/// Bytes that one write of the log takes at most, unless it is one batch. More would make the first of the group wait
/// for the last without saving syncs.
const GROUP_BYTES: usize = 16 << 20;
/// The most batches that may wait for their group: at 100 events a batch, more than a disk writes while it syncs.
pub(super) const WAITING: Limits = Limits { group_weight: GROUP_BYTES, waiting: 1024 };
/// The most bytes that may wait for their group where the thread that brought them goes on: no more memory than a few
/// segments take. A thread that waits for its batch holds it anyway, and brings no other one meanwhile.
const LATER_BYTES: usize = 16 * GROUP_BYTES;
/// At so many times the events of a chunk, appends wait for the freeze that runs; until then the others go on, and
/// `bench-append` stores about 15 % more events a second than when they all wait.
const WAIT_AT: u64 = 2;

impl Store {
    /// Stores a batch. When this returns it is seen by every snapshot taken from then on, and as durable as
    /// [`super::StoreOptions::durability`] says: by default it survives a power cut.
    ///
    /// A batch whose token was stored before is not stored again, and gets the receipt of then. An error says that
    /// nothing of the batch was acknowledged, see [`StoreError::NotStored`].
    ///
    /// A thread that has several batches stores them sooner with [`Store::append_later`].
    pub fn append(&self, batch: impl Into<Arc<Batch>>) -> Result<Receipt, StoreError> {
        self.hand_in(&batch.into(), usize::MAX)?.wait()
    }

    /// Hands in a batch and goes on; [`Pending::wait`] then does what [`Store::append`] does, for all the batches that
    /// were handed in by any thread until then: one write and one sync. So a thread that keeps a few batches pending
    /// stores as many with each sync.
    ///
    /// Batches are stored in the order in which they were handed in. Each stands by itself: when one fails, those after
    /// it may be stored. A token that was handed in twice is stored once.
    ///
    /// Before somebody has waited for it, or for a later one, nothing is promised of a batch: the store has no thread of
    /// its own. [`Store::seal`] and [`Store::close`] write what is left.
    ///
    /// [`StoreError::Busy`] where 1,024 batches or 256 MiB wait while others are being written: wait for one of them,
    /// then try again. Where none is being written, this writes some of them first.
    ///
    /// ```
    /// # use std::collections::VecDeque;
    /// # use std::sync::Arc;
    /// # use gristmill_storage::dir::MemoryDir;
    /// # use gristmill_storage::event::BatchBuilder;
    /// # use gristmill_storage::store::{Pending, Store, StoreError, StoreOptions};
    /// # fn main() -> Result<(), StoreError> {
    /// # let store = Store::open(Arc::new(MemoryDir::new()), StoreOptions::default())?;
    /// # let batches = (0..100).map(|_| BatchBuilder::new().finish());
    /// let mut window = VecDeque::new();
    /// for batch in batches {
    ///     if window.len() == 16 {
    ///         window.pop_front().map(Pending::wait).transpose()?; // durable, and up to 15 more with it
    ///     }
    ///     window.push_back(store.append_later(batch)?);
    /// }
    /// for pending in window {
    ///     pending.wait()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn append_later(&self, batch: impl Into<Arc<Batch>>) -> Result<Pending<'_>, StoreError> {
        self.hand_in(&batch.into(), LATER_BYTES)
    }

    /// Hands in a batch where no more than `most` bytes wait then.
    fn hand_in(&self, batch: &Arc<Batch>, most: usize) -> Result<Pending<'_>, StoreError> {
        let bytes = batch.payload().len();
        if bytes > MAX_PAYLOAD {
            return Err(WalError::TooLarge { bytes, limit: MAX_PAYLOAD }.into());
        }
        self.check_open()?;
        seal::make_room(self)?;
        loop {
            match self.queue.push(Arc::clone(batch), bytes, most) {
                Ok(ticket) => return Ok(Pending::new(self, ticket)),
                Err(Refused::Full(waiting)) => {
                    if !self.queue.help(|group| commit(self, &group))? {
                        return Err(StoreError::Busy { waiting });
                    }
                    self.tidy();
                }
                Err(Refused::Broken) => return Err(Refused::Broken.into()),
            }
        }
    }

    /// Commits every batch that was handed in before the call.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        Ok(self.queue.flush(|group| commit(self, &group))?)
    }

    /// Freezes and seals where that is due, on behalf of appends that have succeeded.
    pub(super) fn tidy(&self) {
        self.freeze_when_large();
        seal::when_due(self);
    }

    /// What fails here fails again, and is told, where the events are read.
    fn freeze_when_large(&self) {
        let events = self.view.with(|view| view.unfrozen().events).unwrap_or_default();
        if events >= CHUNK_EVENTS * WAIT_AT {
            let _ = self.snapshot();
        } else if events >= CHUNK_EVENTS {
            let _ = self.view.freeze_if_free();
        }
    }
}

impl From<Refused> for StoreError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full(waiting) => Self::Busy { waiting },
            Refused::Broken => Self::Halted { reason: PANICKED.to_owned() },
        }
    }
}

/// Appends a group to the log, publishes it, and gives each batch its receipt.
pub(super) fn commit(store: &Store, group: &[Arc<Batch>]) -> Vec<Result<Receipt, Arc<StoreError>>> {
    match try_commit(store, group) {
        Ok(receipts) => receipts.into_iter().map(Ok).collect(),
        Err(error) => {
            let error = Arc::new(error);
            group.iter().map(|_| Err(Arc::clone(&error))).collect()
        }
    }
}

fn try_commit(store: &Store, group: &[Arc<Batch>]) -> Result<Vec<Receipt>, StoreError> {
    if hold(&store.writer)?.log.failed() {
        rotate(store)?;
    }
    let mut writer = hold(&store.writer)?;
    store.check_open()?;
    let plan = plan(&writer, group);
    if !plan.new.is_empty() {
        writer.append(plan.new.iter().map(|&(_, batch)| batch), store.options.durability)?;
    }
    // As durable as the options ask for: now the readers may see it.
    store.view.with(|view| {
        for (receipt, batch) in &plan.new {
            view.push(receipt.sequence, Arc::clone(batch));
        }
    })?;
    for (receipt, batch) in &plan.new {
        store.counts.appended(receipt.events);
        if let Some(token) = batch.token() {
            writer.tokens.insert(token, *receipt, store.options.token_window);
        }
    }
    if let (Some(syncer), Durability::Interval(most)) = (&store.syncer, store.options.durability) {
        syncer.note(most);
    }
    Ok(plan.receipts)
}

/// Batches in groups that are written at once.
pub(super) fn groups<T>(batches: &[T], batch: impl Fn(&T) -> &Batch) -> impl Iterator<Item = &[T]> {
    let mut bytes = 0_usize;
    batches.chunk_by(move |_, next| {
        bytes = bytes.saturating_add(batch(next).payload().len());
        let fits = bytes <= GROUP_BYTES;
        if !fits {
            bytes = 0;
        }
        fits
    })
}

/// What to do with a group.
struct Plan<'g> {
    /// A receipt for each batch of the group.
    receipts: Vec<Receipt>,
    /// The batches that are not stored yet, each with its receipt.
    new: Vec<(Receipt, &'g Arc<Batch>)>,
}

fn plan<'g>(writer: &Writer, group: &'g [Arc<Batch>]) -> Plan<'g> {
    let mut plan = Plan { receipts: Vec::with_capacity(group.len()), new: Vec::with_capacity(group.len()) };
    let mut within: HashMap<&str, Receipt> = HashMap::default();
    let mut sequence = writer.log.sequence();
    for batch in group {
        let known =
            batch.token().and_then(|token| writer.tokens.receipt(token).or(within.get(token).copied()));
        let receipt = known.unwrap_or_else(|| {
            sequence += 1;
            let receipt = Receipt { events: batch.len() as u64, sequence };
            plan.new.push((receipt, batch));
            if let Some(token) = batch.token() {
                within.insert(token, receipt);
            }
            receipt
        });
        plan.receipts.push(receipt);
    }
    plan
}
