//! The memory that a fetch takes for what it finds, counted by all of its threads.

use super::budget::Budget;
use super::error::ExecError;
use crate::request::{Aggregation, Fetch};
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes that a fetch has for the cells, keys, sets and states of its groups, and how many are taken. What grows with
/// the answer counts; what one batch of rows takes, and the columns of segments, do not.
#[derive(Debug)]
pub(crate) struct Account {
    taken: AtomicU64,
    limit: u64,
    /// Whether exact distinct counts are asked for, which nothing but memory bounds.
    exact_distinct: bool,
}

impl Account {
    /// For a fetch that begins now.
    pub(crate) fn new(budget: &Budget, fetch: &Fetch) -> Self {
        let exact_distinct =
            fetch.metrics.iter().any(|metric| matches!(metric.aggregation, Aggregation::Uniq(_)));
        Self { taken: AtomicU64::new(0), limit: budget.bytes, exact_distinct }
    }

    /// Takes more bytes, until [`Account::settle`]; an error where that is over the budget.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), ExecError> {
        let bytes = bytes as u64;
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if taken <= self.limit {
            return Ok(());
        }
        Err(ExecError::TooMuchMemory { found: taken, limit: self.limit, exact_distinct: self.exact_distinct })
    }

    /// How many bytes are taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Says how many bytes are taken, when nothing else counts.
    pub(crate) fn settle(&self, bytes: u64) {
        self.taken.store(bytes, Ordering::Relaxed);
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
        self.account.taken.fetch_sub(self.bytes as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(bytes: u64) -> Account {
        Account { taken: AtomicU64::new(0), limit: bytes, exact_distinct: false }
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
}
