use super::*;
use crate::catalog::{self, LogEntry, names};
use crate::wal::{self, WalError};

/// A store with an append in its log, killed.
fn killed() -> (MemoryDir, String) {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..3)).unwrap();
    store.append(batch(3..5)).unwrap();
    let killed = dir.fork();
    let log = wal_files(&killed).pop().unwrap();
    (killed, log)
}

/// Bytes of the marker that a log ends with: the only ones it can do without.
const MARKER: usize = 56;

fn wal_files(dir: &MemoryDir) -> Vec<String> {
    dir.files().into_iter().filter(|path| path.starts_with("wal/")).collect()
}

fn change(dir: &MemoryDir, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = dir.bytes(path).unwrap();
    change(&mut bytes);
    dir.set_bytes(path, bytes).unwrap();
}

#[test]
fn a_killed_store_opens_with_everything_acknowledged() {
    let (dir, _) = killed();
    assert_reader_holds(&dir, 0..5);
    let store = open(&dir, unsealed());
    let found = Recovery { appends: 2, events: 5, ..Recovery::default() };
    assert_eq!(*store.recovery(), found);
    assert_holds(&store, 0..5);
    assert_eq!(store.append(batch(5..6)).unwrap().sequence, 3);
}

#[test]
fn opening_again_and_again_changes_nothing() {
    let (dir, _) = killed();
    for _ in 0..3 {
        // Neither closed nor dropped.
        let fork = dir.fork();
        let store = open(&fork, unsealed());
        assert_holds(&store, 0..5);
        let copy = fork.fork();
        assert_holds(&open(&copy, unsealed()), 0..5);
        assert_eq!(wal_files(&fork).len(), 1);
    }
    for _ in 0..3 {
        let store = open(&dir, unsealed());
        assert_holds(&store, 0..5);
        store.close().unwrap();
    }
}

#[test]
fn a_torn_end_is_dropped_and_counted() {
    let (dir, log) = killed();
    change(&dir, &log, |bytes| bytes.extend(b"\xffGW\xfe and then the power went"));
    assert_reader_holds(&dir, 0..5);
    let store = open(&dir, unsealed());
    assert_eq!(store.recovery().torn_bytes, 28);
    assert_holds(&store, 0..5);
}

#[test]
fn a_flipped_byte_of_anything_acknowledged_is_loud_or_harmless() {
    let (dir, log) = killed();
    let length = dir.bytes(&log).unwrap().len();
    let mut loud = 0;
    for at in 0..length {
        let fork = dir.fork();
        change(&fork, &log, |bytes| bytes[at] ^= 0x20);
        match Store::open(shared(&fork), unsealed()) {
            Ok(store) => assert_holds(&store, 0..5),
            Err(error) => {
                assert!(error.is_damage(), "byte {at}: {error}");
                loud += 1;
            }
        }
    }
    // All but the last marker.
    assert_eq!(loud, length - MARKER);
}

#[test]
fn a_log_cut_anywhere_loses_whole_appends_at_its_end_or_is_loud() {
    let (dir, log) = killed();
    let length = dir.bytes(&log).unwrap().len();
    for cut in 1..length {
        let fork = dir.fork();
        change(&fork, &log, |bytes| bytes.truncate(length - cut));
        match Store::open(shared(&fork), unsealed()) {
            Err(error) => assert!(error.is_damage(), "{error}"),
            // The end itself is gone, with all that told how much was durable.
            Ok(store) => {
                let found = contents(&store.snapshot().unwrap());
                assert!([0, 3, 5].iter().any(|&count| found == texts(&events(0..count))), "cut by {cut}");
            }
        }
    }
}

#[test]
fn a_closed_log_may_not_lose_a_byte() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..3)).unwrap();
    store.close().unwrap();
    let log = wal_files(&dir).pop().unwrap();
    let length = dir.bytes(&log).unwrap().len();
    for left in 0..length - MARKER {
        let fork = dir.fork();
        change(&fork, &log, |bytes| bytes.truncate(left));
        let error = Store::open(shared(&fork), unsealed()).unwrap_err();
        assert!(matches!(error, StoreError::Wal(WalError::Damaged { .. })), "{left} bytes: {error}");
    }
}

#[test]
fn a_missing_log_is_loud() {
    let (dir, log) = killed();
    dir.remove(&log).unwrap();
    let error = Store::open(shared(&dir), unsealed()).unwrap_err();
    assert!(matches!(&error, StoreError::Wal(WalError::Missing { file }) if *file == log), "{error}");
}

#[test]
fn a_log_that_comes_back_is_not_replayed() {
    let (dir, log) = killed();
    let bytes = dir.bytes(&log).unwrap();
    let store = open(&dir, unsealed());
    store.seal().unwrap();
    let fork = dir.fork();
    fork.create(&log).unwrap().append(&bytes).unwrap();
    assert_reader_holds(&fork, 0..5);
    assert_holds(&open(&fork, unsealed()), 0..5);
}

#[test]
fn an_exchanged_log_is_loud() {
    let (dir, log) = killed();
    let (other, other_log) = killed();
    let store = open(&other, unsealed());
    let newer = wal_files(&other).pop().unwrap();
    assert_ne!(newer, other_log);
    dir.set_bytes(&log, other.bytes(&newer).unwrap()).unwrap();
    drop(store);
    let error = Store::open(shared(&dir), unsealed()).unwrap_err();
    assert!(matches!(error, StoreError::Wal(WalError::Damaged { offset: 0, .. })), "{error}");
}

/// A store whose log was rotated without a seal, as when sealing fails: two logs are listed.
fn two_logs() -> (MemoryDir, Vec<String>) {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..3)).unwrap();
    rotate::rotate(&store).unwrap();
    store.append(batch(3..5)).unwrap();
    let killed = dir.fork();
    let logs = wal_files(&killed);
    assert_eq!(logs.len(), 2);
    (killed, logs)
}

#[test]
fn two_logs_are_read_as_one() {
    let (dir, _) = two_logs();
    assert_reader_holds(&dir, 0..5);
    assert_holds(&open(&dir, unsealed()), 0..5);
    assert_eq!(wal_files(&dir).len(), 1);
}

#[test]
fn an_older_log_missing_or_shortened_or_forgotten_is_loud() {
    let (dir, logs) = two_logs();
    let missing = dir.fork();
    missing.remove(&logs[0]).unwrap();
    assert!(Store::open(shared(&missing), unsealed()).unwrap_err().is_damage());

    let shortened = dir.fork();
    change(&shortened, &logs[0], |bytes| {
        bytes.pop();
    });
    assert!(Store::open(shared(&shortened), unsealed()).unwrap_err().is_damage());

    let mut catalog = catalog::read(&dir).unwrap().unwrap();
    let first: LogEntry = catalog.logs.remove(0);
    assert_eq!(wal::path(first.id), logs[0]);
    catalog::publish(&dir, &catalog).unwrap();
    let error = Store::open(shared(&dir), unsealed()).unwrap_err();
    assert!(error.is_damage() && error.to_string().contains("older log is missing"), "{error}");
}

#[test]
fn rotating_a_log_without_an_append_replaces_it() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..3)).unwrap();
    for _ in 0..3 {
        rotate::rotate(&store).unwrap();
    }
    assert_eq!(wal_files(&dir).len(), 2);
    store.append(batch(3..5)).unwrap();
    assert_holds(&open(&dir.fork(), unsealed()), 0..5);
    store.seal().unwrap();
    assert_eq!(wal_files(&dir).len(), 1);
    assert_holds(&open(&dir.fork(), unsealed()), 0..5);
}

#[test]
fn an_older_catalog_put_back_is_loud_or_harmless() {
    let dir = MemoryDir::new();
    let mut loud = 0;
    let mut check = |dir: &MemoryDir, numbers: std::ops::Range<u64>| {
        let older = dir.fork();
        older.set_bytes(names::CATALOG, older.bytes(names::OLD).unwrap()).unwrap();
        match Store::open(shared(&older), unsealed()) {
            Ok(store) => assert_holds(&store, numbers),
            Err(error) => {
                assert!(error.is_damage(), "{error}");
                loud += 1;
            }
        }
    };
    let store = open(&dir, unsealed());
    store.append(batch(0..2)).unwrap();
    check(&dir, 0..2);
    let mut loader = store.loader();
    loader.push(&event(2, 2000).as_row()).unwrap();
    loader.commit().unwrap();
    check(&dir, 0..3);
    rotate::rotate(&store).unwrap();
    check(&dir, 0..3);
    store.append(batch(3..4)).unwrap();
    check(&dir, 0..4);
    store.seal().unwrap();
    check(&dir, 0..4);
    store.close().unwrap();
    check(&dir, 0..4);
    drop(open(&dir, unsealed()));
    check(&dir, 0..4);
    assert_eq!(loud, 7);
}
