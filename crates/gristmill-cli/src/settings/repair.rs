//! Which store to repair, and how far to go.

use crate::arguments::RepairArguments;
use std::path::PathBuf;

/// Which store to repair, and how far to go.
#[derive(Debug)]
pub(crate) struct RepairSettings {
    pub(crate) store: PathBuf,
    pub(crate) dry_run: bool,
    pub(crate) accept_loss: bool,
    pub(crate) quiet: bool,
    /// 0 for one for each core.
    pub(crate) threads: usize,
}

impl From<RepairArguments> for RepairSettings {
    fn from(typed: RepairArguments) -> Self {
        let RepairArguments { store, dry_run, accept_loss, quiet, threads } = typed;
        Self { store, dry_run, accept_loss, quiet, threads: threads.map_or(0, usize::from) }
    }
}
