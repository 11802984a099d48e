//! Going on in a new log.

use crate::catalog::LogEntry;
use crate::wal::{self, LogWriter};

use super::edit::edit;
use super::{Store, StoreError, hold};

/// Where a log was closed and the next one begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotated {
    /// The sequence number of the last append in the closed log.
    pub(super) sequence: u64,
    /// The id of the new log.
    pub(super) log: u64,
}

/// Closes the log for good and goes on in a new one, which the catalog lists before anything is appended to it.
///
/// A log that failed is closed at the end of what was acknowledged, and never synced again. One without an append is
/// dropped, and the new one follows the log before it.
pub(super) fn rotate(store: &Store) -> Result<Rotated, StoreError> {
    let mut catalog = hold(&store.catalog)?;
    let mut writer = hold(&store.writer)?;
    store.check_open()?;
    let sequence = writer.log.sequence();
    let dropped = writer.log.is_empty().then(|| writer.log.id());
    let predecessor = if dropped.is_some() { writer.log.predecessor() } else { writer.log.end() };
    // A failed log needs no sync, and what an intact one holds has just been synced.
    let tokens = writer.tokens.clone();
    let id = store.new_id();
    let log = LogWriter::create(&*store.dir, id, &predecessor, sequence)
        .map_err(StoreError::from)
        .and_then(|log| {
            edit(store, &mut catalog, tokens, |next| {
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
    writer.log.note_catalog(catalog.number);
    store.view.with(|view| view.hold_back(sequence))?;
    if let Some(dropped) = dropped {
        // Nothing lists it any more; if it stays, the next open removes it.
        let _ = store.dir.remove(&wal::path(dropped));
    }
    Ok(Rotated { sequence, log: id })
}
