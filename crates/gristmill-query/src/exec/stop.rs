//! Fetches that end before their answer is there.

use super::budget::Budget;
use super::error::ExecError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Stops fetches, from any thread: those that were given this or a clone of it.
///
/// ```
/// let cancel = gristmill_query::exec::Cancel::new();
/// let other = cancel.clone();
/// std::thread::spawn(move || other.cancel()).join().unwrap();
/// assert!(cancel.is_canceled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the fetches, and those that begin later. It takes them some milliseconds.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`Cancel::cancel`] was called.
    pub fn is_canceled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a fetch may be stopped by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop<'f> {
    /// When its time is over, and how long that is.
    deadline: Option<(Instant, Duration)>,
    cancel: Option<&'f Cancel>,
}

impl<'f> Stop<'f> {
    /// For a fetch that begins now.
    pub(crate) fn new(budget: &Budget, cancel: Option<&'f Cancel>) -> Self {
        // A time that ends beyond all clocks is none.
        let deadline = budget.time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        Self { deadline, cancel }
    }

    /// An error where the fetch has to stop.
    pub(crate) fn check(&self) -> Result<(), ExecError> {
        if self.cancel.is_some_and(Cancel::is_canceled) {
            return Err(ExecError::Canceled);
        }
        match self.deadline {
            Some((end, limit)) if Instant::now() >= end => Err(ExecError::TimedOut { limit }),
            _ => Ok(()),
        }
    }
}
