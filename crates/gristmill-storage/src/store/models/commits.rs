//! The commit queue: everyone gets their own result, items are committed once and in order, and nobody waits for ever.
//! A thread that would wait for ever is an error of loom's own.

use std::sync::{Arc, Mutex};

use loom::thread::{JoinHandle, spawn};

use super::explore;
use super::queue::{CommitQueue, Limits, Refused, Ticket};

type Queue = CommitQueue<u32, u32, &'static str>;

/// Groups of one item.
const SINGLY: Limits = Limits { group_weight: 1, waiting: 10 };
const TOGETHER: Limits = Limits { group_weight: 10, waiting: 10 };
const MOST: usize = 100;
/// An item that cannot be committed.
const BAD: u32 = 13;
/// An item whose commit panics.
const PANICS: u32 = 66;

/// A queue, and the items that were committed.
#[derive(Clone)]
struct Shared {
    queue: Arc<Queue>,
    /// Not one of loom's: it only takes notes.
    committed: Arc<Mutex<Vec<u32>>>,
}

impl Shared {
    fn new(limits: Limits) -> Self {
        Self { queue: Arc::new(Queue::new(limits)), committed: Arc::default() }
    }

    fn push(&self, item: u32) -> Ticket {
        self.queue.push(item, 1, MOST).unwrap()
    }

    fn commit(&self, items: Vec<u32>) -> Vec<Result<u32, &'static str>> {
        if items.contains(&PANICS) {
            // As a panic does, without a line on stderr each of the many times.
            std::panic::resume_unwind(Box::new("on purpose"));
        }
        self.committed.lock().unwrap().extend(&items);
        items.into_iter().map(|item| if item == BAD { Err("bad") } else { Ok(item * 2) }).collect()
    }

    fn wait(&self, ticket: Ticket) -> Result<Result<u32, &'static str>, Refused> {
        self.queue.wait(ticket, |items| self.commit(items))
    }

    fn flush(&self) -> Result<(), Refused> {
        self.queue.flush(|items| self.commit(items))
    }

    /// A thread that appends an item.
    fn appender(&self, item: u32) -> JoinHandle<Result<Result<u32, &'static str>, Refused>> {
        let shared = self.clone();
        spawn(move || {
            let ticket = shared.push(item);
            shared.wait(ticket)
        })
    }

    fn committed(&self) -> Vec<u32> {
        let mut committed = self.committed.lock().unwrap().clone();
        committed.sort_unstable();
        committed
    }
}

#[test]
fn everyone_gets_their_own_result() {
    for limits in [SINGLY, TOGETHER] {
        explore(2, move || {
            let shared = Shared::new(limits);
            let threads = [1, BAD].map(|item| (item, shared.appender(item)));
            let ticket = shared.push(3);
            assert_eq!(shared.wait(ticket), Ok(Ok(6)));
            for (item, thread) in threads {
                let result = if item == BAD { Err("bad") } else { Ok(item * 2) };
                assert_eq!(thread.join().unwrap(), Ok(result));
            }
            assert_eq!(shared.committed(), [1, 3, BAD]);
            assert!(shared.queue.is_idle());
            assert_eq!(shared.queue.take_unheard(), None);
        });
    }
}

#[test]
fn items_of_a_thread_are_committed_in_the_order_they_were_handed_in() {
    for limits in [SINGLY, TOGETHER] {
        explore(2, move || {
            let shared = Shared::new(limits);
            let other = shared.appender(9);
            let tickets = [1, 2].map(|item| shared.push(item));
            // The last one first: the ones before it are through as well then.
            assert_eq!(shared.wait(tickets[1]), Ok(Ok(4)));
            let mut committed = shared.committed.lock().unwrap().clone();
            committed.retain(|&item| item != 9);
            assert_eq!(committed, [1, 2]);
            assert_eq!(shared.wait(tickets[0]), Ok(Ok(2)));
            assert_eq!(other.join().unwrap(), Ok(Ok(18)));
            assert!(shared.queue.is_idle());
        });
    }
}

#[test]
fn an_error_that_nobody_waits_for_is_told_once_after_a_flush() {
    for limits in [SINGLY, TOGETHER] {
        explore(2, move || {
            let shared = Shared::new(limits);
            let forgetful = {
                let shared = shared.clone();
                spawn(move || {
                    let ticket = shared.push(BAD);
                    shared.queue.forget(ticket);
                })
            };
            let other = shared.appender(1);
            forgetful.join().unwrap();
            assert_eq!(shared.flush(), Ok(()));
            assert_eq!(shared.queue.take_unheard(), Some("bad"));
            assert_eq!(shared.queue.take_unheard(), None);
            assert_eq!(other.join().unwrap(), Ok(Ok(2)));
            assert_eq!(shared.committed(), [1, BAD]);
            assert!(shared.queue.is_idle());
        });
    }
}

#[test]
fn after_a_panic_everyone_is_refused_or_has_been_answered() {
    for limits in [SINGLY, TOGETHER] {
        explore(2, move || {
            let shared = Shared::new(limits);
            let ticket = shared.push(PANICS);
            let doomed = {
                let shared = shared.clone();
                spawn(move || shared.wait(ticket))
            };
            let second = shared.queue.push(1, 1, MOST).map(|ticket| shared.wait(ticket));
            assert_eq!(doomed.join().unwrap(), Err(Refused::Broken));
            // It was handed in behind the other, so that its group is at best the same.
            assert!(matches!(second, Err(Refused::Broken) | Ok(Err(Refused::Broken))), "{second:?}");
            assert_eq!(shared.flush(), Err(Refused::Broken));
            assert_eq!(shared.queue.push(1, 1, MOST), Err(Refused::Broken));
            assert_eq!(shared.committed(), [0; 0]);
        });
    }
}

#[test]
fn a_full_queue_takes_more_once_somebody_has_helped() {
    let limits = Limits { waiting: 1, ..SINGLY };
    explore(2, move || {
        let shared = Shared::new(limits);
        let other = {
            let shared = shared.clone();
            spawn(move || shared.queue.push(1, 1, MOST).map(|ticket| shared.wait(ticket)))
        };
        let mine = loop {
            match shared.queue.push(2, 1, MOST) {
                Ok(ticket) => break Some(ticket),
                Err(Refused::Full(1)) => {
                    // Where nobody commits this one does, and then there is room; else the other one is at it.
                    if !shared.queue.help(|items| shared.commit(items)).unwrap() {
                        break None;
                    }
                }
                Err(refused) => panic!("{refused:?}"),
            }
        };
        let mut expected = Vec::new();
        if let Some(ticket) = mine {
            assert_eq!(shared.wait(ticket), Ok(Ok(4)));
            expected.push(2);
        }
        match other.join().unwrap() {
            Ok(result) => {
                assert_eq!(result, Ok(Ok(2)));
                expected.insert(0, 1);
            }
            Err(refused) => assert_eq!(refused, Refused::Full(1)),
        }
        assert_eq!(shared.committed(), expected);
        assert!(shared.queue.is_idle());
    });
}
