//! The memory that all fetches have together.

use super::error::ExecError;
use std::sync::atomic::{AtomicU64, Ordering};

/// The memory that all fetches have together: each takes from it what it counts against its own budget, and gives it back when
/// it ends.
#[derive(Debug)]
pub struct SharedMemory {
    taken: AtomicU64,
    limit: u64,
}

impl SharedMemory {
    /// That many bytes.
    pub fn new(bytes: u64) -> Self {
        Self { taken: AtomicU64::new(0), limit: bytes }
    }

    /// Takes bytes until they are given back, also where it is an error since others have too many.
    pub(crate) fn take(&self, bytes: u64) -> Result<(), ExecError> {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if taken <= self.limit { Ok(()) } else { Err(ExecError::MemoryTaken { limit: self.limit }) }
    }

    pub(crate) fn give_back(&self, bytes: u64) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// What was counted as `before` is `now`.
    pub(crate) fn correct(&self, before: u64, now: u64) {
        if now > before {
            self.taken.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.give_back(before - now);
        }
    }
}
