use super::*;

#[test]
fn appends_of_many_threads_are_all_there_while_sealing_goes_on() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let (threads, appends) = (8_u64, 40_u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let store = &store;
            scope.spawn(move || {
                for append in 0..appends {
                    let start = (thread * appends + append) * 3;
                    let receipt = store.append(batch(start..start + 3)).unwrap();
                    assert_eq!(receipt.events, 3);
                    // One's own append is seen, and of no append a part.
                    let snapshot = store.snapshot().unwrap();
                    assert_eq!(snapshot.events() % 3, 0);
                }
            });
        }
    });
    assert_eq!(store.seal_failure().unwrap(), None);
    assert!(store.unsealed_events().unwrap() < 3 * 64);
    assert_holds(&store, 0..threads * appends * 3);
    drop(store);
    assert_reader_holds(&dir, 0..threads * appends * 3);
}

#[test]
fn one_token_sent_by_many_threads_is_stored_once() {
    let store = open(&MemoryDir::new(), unsealed());
    let receipts: Vec<Receipt> = std::thread::scope(|scope| {
        let send = || store.append(batch(0..2).with_token("same").unwrap()).unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    assert_holds(&store, 0..2);
}

#[test]
fn a_reader_beside_a_writer_finds_what_was_acknowledged() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..300 {
                store.append(batch(number..number + 1)).unwrap();
            }
        });
        let mut seen = 0;
        while !writer.is_finished() {
            let reader = Reader::open(&shared(&dir), &small()).unwrap();
            let events = reader.snapshot().events();
            assert!(events >= seen);
            assert_eq!(contents(&reader.snapshot()).len() as u64, events);
            seen = events;
        }
    });
    assert_reader_holds(&dir, 0..300);
}
