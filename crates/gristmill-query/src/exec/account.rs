//! The memory that a fetch takes for what it finds, counted by all of its threads.

use super::error::ExecError;
use super::run::ExecOptions;
use super::shared_memory::SharedMemory;
use crate::request::{Aggregation, Fetch};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes that a fetch has for the cells, keys, sets and states of its groups, and how many are taken. What grows with
/// the answer counts; what one batch of rows takes, and the columns of segments, do not.
#[derive(Debug)]
pub(crate) struct Account {
    taken: AtomicU64,
    limit: u64,
    /// What all fetches have together.
    memory: Option<Arc<SharedMemory>>,
    /// Whether exact distinct counts are asked for, which nothing but memory bounds.
    exact_distinct: bool,
}

impl Account {
    /// For a fetch that begins now.
    pub(crate) fn new(options: &ExecOptions, fetch: &Fetch) -> Self {
        let exact_distinct =
            fetch.metrics.iter().any(|metric| matches!(metric.aggregation, Aggregation::Uniq(_)));
        Self {
            taken: AtomicU64::new(0),
            limit: options.budget.bytes,
            memory: options.memory.clone(),
            exact_distinct,
        }
    }

    /// Takes more bytes, until [`Account::settle`]; an error where that is over the budget, or all
    /// fetches together have no more.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), ExecError> {
        let bytes = bytes as u64;
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        // It is taken in both places even where it is refused, since it is given back from both.
        let shared = self.memory.as_ref().map_or(Ok(()), |memory| memory.take(bytes));
        if taken > self.limit {
            let (limit, exact_distinct) = (self.limit, self.exact_distinct);
            return Err(ExecError::TooMuchMemory { found: taken, limit, exact_distinct });
        }
        shared
    }

    /// How many bytes are taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Says how many bytes are taken, when nothing else counts.
    pub(crate) fn settle(&self, bytes: u64) {
        let before = self.taken.swap(bytes, Ordering::Relaxed);
        if let Some(memory) = &self.memory {
            memory.correct(before, bytes);
        }
    }

    fn give_back(&self, bytes: u64) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(memory) = &self.memory {
            memory.give_back(bytes);
        }
    }

    /// What one scan takes: nothing yet.
    pub(crate) fn share(&self) -> Share<'_> {
        Share { account: self, bytes: 0 }
    }
}

/// What one scan has taken, which goes back when the scan is dropped.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    account: &'a Account,
    bytes: usize,
}

impl Share<'_> {
    /// Says how many bytes the scan has now; an error where that is over the budget.
    #[inline]
    pub(crate) fn set(&mut self, bytes: usize) -> Result<(), ExecError> {
        if bytes <= self.bytes {
            // What is let go of is likely to be taken again.
            return Ok(());
        }
        let more = bytes - self.bytes;
        self.bytes = bytes;
        self.account.take(more)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.account.give_back(self.bytes as u64);
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.give_back(self.taken());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(bytes: u64) -> Account {
        Account { taken: AtomicU64::new(0), limit: bytes, memory: None, exact_distinct: false }
    }

    #[test]
    fn what_all_scans_have_together_is_within_the_budget() {
        let account = account(100);
        let mut first = account.share();
        let mut second = account.share();
        first.set(40).unwrap();
        second.set(60).unwrap();
        second.set(10).unwrap();
        let error = first.set(41).unwrap_err();
        assert!(matches!(error, ExecError::TooMuchMemory { found: 101, limit: 100, .. }), "{error}");
        drop(first);
        assert_eq!(account.taken(), 60);
        drop(second);
        account.take(100).unwrap();
        assert!(account.take(1).is_err());
        account.settle(7);
        account.take(93).unwrap();
    }

    #[test]
    fn what_a_fetch_has_others_have_not_until_it_ends() {
        let memory = Arc::new(SharedMemory::new(100));
        let of_fetch = || {
            let mut account = account(80);
            account.memory = Some(Arc::clone(&memory));
            account
        };
        let (first, second) = (of_fetch(), of_fetch());
        first.take(50).unwrap();
        let mut share = second.share();
        share.set(50).unwrap();
        assert!(matches!(share.set(51).unwrap_err(), ExecError::MemoryTaken { limit: 100 }));
        assert!(matches!(first.take(31).unwrap_err(), ExecError::TooMuchMemory { found: 81, limit: 80, .. }));
        drop(share);
        first.settle(20);
        second.take(80).unwrap();
        drop(first);
        second.settle(0);
        let third = of_fetch();
        third.take(80).unwrap();
        second.take(20).unwrap();
        assert!(second.take(1).is_err());
    }
}
