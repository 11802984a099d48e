//! Which store to verify, and how to tell.

use crate::arguments::VerifyArguments;
use std::path::PathBuf;

/// Which store to verify, and how to tell.
#[derive(Debug)]
pub(crate) struct VerifySettings {
    pub(crate) store: PathBuf,
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    /// 0 for one for each core.
    pub(crate) threads: usize,
}

impl From<VerifyArguments> for VerifySettings {
    fn from(typed: VerifyArguments) -> Self {
        let VerifyArguments { store, json, quiet, threads } = typed;
        Self { store, json, quiet, threads: threads.map_or(0, usize::from) }
    }
}
