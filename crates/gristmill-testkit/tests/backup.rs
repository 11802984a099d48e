//! Backups that are killed, lose their power or fail at each single call, into a folder that forgets what a power cut would.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where its own steps do")]

use std::io::ErrorKind;
use std::sync::Arc;

use gristmill::event::{Batch, Event};
use gristmill::maintenance::snapshot_dir;
use gristmill::schema::Dimension;
use gristmill::{Error, Options, Store, StoreError, Timestamp};
use gristmill_testkit::fault_dir::{At, Fault, FaultDir};

/// Different leftovers of each power cut.
const SEEDS: u64 = 3;
/// Events of the store that is backed up.
const EVENTS: u64 = 21;

/// A store with events in segments and in its log.
fn source() -> FaultDir {
    let dir = FaultDir::new();
    let store = open(&dir).unwrap();
    for number in 0..EVENTS {
        let mut event = Event::new(Timestamp(number.cast_signed()), "organization", "vendor");
        event.set(Dimension::SessionId, Some(&number.to_string()));
        store.append(Batch::from_events([event]).unwrap()).unwrap();
    }
    store.close().unwrap();
    dir
}

fn open(dir: &FaultDir) -> Result<Store, Error> {
    Options::new().threads(1).segment_rows(8).open_dir(Arc::new(dir.clone()))
}

fn back_up(source: &FaultDir, target: &FaultDir) -> Result<(), Error> {
    snapshot_dir(&(Arc::new(source.clone()) as _), target, &|_| {}).map(|_| ())
}

/// What the folder is: a whole backup, or none at all. Then the next backup into it, if it takes one, is whole.
fn check(source: &FaultDir, target: &FaultDir, finished: bool, context: &str) {
    let is_whole = |found: Result<Store, Error>| match found {
        Ok(store) => {
            let mut numbers: Vec<u64> = Vec::new();
            for segment in store.snapshot().unwrap().segments() {
                let number = |row: &gristmill::event::EventRow<'_>| {
                    numbers.push(row.text(Dimension::SessionId).unwrap().parse().unwrap());
                };
                segment.for_each_row(number).unwrap();
            }
            numbers.sort_unstable();
            // A folder in which nothing was done yet is no backup: opened, it becomes an empty store.
            assert!(numbers.is_empty() || numbers.into_iter().eq(0..EVENTS), "{context}");
            !store.snapshot().unwrap().segments().is_empty()
        }
        Err(Error::Store(StoreError::UnfinishedBackup)) => false,
        Err(error) => panic!("{context}: {error}"),
    };
    let whole = is_whole(open(&target.after_kill()));
    assert!(whole || !finished, "{context}: a backup that was done is lost");
    match back_up(source, target) {
        Ok(()) => assert!(!whole && is_whole(open(target)), "{context}, then again"),
        Err(Error::Store(StoreError::NotEmpty { .. })) => assert!(whole, "{context}: nothing and no room"),
        Err(error) => panic!("{context}, then again: {error}"),
    }
}

/// How many changes a backup makes.
fn changes(source: &FaultDir) -> u64 {
    let target = FaultDir::new();
    back_up(source, &target).unwrap();
    target.changes()
}

#[test]
fn killed_or_cut_at_every_change() {
    let source = source();
    for change in 1..=changes(&source) {
        let target = FaultDir::new();
        target.fail(At::Change(change), Fault::Stop);
        let finished = back_up(&source, &target).is_ok();
        check(&source, &target.after_kill(), finished, &format!("killed at change {change}"));
        for seed in 0..SEEDS {
            let survivor = target.after_power_cut(change * SEEDS + seed);
            check(&source, &survivor, finished, &format!("cut at change {change}, seed {seed}"));
        }
    }
}

#[test]
fn what_is_done_survives_a_power_cut() {
    let source = source();
    let target = FaultDir::new();
    back_up(&source, &target).unwrap();
    for seed in 0..20 {
        check(&source, &target.after_power_cut(seed), true, &format!("cut after the end, seed {seed}"));
    }
}

#[test]
fn an_error_at_every_change_and_a_full_disk() {
    let source = source();
    for change in 1..=changes(&source) {
        for fault in [Fault::Once(ErrorKind::Other), Fault::Full] {
            let target = FaultDir::new();
            target.fail(At::Change(change), fault);
            let finished = back_up(&source, &target).is_ok();
            target.heal();
            let context = format!("{fault:?} at change {change}");
            for seed in 0..SEEDS {
                check(&source, &target.after_power_cut(seed), finished, &context);
            }
            check(&source, &target, finished, &context);
        }
    }
}

#[test]
fn a_store_that_cannot_be_read_is_not_backed_up() {
    let source = source();
    let start = source.calls();
    back_up(&source, &FaultDir::new()).unwrap();
    for call in 1..=source.calls() - start {
        let (source, target) = (source.after_kill(), FaultDir::new());
        source.fail(At::Call(call), Fault::Once(ErrorKind::Other));
        let finished = back_up(&source, &target).is_ok();
        source.heal();
        check(&source, &target, finished, &format!("error at call {call} of the store"));
    }
}
