//! Making durable what was acknowledged before it was.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::event::Batch;
use crate::wal::{LogWriter, Predecessor, WalError};

use super::append::groups;
use super::rotate::replace_log;
use super::{Durability, Store, StoreError, Writer, hold};

impl Store {
    /// Makes every append that returned durable now, whatever [`super::StoreOptions::durability`] is; with
    /// [`Durability::Append`] they are already.
    ///
    /// Where the log cannot be synced, they are written afresh into a new one; an error says that this failed too, and
    /// the next call tries it again.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.flush()?;
        let mut catalog = hold(&self.catalog)?;
        let mut writer = hold(&self.writer)?;
        self.check_open()?;
        make_durable(self, &mut catalog, &mut writer)
    }

    /// How many appends returned and are not durable; none with [`Durability::Append`].
    pub fn unsynced_appends(&self) -> Result<u64, StoreError> {
        Ok(hold(&self.writer)?.unsynced.len() as u64)
    }
}

/// Makes every acknowledged batch durable: in the log, or where that has failed, in a new one.
pub(super) fn make_durable(
    store: &Store,
    catalog: &mut Catalog,
    writer: &mut Writer,
) -> Result<(), StoreError> {
    if writer.settle().is_err() {
        replace_log(store, catalog, writer)?;
    }
    Ok(())
}

impl Writer {
    /// Appends batches to the log, as durable as asked for.
    pub(super) fn append<'b>(
        &mut self,
        batches: impl Iterator<Item = &'b Arc<Batch>> + Clone,
        durability: Durability,
    ) -> Result<(), WalError> {
        let sync = durability == Durability::Append;
        self.log.append(batches.clone().map(|batch| batch.payload()), sync)?;
        if !sync {
            self.unsynced.extend(batches.cloned());
        }
        Ok(())
    }

    /// Syncs what was acknowledged and is not durable.
    pub(super) fn settle(&mut self) -> Result<(), WalError> {
        self.log.settle()?;
        self.unsynced.clear();
        Ok(())
    }

    /// Where the log ends for good, see [`LogWriter::end`].
    pub(super) fn end(&mut self) -> Predecessor {
        let end = self.log.end();
        if self.log.is_settled() {
            self.unsynced.clear();
        }
        end
    }

    /// Writes into a new log, durably, every acknowledged batch that the durable part of the current one lacks.
    pub(super) fn write_afresh(&self, log: &mut LogWriter) -> Result<(), WalError> {
        for group in groups(&self.unsynced, |batch| batch) {
            log.append(group.iter().map(|batch| batch.payload()), false)?;
        }
        log.settle()
    }
}
