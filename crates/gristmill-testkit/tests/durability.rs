//! Appends that are acknowledged before they are durable: what a kill and a power cut leave of them, and what a failed
//! sync does not take.

#![expect(clippy::unwrap_used, reason = "a test fails where its own steps do")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gristmill::event::{Batch, Event};
use gristmill::schema::Dimension;
use gristmill::{Durability, Options, Snapshot, Store, Timestamp};
use gristmill_testkit::fault_dir::{At, Fault, FaultDir};

/// Different leftovers of each power cut.
const SEEDS: u64 = 4;
/// Never due while a test runs.
const LONG: Duration = Duration::from_hours(1);

fn open(dir: &FaultDir, durability: Durability) -> Result<Store, gristmill::Error> {
    Options::new().threads(1).background(false).durability(durability).open_dir(Arc::new(dir.clone()))
}

fn batch(numbers: Range<u64>) -> Batch {
    let token = format!("token {}", numbers.start);
    let events = numbers.map(|number| {
        let mut event = Event::new(Timestamp(number.cast_signed()), "organization", "vendor");
        event.set(Dimension::SessionId, Some(&number.to_string()));
        event
    });
    Batch::from_events(events).unwrap().with_token(&token).unwrap()
}

/// How often each number is there.
fn numbers(snapshot: &Snapshot) -> BTreeMap<u64, u32> {
    let mut found = BTreeMap::new();
    for segment in snapshot.segments() {
        let count = |row: &gristmill::event::EventRow<'_>| {
            *found.entry(row.text(Dimension::SessionId).unwrap().parse().unwrap()).or_default() += 1;
        };
        segment.for_each_row(count).unwrap();
    }
    found
}

/// What a store holds that is opened now.
fn found(dir: &FaultDir) -> BTreeMap<u64, u32> {
    numbers(&open(dir, Durability::Append).unwrap().snapshot().unwrap())
}

fn once(numbers: Range<u64>) -> BTreeMap<u64, u32> {
    numbers.map(|number| (number, 1)).collect()
}

#[track_caller]
fn assert_survives(dir: &FaultDir, expected: &Range<u64>, context: &str) {
    assert_eq!(found(&dir.after_kill()), once(expected.clone()), "{context}, killed");
    for seed in 0..SEEDS {
        let left = found(&dir.after_power_cut(seed));
        assert_eq!(left, once(expected.clone()), "{context}, cut, seed {seed}");
    }
}

/// Appends two batches, lets every change of what follows fail once in turn, appends a third one, and then makes all of it
/// durable: nothing that was acknowledged is missing.
fn nothing_is_lost_by_an_error(durability: Durability, make_durable: impl Fn(&Store) -> bool) {
    for change in 1.. {
        let dir = FaultDir::new();
        let store = open(&dir, durability).unwrap();
        store.append(batch(0..2)).unwrap();
        store.append(batch(2..4)).unwrap();
        let before = dir.changes();
        dir.fail(At::Change(before + change), Fault::Once(ErrorKind::Other));
        let made = make_durable(&store);
        let reached = dir.changes() >= before + change;
        dir.heal();
        let context = format!("{durability}, error at change {change}");
        assert_eq!(found(&dir.after_kill()), once(0..4), "{context}, killed at once");
        if made {
            assert_survives(&dir, &(0..4), &context);
        }
        match store.append(batch(4..6)) {
            Ok(_) => {
                assert!(make_durable(&store), "{context}, then an append");
                assert_survives(&dir, &(0..6), &format!("{context}, then an append"));
            }
            // It is not known which catalog is on the disk.
            Err(error) => {
                assert!(!made && error.to_string().contains("takes no more changes"), "{context}: {error}");
            }
        }
        if !reached {
            break;
        }
    }
}

#[test]
fn an_error_in_a_sync_takes_nothing_that_was_acknowledged() {
    for durability in [Durability::None, Durability::Interval(LONG), Durability::Append] {
        nothing_is_lost_by_an_error(durability, |store| store.sync().is_ok());
    }
}

#[test]
fn an_error_in_a_seal_takes_nothing_that_was_acknowledged() {
    for durability in [Durability::None, Durability::Interval(LONG)] {
        nothing_is_lost_by_an_error(durability, |store| store.seal().is_ok());
    }
}

#[test]
fn an_error_in_a_load_takes_nothing_that_was_acknowledged() {
    // An empty load is an edit of the catalog and nothing else.
    nothing_is_lost_by_an_error(Durability::None, |store| store.loader().commit().is_ok());
}

#[test]
fn a_store_whose_close_has_failed_is_one_that_was_killed() {
    for change in 1.. {
        let dir = FaultDir::new();
        let store = open(&dir, Durability::None).unwrap();
        store.append(batch(0..2)).unwrap();
        let before = dir.changes();
        dir.fail(At::Change(before + change), Fault::Once(ErrorKind::Other));
        let closed = store.close().is_ok();
        assert_eq!(found(&dir.after_kill()), once(0..2), "error at change {change}, killed");
        if closed {
            assert_survives(&dir, &(0..2), &format!("error at change {change}"));
        }
        if dir.changes() < before + change {
            break;
        }
    }
}

#[test]
fn a_failed_write_takes_nothing_that_was_acknowledged_before() {
    let dir = FaultDir::new();
    let store = open(&dir, Durability::None).unwrap();
    store.append(batch(0..2)).unwrap();
    dir.fail(At::Change(dir.changes() + 1), Fault::Once(ErrorKind::StorageFull));
    assert!(store.append(batch(2..4)).is_err());
    assert_eq!(store.unsynced_appends().unwrap(), 1);
    store.append(batch(4..6)).unwrap();
    store.sync().unwrap();
    let mut expected = once(0..6);
    expected.retain(|number, _| !(2..4).contains(number));
    for seed in 0..SEEDS {
        assert_eq!(found(&dir.after_power_cut(seed)), expected, "seed {seed}");
    }
}

#[test]
fn a_batch_that_could_not_be_synced_is_not_seen() {
    // The write, then the sync.
    for change in 1..=2 {
        let dir = FaultDir::new();
        let store = open(&dir, Durability::Append).unwrap();
        store.append(batch(0..2)).unwrap();
        dir.fail(At::Change(dir.changes() + change), Fault::Once(ErrorKind::Other));
        assert!(store.append(batch(2..4)).is_err());
        assert_eq!(numbers(&store.snapshot().unwrap()), once(0..2), "error at change {change}");
    }
}

#[test]
fn what_a_recovery_has_found_survives_a_power_cut() {
    let dir = FaultDir::new();
    let store = open(&dir, Durability::None).unwrap();
    store.append(batch(0..2)).unwrap();
    store.append(batch(2..4)).unwrap();
    let killed = dir.after_kill();
    // Fetches and repeated tokens tell of these batches from now on.
    let store = open(&killed, Durability::Append).unwrap();
    assert_survives(&killed, &(0..4), "recovered");
    store.append(batch(4..6)).unwrap();
    assert_survives(&killed, &(0..6), "recovered, then an append");
}

/// Waits until so many appends are not durable, which must come by itself.
fn wait_for_unsynced(store: &Store, appends: u64) {
    while store.unsynced_appends().unwrap() != appends {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn an_interval_makes_appends_durable_by_itself() {
    let dir = FaultDir::new();
    let store = open(&dir, Durability::Interval(Duration::from_millis(2))).unwrap();
    for round in 0..3 {
        store.append(batch(round * 2..round * 2 + 2)).unwrap();
        wait_for_unsynced(&store, 0);
        assert_survives(&dir, &(0..round * 2 + 2), &format!("round {round}"));
    }
    let idle = dir.changes();
    thread::sleep(Duration::from_millis(20));
    assert_eq!(dir.changes(), idle, "nothing is synced while nothing is appended");
    store.close().unwrap();
}

#[test]
fn after_a_failed_sync_of_the_interval_the_next_append_brings_all_into_a_new_log() {
    let dir = FaultDir::new();
    let store = open(&dir, Durability::Interval(Duration::from_millis(2))).unwrap();
    // The first change is the append's write, the second the sync.
    dir.fail(At::Change(dir.changes() + 2), Fault::Once(ErrorKind::Other));
    let synced = dir.changes() + 2;
    store.append(batch(0..2)).unwrap();
    while dir.changes() < synced {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(store.unsynced_appends().unwrap(), 1);
    assert_eq!(found(&dir.after_kill()), once(0..2));
    store.append(batch(2..4)).unwrap();
    wait_for_unsynced(&store, 0);
    assert_survives(&dir, &(0..4), "after the next append");
}

#[test]
fn without_syncs_a_power_cut_leaves_what_was_sealed_or_closed() {
    let dir = FaultDir::new();
    let store = open(&dir, Durability::None).unwrap();
    store.append(batch(0..2)).unwrap();
    assert_eq!(store.unsynced_appends().unwrap(), 1);
    store.seal().unwrap();
    assert_survives(&dir, &(0..2), "sealed");
    store.append(batch(2..4)).unwrap();
    store.close().unwrap();
    assert_survives(&dir, &(0..4), "closed");
}
