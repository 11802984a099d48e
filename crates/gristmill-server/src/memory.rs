//! Memory that requests share, so that many of them take no more than one may.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Shares are counted in so many bytes: the counter has 32 bits in places.
const UNIT: usize = 1 << 10;

/// Bytes that requests share.
#[derive(Clone, Debug)]
pub(crate) struct Memory(Arc<Semaphore>);

/// The bytes of one request; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    memory: Memory,
    units: usize,
    held: Option<OwnedSemaphorePermit>,
}

/// Others have the rest.
#[derive(Debug)]
pub(crate) struct Full;

impl Memory {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// A share of no bytes yet.
    pub(crate) fn share(&self) -> Share {
        Share { memory: self.clone(), units: 0, held: None }
    }
}

impl Share {
    /// Takes what is missing to that many bytes.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), Full> {
        let units = bytes.div_ceil(UNIT);
        let missing = units.saturating_sub(self.units);
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| Full)?;
        let more = Arc::clone(&self.memory.0).try_acquire_many_owned(missing).map_err(|_| Full)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        self.units = units;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn shares_are_given_back() {
        let memory = Memory::new(4 << 10);
        let mut first = memory.share();
        assert!(first.grow_to(3000).is_ok());
        let mut second = memory.share();
        assert!(second.grow_to(2048).is_err() && second.grow_to(1024).is_ok());
        assert!(first.grow_to(3073).is_err());
        drop(second);
        assert!(first.grow_to(4096).is_ok());
    }
}
