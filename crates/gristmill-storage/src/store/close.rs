//! Closing a store.

use super::edit::{durable_tokens, edit};
use super::syncer::Syncer;
use super::{Store, StoreError, Writer, hold};
use crate::catalog::Catalog;

impl Store {
    /// Makes everything durable, notes that the store was closed, and lets another writer in. Unsealed events stay in
    /// the log. Later appends fail with [`StoreError::Closed`]; snapshots go on. Closing again does nothing.
    ///
    /// Batches handed in before by [`Store::append_later`] are stored first. Where one of them, or an earlier one, failed
    /// and nobody waited for it, the store is closed all the same, and [`StoreError::NotStored`] says so.
    ///
    /// Dropping the store closes it too, but nobody sees the error.
    pub fn close(&self) -> Result<(), StoreError> {
        // A compaction in the background gives up.
        self.signal.stop();
        // Before the locks below, which committing needs. A closed store has nothing left to commit.
        let flushed = self.flush();
        // Before the lock is released: another process may recover the log then.
        self.syncer.iter().for_each(Syncer::stop);
        self.close_log()?;
        flushed?;
        self.queue.take_unheard().map_or(Ok(()), |error| Err(StoreError::NotStored(error)))
    }

    fn close_log(&self) -> Result<(), StoreError> {
        let _sealing = hold(&self.sealing)?;
        let mut catalog = hold(&self.catalog)?;
        let mut writer = hold(&self.writer)?;
        let result = match self.check_open() {
            Err(StoreError::Closed) => return Ok(()),
            open => open.and_then(|()| note_closed(self, &mut catalog, &mut writer)),
        };
        // Released whatever happened: a store that was not noted as closed is recovered like one that was killed. And
        // released under the writer's lock, so that no append goes on into a log that another process now recovers.
        hold(&self.lock)?.take();
        result
    }
}

fn note_closed(store: &Store, catalog: &mut Catalog, writer: &mut Writer) -> Result<(), StoreError> {
    let tokens = durable_tokens(store, catalog, writer)?;
    let end = writer.log.end();
    edit(store, catalog, tokens, |next| {
        if let Some(log) = next.logs.last_mut() {
            log.length = end.length;
        }
        next.closed = true;
    })?;
    writer.log.note_catalog(catalog.number);
    Ok(())
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.close();
    }
}
