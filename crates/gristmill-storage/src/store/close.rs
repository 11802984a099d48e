//! Closing a store.

use super::edit::edit;
use super::{Store, StoreError, hold};

impl Store {
    /// Makes everything durable, notes that the store was closed, and lets another writer in. Unsealed events stay in
    /// the log. Later appends fail with [`StoreError::Closed`]; snapshots go on. Closing again does nothing.
    ///
    /// Dropping the store closes it too, but nobody sees the error.
    pub fn close(&self) -> Result<(), StoreError> {
        let result = note_closed(self);
        // Released whatever happened: a store that was not noted as closed is recovered like one that was killed.
        let _ = hold(&self.lock)?.take();
        match result {
            Err(StoreError::Closed) => Ok(()),
            result => result,
        }
    }
}

fn note_closed(store: &Store) -> Result<(), StoreError> {
    let _sealing = hold(&store.sealing)?;
    let mut catalog = hold(&store.catalog)?;
    let mut writer = hold(&store.writer)?;
    store.check_open()?;
    let tokens = writer.durable_tokens()?;
    let end = writer.log.end();
    edit(store, &mut catalog, tokens, |next| {
        if let Some(log) = next.logs.last_mut() {
            log.length = end.length;
        }
        next.closed = true;
    })
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.close();
    }
}
