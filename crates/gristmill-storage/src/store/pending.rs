//! An append that was handed in and not waited for yet.

use std::mem::ManuallyDrop;

use crate::catalog::Receipt;

use super::append::commit;
use super::queue::Ticket;
use super::{Store, StoreError};

/// A batch that was handed in by [`Store::append_later`]: known to be durable, and seen by snapshots, only once
/// [`Pending::wait`] has returned. Any thread may wait for it.
///
/// Dropped without that, it is stored all the same, with the next batch that somebody waits for, or by
/// [`Store::seal`] or [`Store::close`], whichever comes first; a process that ends before has not stored it. Nobody is
/// told the receipt then, and only `close` tells an error.
#[derive(Debug)]
#[must_use = "a batch is known to be durable only after `wait`"]
pub struct Pending<'s> {
    store: &'s Store,
    ticket: Ticket,
}

impl<'s> Pending<'s> {
    pub(super) fn new(store: &'s Store, ticket: Ticket) -> Self {
        Self { store, ticket }
    }

    /// Waits until the batch is durable and seen by every snapshot taken from then on. This thread may be the one that
    /// writes, for itself and for others, and the one that seals when that is due.
    ///
    /// Errors are those of [`Store::append`].
    pub fn wait(self) -> Result<Receipt, StoreError> {
        // The ticket is given back by waiting, not by the drop.
        let Self { store, ticket } = *ManuallyDrop::new(self);
        let result = store.queue.wait(ticket, |group| commit(store, &group))?;
        let receipt = result.map_err(StoreError::NotStored)?;
        store.tidy();
        Ok(receipt)
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.store.queue.forget(self.ticket);
    }
}
