//! Group commit: many threads hand in an item each, one of them commits all that wait, everyone gets a result.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::hash::HashMap;

/// The most items that may wait.
const MAX_WAITING: usize = 1024;

/// Items on their way into one place that takes them in groups.
#[derive(Debug)]
pub(super) struct CommitQueue<T, R> {
    state: Mutex<State<T, R>>,
    changed: Condvar,
    /// What a group weighs at most, unless it is one item.
    max_weight: usize,
}

#[derive(Debug)]
struct State<T, R> {
    next_ticket: u64,
    waiting: VecDeque<Waiting<T>>,
    done: HashMap<u64, R>,
    /// Whether a thread is committing.
    led: bool,
    /// Whether a commit panicked: what it did is not known.
    broken: bool,
}

#[derive(Debug)]
struct Waiting<T> {
    ticket: u64,
    weight: usize,
    item: T,
}

/// Why an item was not committed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// So many wait already.
    Full(usize),
    /// A commit panicked.
    Broken,
}

impl<T, R> CommitQueue<T, R> {
    pub(super) fn new(max_weight: usize) -> Self {
        let state = State {
            next_ticket: 0,
            waiting: VecDeque::new(),
            done: HashMap::default(),
            led: false,
            broken: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), max_weight }
    }

    /// Hands in an item and waits for its result. The thread may be the one that commits: `commit` gets the items of a
    /// group in the order they were handed in, and gives as many results.
    pub(super) fn submit(
        &self,
        item: T,
        weight: usize,
        commit: impl Fn(Vec<T>) -> Vec<R>,
    ) -> Result<R, Refused> {
        // Nothing under this lock can panic but for want of memory.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.waiting.len() >= MAX_WAITING {
            return Err(Refused::Full(state.waiting.len()));
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push_back(Waiting { ticket, weight, item });
        loop {
            if let Some(result) = state.done.remove(&ticket) {
                return Ok(result);
            }
            if state.broken {
                return Err(Refused::Broken);
            }
            if state.led {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.led = true;
            let (tickets, items) = state.take_group(self.max_weight);
            drop(state);
            let results = catch_unwind(AssertUnwindSafe(|| commit(items)));
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.led = false;
            match results {
                Ok(results) => state.done.extend(tickets.into_iter().zip(results)),
                Err(_) => state.broken = true,
            }
            self.changed.notify_all();
        }
    }
}

impl<T, R> State<T, R> {
    /// What waits, from the front, up to a weight; at least one item where one waits.
    fn take_group(&mut self, max_weight: usize) -> (Vec<u64>, Vec<T>) {
        let mut weight = 0_usize;
        let fits = |waiting: &&Waiting<T>| {
            let first = weight == 0;
            weight = weight.saturating_add(waiting.weight.max(1));
            first || weight <= max_weight
        };
        let count = self.waiting.iter().take_while(fits).count();
        self.waiting.drain(..count).map(|waiting| (waiting.ticket, waiting.item)).unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn everyone_gets_their_own_result() {
        let queue = CommitQueue::new(50);
        let groups = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for item in 0..200_usize {
                let (queue, groups) = (&queue, &groups);
                scope.spawn(move || {
                    let commit = |items: Vec<usize>| {
                        assert!(items.len() <= 5);
                        groups.fetch_add(1, Ordering::Relaxed);
                        items.into_iter().map(|item| item * 2).collect()
                    };
                    assert_eq!(queue.submit(item, 10, commit), Ok(item * 2));
                });
            }
        });
        assert!((40..=200).contains(&groups.into_inner()));
    }

    #[test]
    fn an_item_heavier_than_a_group_goes_alone() {
        let queue = CommitQueue::new(10);
        assert_eq!(queue.submit((), 1000, |items: Vec<()>| vec![items.len()]), Ok(1));
    }

    #[test]
    fn after_a_panic_nobody_waits_for_ever() {
        let queue = CommitQueue::<(), ()>::new(10);
        assert_eq!(queue.submit((), 1, |_| panic!("on purpose")), Err(Refused::Broken));
        assert_eq!(queue.submit((), 1, |_| vec![()]), Err(Refused::Broken));
    }
}
