//! Which store to back up, and where to.

use crate::arguments::SnapshotArguments;
use std::path::PathBuf;

/// Which store to back up, and where to.
#[derive(Debug)]
pub(crate) struct SnapshotSettings {
    pub(crate) store: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) quiet: bool,
}

impl From<SnapshotArguments> for SnapshotSettings {
    fn from(typed: SnapshotArguments) -> Self {
        let SnapshotArguments { store, target, quiet } = typed;
        Self { store, target, quiet }
    }
}
