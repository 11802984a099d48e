//! Work that a store does by itself: one thread, one bounded step at a time, off the ways of appends and fetches.
//!
//! `steps` lists what is done, `task` when a step is due, `background` is the thread, `signal` wakes and stops it.

mod background;
mod signal;
mod steps;
mod task;

pub use background::Background;
pub(super) use signal::Signal;

use super::{Store, StoreError, hold};

/// What was done in the background since the store was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintenance {
    /// How often was looked for work.
    pub rounds: u64,
    /// How often there was some, and it was done.
    pub jobs: u64,
    /// Bytes of the segment files written by it, indexes included.
    pub bytes: u64,
    /// Why the newest job failed; `None` once it was done at a later try.
    pub failure: Option<String>,
}

impl Store {
    /// What was done in the background since the store was opened, and why it fails where it does.
    pub fn maintenance(&self) -> Result<Maintenance, StoreError> {
        Ok(hold(&self.maintenance)?.clone())
    }
}
