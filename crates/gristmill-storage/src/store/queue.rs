//! Group commit: many threads hand in items, whoever waits for one commits all that were handed in, everyone gets a
//! result.
//!
//! There is no thread of its own: an item is committed when somebody waits for it, for one that came after it, or
//! flushes the queue.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::hash::HashMap;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const LIMITS: Limits = Limits { group_weight: 50, waiting: 1000 };

    const MOST: usize = 10_000;

    type Queue<T, R> = CommitQueue<T, R, &'static str>;

    #[test]
    fn everyone_gets_their_own_result() {
        let queue = Queue::new(LIMITS);
        let groups = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for item in 0..200_usize {
                let (queue, groups) = (&queue, &groups);
                scope.spawn(move || {
                    let commit = |items: Vec<usize>| {
                        assert!(items.len() <= 5);
                        groups.fetch_add(1, Ordering::Relaxed);
                        items.into_iter().map(|item| Ok(item * 2)).collect()
                    };
                    let ticket = queue.push(item, 10, MOST).unwrap();
                    assert_eq!(queue.wait(ticket, commit), Ok(Ok(item * 2)));
                });
            }
        });
        assert!((40..=200).contains(&groups.into_inner()));
    }

    #[test]
    fn whoever_waits_commits_all_that_came_before_in_order() {
        let queue = Queue::new(LIMITS);
        let groups = RefCell::new(Vec::new());
        let commit = |items: Vec<u32>| {
            groups.borrow_mut().push(items.clone());
            items.into_iter().map(Ok).collect()
        };
        let tickets: Vec<Ticket> = (0..7).map(|item| queue.push(item, 10, MOST).unwrap()).collect();
        assert_eq!(queue.wait(tickets[5], commit), Ok(Ok(5)));
        assert_eq!(*groups.borrow(), [vec![0, 1, 2, 3, 4], vec![5, 6]]);
        for item in [6, 0, 1, 2, 3, 4] {
            assert_eq!(queue.wait(tickets[item as usize], commit), Ok(Ok(item)));
        }
        assert_eq!(groups.borrow().len(), 2, "what is committed is not committed again");
        assert!(queue.lock().results.is_empty());
    }

    #[test]
    fn what_nobody_waits_for_is_committed_with_the_next_group_or_by_a_flush() {
        let queue = Queue::new(LIMITS);
        let committed = RefCell::new(Vec::<u32>::new());
        let commit = |items: Vec<u32>| {
            committed.borrow_mut().extend(&items);
            items.into_iter().map(|item| if item == 3 { Err("three") } else { Ok(item) }).collect()
        };
        queue.forget(queue.push(1, 10, MOST).unwrap());
        let ticket = queue.push(2, 10, MOST).unwrap();
        assert_eq!(queue.wait(ticket, commit), Ok(Ok(2)));
        for item in 3..13 {
            queue.forget(queue.push(item, 10, MOST).unwrap());
        }
        assert_eq!(queue.take_unheard(), None);
        assert_eq!(queue.flush(commit), Ok(()));
        assert_eq!(*committed.borrow(), (1..13).collect::<Vec<_>>());
        assert_eq!((queue.take_unheard(), queue.take_unheard()), (Some("three"), None));
        // Forgotten after it failed.
        let ticket = queue.push(3, 10, MOST).unwrap();
        assert_eq!(queue.flush(commit), Ok(()));
        queue.forget(ticket);
        assert_eq!(queue.take_unheard(), Some("three"));
        assert!(queue.lock().results.is_empty());
    }

    #[test]
    fn a_full_queue_refuses_until_somebody_helps() {
        let few = (Queue::new(Limits { waiting: 2, ..LIMITS }), MOST);
        let light = (Queue::new(LIMITS), 2);
        for (queue, most) in [few, light] {
            let commit = |items: Vec<u32>| items.into_iter().map(Ok).collect();
            let tickets = [queue.push(1, 1, most).unwrap(), queue.push(2, 1, most).unwrap()];
            assert_eq!(queue.push(3, 1, most), Err(Refused::Full(2)));
            assert_eq!(queue.help(commit), Ok(true));
            let third = queue.push(3, 5, most).unwrap();
            for (ticket, item) in tickets.into_iter().chain([third]).zip(1..) {
                assert_eq!(queue.wait(ticket, commit), Ok(Ok(item)));
            }
        }
    }

    #[test]
    fn nobody_helps_a_thread_that_commits() {
        let queue = Queue::new(LIMITS);
        let ticket = queue.push(1, 1, MOST).unwrap();
        let commit = |items: Vec<u32>| {
            assert_eq!(queue.help(|_| panic!("not called")), Ok(false));
            items.into_iter().map(Ok).collect()
        };
        assert_eq!(queue.wait(ticket, commit), Ok(Ok(1)));
    }

    #[test]
    fn an_item_heavier_than_a_group_goes_alone() {
        let queue = Queue::new(LIMITS);
        let tickets = [60_000, 1, 60_000].map(|weight| queue.push((), weight, MOST));
        assert_eq!(tickets[1], Err(Refused::Full(1)));
        let commit = |items: Vec<()>| vec![Ok(items.len())];
        assert_eq!(queue.wait(*tickets[0].as_ref().unwrap(), commit), Ok(Ok(1)));
    }

    #[test]
    fn after_a_panic_nobody_waits_for_ever() {
        let queue = Queue::<(), ()>::new(Limits { group_weight: 1, ..LIMITS });
        let commit = |_| vec![Ok(())];
        let tickets = [(); 3].map(|()| queue.push((), 1, MOST).unwrap());
        assert_eq!(queue.wait(tickets[0], commit), Ok(Ok(())));
        assert_eq!(queue.wait(tickets[1], |_| panic!("on purpose")), Err(Refused::Broken));
        assert_eq!(queue.wait(tickets[2], commit), Err(Refused::Broken));
        assert_eq!(queue.flush(commit), Err(Refused::Broken));
        assert_eq!(queue.help(commit), Err(Refused::Broken));
        assert_eq!(queue.push((), 1, MOST), Err(Refused::Broken));
    }
}
