//! Appending: many threads, one write and one sync for all that wait.

use std::sync::Arc;

use crate::catalog::Receipt;
use crate::event::Batch;
use crate::hash::HashMap;
use crate::wal::{MAX_PAYLOAD, WalError};

use super::queue::Refused;
use super::rotate::rotate;
use super::{PANICKED, Store, StoreError, Writer, hold, seal};

/// Bytes that one write of the log takes at most, unless it is one batch. More would make the first of the group wait
/// for the last without saving syncs.
pub(super) const GROUP_BYTES: usize = 16 << 20;
/// So many batched events are frozen by the append that brought the last of them, so that no fetch has to wait long.
const FREEZE_EVENTS: u64 = 1 << 16;

impl Store {
    /// Stores a batch: durable, and seen by every snapshot taken from then on, when this returns.
    ///
    /// A batch whose token was stored before is not stored again, and gets the receipt of then. An error says that
    /// nothing of the batch was acknowledged, see [`StoreError::NotStored`].
    pub fn append(&self, batch: impl Into<Arc<Batch>>) -> Result<Receipt, StoreError> {
        let batch = batch.into();
        let bytes = batch.payload().len();
        if bytes > MAX_PAYLOAD {
            return Err(WalError::TooLarge { bytes, limit: MAX_PAYLOAD }.into());
        }
        seal::make_room(self)?;
        let receipt = self
            .queue
            .submit(batch, bytes, |group: Vec<_>| commit(self, &group))
            .map_err(|refused| match refused {
                Refused::Full(waiting) => StoreError::Busy { waiting },
                Refused::Broken => StoreError::Halted { reason: PANICKED.to_owned() },
            })?
            .map_err(StoreError::NotStored)?;
        self.freeze_when_large();
        seal::when_due(self);
        Ok(receipt)
    }

    /// What fails here fails again, and is told, where the events are read.
    fn freeze_when_large(&self) {
        let large = self.view.with(|view| view.unfrozen().events >= FREEZE_EVENTS);
        if large.is_ok_and(|large| large) {
            let _ = self.snapshot();
        }
    }
}

/// Appends a group to the log, publishes it, and gives each batch its receipt.
fn commit(store: &Store, group: &[Arc<Batch>]) -> Vec<Result<Receipt, Arc<StoreError>>> {
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
        writer.log.append(plan.new.iter().map(|(_, batch)| batch.payload()), store.options.fsync)?;
    }
    // Durable: now the readers may see it.
    store.view.with(|view| {
        for (receipt, batch) in &plan.new {
            view.push(receipt.sequence, Arc::clone(batch));
        }
    })?;
    for (receipt, batch) in &plan.new {
        if let Some(token) = batch.token() {
            writer.tokens.insert(token, *receipt, store.options.token_window);
        }
    }
    Ok(plan.receipts)
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
