//! Going on in a new log.

use crate::catalog::{Catalog, LogEntry};
use crate::wal::{self, LogWriter, Predecessor};

use super::edit::edit;
use super::{Store, StoreError, Writer, hold};

/// Where a log was closed and the next one begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotated {
    /// The sequence number of the last append in the closed log.
    pub(super) sequence: u64,
    /// The id of the new log.
    pub(super) log: u64,
}

/// Closes the log for good and goes on in a new one, which the catalog lists before anything is appended to it.
pub(super) fn rotate(store: &Store) -> Result<Rotated, StoreError> {
    let mut catalog = hold(&store.catalog)?;
    let mut writer = hold(&store.writer)?;
    store.check_open()?;
    replace_log(store, &mut catalog, &mut writer)
}

/// The same under locks that are held.
///
/// A log that cannot be synced, or that failed before, is closed at the end of what is durable, and never synced again;
/// what was acknowledged behind that is written afresh into the new one. A log without a durable append is dropped, and
/// the new one follows the log before it.
pub(super) fn replace_log(
    store: &Store,
    catalog: &mut Catalog,
    writer: &mut Writer,
) -> Result<Rotated, StoreError> {
    let sequence = writer.log.sequence();
    let end = writer.end();
    let dropped = writer.log.is_empty().then(|| writer.log.id());
    let predecessor = if dropped.is_some() { writer.log.predecessor() } else { end };
    let id = store.new_id();
    let log = create_log(store, id, &predecessor, writer)
        .and_then(|log| {
            // Durable, all that they stand for: in the log that ends, or in the new one.
            let tokens = writer.tokens.clone();
            edit(store, catalog, tokens, |next| {
                next.logs.retain(|listed| Some(listed.id) != dropped);
                if let (None, Some(closed)) = (dropped, next.logs.last_mut()) {
                    closed.length = predecessor.length;
                }
                next.logs.push(LogEntry { id, length: log.length() });
            })?;
            Ok(log)
        })
        .inspect_err(|_| {
            // Unless it is in doubt whether a catalog lists the new log, none does.
            if store.halted.get().is_none() {
                let _ = store.dir.remove(&wal::path(id));
            }
        })?;
    writer.log = log;
    writer.unsynced.clear();
    writer.log.note_catalog(catalog.number);
    store.view.with(|view| view.hold_back(sequence))?;
    if let Some(dropped) = dropped {
        // Nothing lists it any more; if it stays, the next open removes it.
        let _ = store.dir.remove(&wal::path(dropped));
    }
    Ok(Rotated { sequence, log: id })
}

/// A new log that follows the durable part of the current one.
fn create_log(
    store: &Store,
    id: u64,
    predecessor: &Predecessor,
    writer: &Writer,
) -> Result<LogWriter, StoreError> {
    let mut log = LogWriter::create(&*store.dir, id, predecessor, writer.log.durable_sequence())?;
    log.count_syncs_in(writer.log.sync_times());
    writer.write_afresh(&mut log)?;
    Ok(log)
}
