//! Which store to compact.

use super::options;
use crate::arguments::CompactArguments;
use gristmill::Options;
use std::path::PathBuf;

/// Which store to compact.
#[derive(Debug)]
pub(crate) struct CompactSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    /// Whether only segments with deleted events are rewritten.
    pub(crate) purge: bool,
    pub(crate) quiet: bool,
}

impl From<CompactArguments> for CompactSettings {
    fn from(typed: CompactArguments) -> Self {
        Self {
            options: options::for_writing(&typed.writing),
            store: typed.store,
            purge: typed.purge,
            quiet: typed.quiet,
        }
    }
}
