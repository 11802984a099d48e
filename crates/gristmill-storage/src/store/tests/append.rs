use super::*;
use crate::wal::WalError;

#[test]
fn an_append_is_seen_by_the_next_snapshot_and_by_none_before() {
    let store = open(&MemoryDir::new(), unsealed());
    let empty = store.snapshot().unwrap();
    assert_eq!(store.append(batch(0..3)).unwrap(), Receipt { events: 3, sequence: 1 });
    let three = store.snapshot().unwrap();
    assert_eq!(store.append(batch(3..4)).unwrap(), Receipt { events: 1, sequence: 2 });
    assert_eq!((empty.events(), three.events()), (0, 3));
    assert_eq!(contents(&three), texts(&events(0..3)));
    assert_holds(&store, 0..4);
}

#[test]
fn a_snapshot_after_each_small_append_keeps_few_segments_and_copies_little() {
    let store = open(&MemoryDir::new(), unsealed());
    let mut most = 0;
    for number in 0..500 {
        store.append(batch(number..number + 1)).unwrap();
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.events(), number + 1);
        most = most.max(snapshot.segments().len());
    }
    // Each chunk holds at least twice the events of the next one.
    assert!(most <= 10, "{most} segments");
    assert_holds(&store, 0..500);
}

#[test]
fn appends_freeze_chunks_that_are_merged_no_more() {
    let store = open(&MemoryDir::new(), unsealed());
    let whole = view::CHUNK_EVENTS;
    for number in 0..3 {
        store.append(batch(number * whole..(number + 1) * whole)).unwrap();
        assert_eq!(store.view.with(|view| view.unfrozen().events).unwrap(), 0);
    }
    store.append(batch(3 * whole..3 * whole + 5)).unwrap();
    let rows: Vec<u64> =
        store.snapshot().unwrap().segments().iter().map(|segment| segment.meta().rows.into()).collect();
    assert_eq!(rows, [whole, whole, whole, 5]);
}

#[test]
fn an_empty_batch_is_stored_like_any_other() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    assert_eq!(store.append(batch(0..0)).unwrap(), Receipt { events: 0, sequence: 1 });
    store.append(batch(0..1)).unwrap();
    store.append(batch(0..0)).unwrap();
    store.seal().unwrap();
    assert_holds(&store, 0..1);
    drop(store);
    assert_holds(&open(&dir, unsealed()), 0..1);
}

#[test]
fn a_token_that_comes_again_stores_nothing_and_answers_the_same() {
    let dir = MemoryDir::new();
    let token = |batch: Batch| batch.with_token("t1").unwrap();
    let mut store = open(&dir, unsealed());
    let receipt = store.append(token(batch(0..3))).unwrap();
    store.append(batch(3..5)).unwrap();
    // In the log, sealed, reopened.
    assert_eq!(store.append(token(batch(0..3))).unwrap(), receipt);
    drop(store);
    store = open(&dir, unsealed());
    assert_eq!(store.append(token(batch(0..3))).unwrap(), receipt);
    store.seal().unwrap();
    assert_eq!(store.append(token(batch(7..9))).unwrap(), receipt);
    drop(store);
    store = open(&dir, unsealed());
    assert_eq!(store.append(token(batch(0..3))).unwrap(), receipt);
    assert_eq!(store.receipt("t1").unwrap(), Some(receipt));
    assert_eq!(store.receipt("t2").unwrap(), None);
    assert_holds(&store, 0..5);
}

#[test]
fn tokens_beyond_the_window_are_forgotten() {
    let store = open(&MemoryDir::new(), StoreOptions { token_window: 2, ..unsealed() });
    for token in ["a", "b", "c"] {
        store.append(batch(0..1).with_token(token).unwrap()).unwrap();
    }
    assert_eq!(store.receipt("a").unwrap(), None);
    assert!(store.receipt("b").unwrap().is_some());
}

#[test]
fn a_batch_too_large_for_the_log_names_the_remedy() {
    let store = open(&MemoryDir::new(), unsealed());
    let mut large = event(0, 0);
    large.set(Dimension::Dim1, Some(&"x".repeat(1 << 20)));
    let batch = Batch::from_events(std::iter::repeat_n(large, 65)).unwrap();
    let error = store.append(batch).unwrap_err();
    assert!(matches!(error, StoreError::Wal(WalError::TooLarge { .. })));
    assert!(error.to_string().contains("split it, or load it"), "{error}");
    assert_eq!(store.snapshot().unwrap().events(), 0);
}

#[test]
fn without_fsync_the_log_still_survives_a_kill() {
    let dir = MemoryDir::new();
    let store = open(&dir, StoreOptions { durability: Durability::None, ..unsealed() });
    store.append(batch(0..3)).unwrap();
    let killed = dir.fork();
    assert_holds(&open(&killed, unsealed()), 0..3);
    store.seal().unwrap();
    store.append(batch(3..5)).unwrap();
    drop(store);
    assert_holds(&open(&dir, unsealed()), 0..5);
}
