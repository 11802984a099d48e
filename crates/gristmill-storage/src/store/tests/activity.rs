use super::*;

#[test]
fn what_was_appended_is_counted_and_what_waits_to_be_sealed() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    let before = store.activity().unwrap();
    store.append(batch(0..3)).unwrap();
    store.append(batch(3..5)).unwrap();
    let after = store.activity().unwrap();
    assert_eq!((after.batches, after.events), (2, 5));
    assert_eq!(after.syncs.count() - before.syncs.count(), 2);
    assert_eq!((after.unsealed_events, after.waiting), (5, 0));
    assert!(after.unsealed_bytes > 0);

    // Goes on in a new log, whose syncs count with those of the old one.
    store.seal().unwrap();
    store.append(batch(5..6)).unwrap();
    let sealed = store.activity().unwrap();
    assert_eq!((sealed.batches, sealed.events, sealed.unsealed_events), (3, 6, 1));
    assert!(sealed.syncs.count() > after.syncs.count());
}
