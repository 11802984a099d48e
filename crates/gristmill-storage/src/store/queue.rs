//! Group commit: many threads hand in items, whoever waits for one commits all that were handed in, everyone gets a
//! result.
//!
//! There is no thread of its own: an item is committed when somebody waits for it, for one that came after it, or
//! flushes the queue.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::hash::HashMap;

use super::locks::{Condvar, Mutex, MutexGuard, PoisonError};

/// Items on their way into one place that takes them in groups. `R` is what a committed item gets, `E` what one gets
/// that failed.
#[derive(Debug)]
pub(super) struct CommitQueue<T, R, E> {
    state: Mutex<State<T, R, E>>,
    changed: Condvar,
    limits: Limits,
}

/// How much a queue takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// What a group weighs at most, unless it is one item.
    pub(super) group_weight: usize,
    /// How many items may wait for their group.
    pub(super) waiting: usize,
}

/// Which item a result is for: items are numbered in the order they were handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

#[derive(Debug)]
struct State<T, R, E> {
    /// The ticket of the next item.
    next: Ticket,
    /// The first ticket whose item is not through: groups are taken from the front, one at a time.
    first_open: Ticket,
    waiting: VecDeque<Waiting<T>>,
    waiting_weight: usize,
    /// An entry for each ticket that somebody holds; its result when there is one.
    results: HashMap<Ticket, Option<Result<R, E>>>,
    /// The first error of an item whose result nobody wanted.
    unheard: Option<E>,
    /// Whether a thread is committing.
    led: bool,
    /// Whether a commit panicked: what it did is not known.
    broken: bool,
}

#[derive(Debug)]
struct Waiting<T> {
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

impl<T, R, E> CommitQueue<T, R, E> {
    pub(super) fn new(limits: Limits) -> Self {
        let state = State {
            next: Ticket(0),
            first_open: Ticket(0),
            waiting: VecDeque::new(),
            waiting_weight: 0,
            results: HashMap::default(),
            unheard: None,
            led: false,
            broken: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), limits }
    }

    /// How many items wait for their group.
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Hands in an item, unless more than `most` of weight would wait then, and others are part of it. Its ticket must be
    /// given back, to [`CommitQueue::wait`] or to [`CommitQueue::forget`].
    pub(super) fn push(&self, item: T, weight: usize, most: usize) -> Result<Ticket, Refused> {
        let mut state = self.lock();
        if state.broken {
            return Err(Refused::Broken);
        }
        let heavy = state.waiting_weight.saturating_add(weight) > most;
        if state.waiting.len() >= self.limits.waiting || (heavy && !state.waiting.is_empty()) {
            return Err(Refused::Full(state.waiting.len()));
        }
        let ticket = state.next;
        state.next = ticket.after(1);
        state.waiting_weight = state.waiting_weight.saturating_add(weight);
        state.waiting.push_back(Waiting { weight, item });
        state.results.insert(ticket, None);
        Ok(ticket)
    }

    /// Waits for the result of an item. The thread may be the one that commits: `commit` gets the items of a group in
    /// the order they were handed in, and gives as many results.
    pub(super) fn wait(
        &self,
        ticket: Ticket,
        commit: impl Fn(Vec<T>) -> Vec<Result<R, E>>,
    ) -> Result<Result<R, E>, Refused> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.take_result(ticket) {
                return Ok(result);
            }
            state = self.advance(state, &commit)?;
        }
    }

    /// Commits everything that was handed in before the call.
    pub(super) fn flush(&self, commit: impl Fn(Vec<T>) -> Vec<Result<R, E>>) -> Result<(), Refused> {
        let mut state = self.lock();
        let end = state.next;
        while state.first_open < end {
            state = self.advance(state, &commit)?;
        }
        Ok(())
    }

    /// Commits a group unless another thread does; whether it did.
    pub(super) fn help(&self, commit: impl Fn(Vec<T>) -> Vec<Result<R, E>>) -> Result<bool, Refused> {
        let state = self.lock();
        if state.led {
            return Ok(false);
        }
        self.advance(state, &commit).map(|_| true)
    }

    /// Gives a ticket back without waiting: its item is committed all the same, with the next group. An error is kept
    /// for [`CommitQueue::take_unheard`].
    pub(super) fn forget(&self, ticket: Ticket) {
        let mut state = self.lock();
        if let Some(Some(Err(error))) = state.results.remove(&ticket) {
            state.unheard.get_or_insert(error);
        }
    }

    /// The first error of an item whose result nobody wanted; it is told once.
    pub(super) fn take_unheard(&self) -> Option<E> {
        self.lock().unheard.take()
    }

    /// Whether nothing waits and no result is kept.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.waiting.is_empty() && state.results.is_empty()
    }

    /// Lets the other thread that commits finish its group, or commits one.
    fn advance<'s>(
        &'s self,
        mut state: MutexGuard<'s, State<T, R, E>>,
        commit: impl Fn(Vec<T>) -> Vec<Result<R, E>>,
    ) -> Result<MutexGuard<'s, State<T, R, E>>, Refused> {
        if state.broken {
            return Err(Refused::Broken);
        }
        if state.led {
            return Ok(self.changed.wait(state).unwrap_or_else(PoisonError::into_inner));
        }
        let items = state.take_group(self.limits.group_weight);
        state.led = true;
        drop(state);
        let results = catch_unwind(AssertUnwindSafe(|| commit(items)));
        let mut state = self.lock();
        state.led = false;
        match results {
            Ok(results) => state.finish(results),
            Err(_) => state.broken = true,
        }
        self.changed.notify_all();
        Ok(state)
    }

    /// Nothing under this lock can panic but for want of memory.
    fn lock(&self) -> MutexGuard<'_, State<T, R, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, R, E> State<T, R, E> {
    /// What waits, from the front, up to a weight; at least one item where one waits.
    fn take_group(&mut self, max_weight: usize) -> Vec<T> {
        let mut total = 0_usize;
        let fits = |waiting: &&Waiting<T>| {
            let first = total == 0;
            total = total.saturating_add(waiting.weight.max(1));
            first || total <= max_weight
        };
        let count = self.waiting.iter().take_while(fits).count();
        let group: Vec<Waiting<T>> = self.waiting.drain(..count).collect();
        let weight: usize = group.iter().map(|waiting| waiting.weight).sum();
        self.waiting_weight = self.waiting_weight.saturating_sub(weight);
        group.into_iter().map(|waiting| waiting.item).collect()
    }

    /// Notes the results of the group that was taken last.
    fn finish(&mut self, results: Vec<Result<R, E>>) {
        for result in results {
            match (self.results.get_mut(&self.first_open), result) {
                (Some(slot), result) => *slot = Some(result),
                (None, Err(error)) => {
                    self.unheard.get_or_insert(error);
                }
                (None, Ok(_)) => {}
            }
            self.first_open = self.first_open.after(1);
        }
    }

    fn take_result(&mut self, ticket: Ticket) -> Option<Result<R, E>> {
        let result = self.results.get_mut(&ticket)?.take()?;
        self.results.remove(&ticket);
        Some(result)
    }
}

impl Ticket {
    fn after(self, count: u64) -> Self {
        Self(self.0 + count)
    }
}
