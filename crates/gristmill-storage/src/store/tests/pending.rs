use super::*;
use std::collections::VecDeque;

#[test]
fn batches_are_seen_once_one_of_them_is_waited_for_and_keep_their_order() {
    let store = open(&MemoryDir::new(), unsealed());
    let pending: Vec<Pending<'_>> =
        (0..5).map(|number| store.append_later(batch(number..number + 1)).unwrap()).collect();
    assert_eq!(store.snapshot().unwrap().events(), 0);
    for (pending, sequence) in pending.into_iter().rev().zip([5, 4, 3, 2, 1]) {
        assert_eq!(pending.wait().unwrap(), Receipt { events: 1, sequence });
        assert_holds(&store, 0..5);
    }
    assert_eq!(store.append(batch(5..6)).unwrap().sequence, 6);
}

#[test]
fn a_batch_nobody_waits_for_is_stored_with_the_next_one() {
    let store = open(&MemoryDir::new(), unsealed());
    drop(store.append_later(batch(0..2)).unwrap());
    assert_eq!(store.append(batch(2..3)).unwrap().sequence, 2);
    assert_holds(&store, 0..3);
}

#[test]
fn a_batch_nobody_waits_for_is_stored_by_seal_close_and_drop() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    drop(store.append_later(batch(0..2)).unwrap());
    store.seal().unwrap();
    assert_eq!(store.unsealed_events().unwrap(), 0);
    assert_reader_holds(&dir, 0..2);
    drop(store.append_later(batch(2..4)).unwrap());
    store.close().unwrap();
    assert_reader_holds(&dir, 0..4);
    let store = open(&dir, unsealed());
    drop(store.append_later(batch(4..6)).unwrap());
    drop(store);
    assert_holds(&open(&dir, unsealed()), 0..6);
}

#[test]
fn a_batch_that_waits_while_the_store_is_closed_gets_its_receipt() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    let pending = store.append_later(batch(0..2)).unwrap();
    store.close().unwrap();
    assert!(matches!(store.append_later(batch(2..3)), Err(StoreError::Closed)));
    assert_eq!(pending.wait().unwrap(), Receipt { events: 2, sequence: 1 });
    assert_reader_holds(&dir, 0..2);
}

#[test]
fn a_token_handed_in_twice_is_stored_once() {
    let store = open(&MemoryDir::new(), unsealed());
    let token = || batch(0..2).with_token("same").unwrap();
    let first = store.append_later(token()).unwrap();
    drop(store.append_later(token()).unwrap());
    let last = store.append_later(token()).unwrap();
    assert_eq!(store.receipt("same").unwrap(), None);
    let receipt = last.wait().unwrap();
    assert_eq!(first.wait().unwrap(), receipt);
    assert_eq!(store.receipt("same").unwrap(), Some(receipt));
    assert_holds(&store, 0..2);
}

#[test]
fn any_number_of_batches_can_be_handed_in_without_a_wait() {
    let store = open(&MemoryDir::new(), small());
    for number in 0..3000 {
        drop(store.append_later(batch(number..number + 1)).unwrap());
    }
    // Nothing but a full queue has written these, and sealed them.
    let written = store.snapshot().unwrap().events();
    assert!((1..3000).contains(&written), "{written} of 3000");
    assert!(store.unsealed_events().unwrap() < written);
    store.seal().unwrap();
    assert_holds(&store, 0..3000);
}

#[test]
fn windows_of_many_threads_are_all_there_while_sealing_goes_on() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let (threads, appends, window) = (8_u64, 60_u64, 7);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let store = &store;
            scope.spawn(move || {
                let mut pending = VecDeque::new();
                let mut last = 0;
                let mut wait = |first: Option<Pending<'_>>| {
                    let receipt = first.unwrap().wait().unwrap();
                    assert!(receipt.sequence > last, "a thread's batches keep their order");
                    last = receipt.sequence;
                    assert_eq!(store.snapshot().unwrap().events() % 3, 0, "of no append a part");
                };
                for append in 0..appends {
                    if pending.len() == window {
                        wait(pending.pop_front());
                    }
                    let start = (thread * appends + append) * 3;
                    pending.push_back(store.append_later(batch(start..start + 3)).unwrap());
                }
                while !pending.is_empty() {
                    wait(pending.pop_front());
                }
            });
        }
    });
    assert_eq!(store.seal_failure().unwrap(), None);
    assert_holds(&store, 0..threads * appends * 3);
    drop(store);
    assert_reader_holds(&dir, 0..threads * appends * 3);
}
