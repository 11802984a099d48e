//! The commit queue by itself; `super::super::models` goes through every order of its threads.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::store::queue::{CommitQueue, Limits, Refused, Ticket};

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
    assert!(queue.is_idle());
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
    assert!(queue.is_idle());
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
