//! The numbers of the library.

use crate::arguments::{Budgets, Reading, Sealing, Writing};
use gristmill::Options;
use gristmill::exec::Budget;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

/// Numbers for a command that writes a store; what was not typed keeps the library's default.
pub(super) fn for_writing(typed: &Writing) -> Options {
    let mut options = with_sealing(for_reading(&typed.reading), &typed.sealing);
    if let Some(tokens) = typed.token_window {
        options = options.token_window(usize::try_from(tokens).unwrap_or(usize::MAX));
    }
    options
}

/// Says when the store seals.
pub(super) fn with_sealing(mut options: Options, typed: &Sealing) -> Options {
    if let Some(rows) = typed.segment_rows {
        options = options.segment_rows(rows);
    }
    if let Some(bytes) = typed.wal_bytes {
        options = options.wal_bytes(bytes.0);
    }
    options
}

/// A command ends soon, and does only what it was asked to.
pub(super) fn for_a_command() -> Options {
    Options::new().background(false)
}

/// Numbers for a command that opens a store without a query.
pub(super) fn for_reading(typed: &Reading) -> Options {
    let mut options = for_a_command();
    if let Some(threads) = typed.threads {
        options = options.threads(usize::from(threads));
    }
    if let Some(bytes) = typed.cache_bytes {
        options = options.cache_bytes(usize::try_from(bytes.0).unwrap_or(usize::MAX));
    }
    options
}

/// Threads for a command that loads events.
pub(super) fn threads(typed: &Reading) -> usize {
    typed.threads.map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from)
}

/// Numbers for a command that answers a query.
pub(super) fn for_queries(reading: &Reading, budgets: &Budgets) -> Options {
    let defaults = Budget::default();
    for_reading(reading).budget(Budget {
        groups: budgets.groups.unwrap_or(defaults.groups),
        rows: budgets.rows.unwrap_or(defaults.rows),
        bytes: budgets.bytes.map_or(defaults.bytes, |size| size.0),
        time: budgets.ms.map(Duration::from_millis),
    })
}
