//! Repairs that are killed, lose their power or fail at each single change: a second repair ends what the first began.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where its own steps do")]

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use gristmill::dir::Dir;
use gristmill::event::{Batch, Event};
use gristmill::maintenance::{RepairStep, repair_dir, verify_dir};
use gristmill::schema::Dimension;
use gristmill::{Error, Options, Store, Timestamp};
use gristmill_testkit::fault_dir::{At, Fault, FaultDir};

/// Different leftovers of each power cut.
const SEEDS: u64 = 3;
/// Events of the store, each an append.
const EVENTS: u64 = 21;

fn open(dir: &FaultDir) -> Result<Store, Error> {
    Options::new().threads(1).segment_rows(8).open_dir(Arc::new(dir.clone()))
}

fn shared(dir: &FaultDir) -> Arc<dyn Dir> {
    Arc::new(dir.clone())
}

fn repair(dir: &FaultDir) -> Result<Vec<RepairStep>, Error> {
    Ok(repair_dir(&shared(dir), false, 1, &|_| {})?.steps)
}

/// A closed store with events in segments and in its log.
fn store() -> FaultDir {
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

fn read(dir: &FaultDir, path: &str) -> io::Result<Vec<u8>> {
    let file = dir.open(path)?;
    let mut bytes = vec![0; usize::try_from(file.len()?).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// Flips a bit in the middle of a file, on the disk too; gives back its bytes.
fn damage(dir: &FaultDir, path: &str) -> Vec<u8> {
    let mut bytes = read(dir, path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    dir.remove(path).unwrap();
    let mut file = dir.create(path).unwrap();
    file.append(&bytes).unwrap();
    file.sync().unwrap();
    dir.sync_dir(path.rsplit_once('/').map_or("", |(folder, _)| folder)).unwrap();
    bytes
}

fn ending(dir: &FaultDir, ending: &str) -> String {
    dir.files().into_iter().find(|path| path.ends_with(ending)).unwrap()
}

/// A store with that damage, and the bytes that must not be thrown away.
fn damaged(endings: &[&str]) -> (FaultDir, Vec<Vec<u8>>) {
    let dir = store();
    let kept = endings.iter().map(|name| damage(&dir, &ending(&dir, name))).collect();
    (dir, kept)
}

/// The events that can be read.
fn found(store: &Store) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    for segment in store.snapshot().unwrap().segments() {
        // One in quarantine cannot be read.
        let _ = segment.for_each_row(|row| {
            numbers.insert(row.text(Dimension::SessionId).unwrap().parse().unwrap());
        });
    }
    numbers
}

/// Ends the repair, and checks that it comes to what one without a fault comes to.
fn check(dir: &FaultDir, kept: &[Vec<u8>], expected: &BTreeSet<u64>, context: &str) {
    repair(dir).unwrap_or_else(|error| panic!("{context}: {error}"));
    let findings = verify_dir(&shared(dir), 1, &|_| {}).unwrap().findings;
    assert!(findings.is_empty(), "{context}: {findings:?}");
    let store = open(dir).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(found(&store), *expected, "{context}");
    store.close().unwrap();
    for bytes in kept {
        let is_kept = dir.files().iter().any(|path| read(dir, path).unwrap() == *bytes);
        assert!(is_kept, "{context}: damaged bytes were thrown away");
    }
    assert_eq!(repair(dir).unwrap(), [], "{context}: a second repair has nothing to do");
}

#[test]
fn a_repair_that_is_killed_or_fails_can_be_begun_again() {
    // An index says nothing that its segment does not, so a damaged one is not kept.
    let damages: [&[&str]; 5] =
        [&[".arrow"], &[".log"], &["CATALOG"], &[".arrow", ".log", "CATALOG"], &[".arrow", "CATALOG.old"]];
    for endings in damages {
        let (whole, kept) = damaged(endings);
        let start = whole.changes();
        let done = whole.after_kill();
        repair(&done).unwrap();
        let changes = done.changes();
        let expected = found(&open(&done).unwrap());
        assert!(start > 0 && !expected.is_empty() && expected.len() as u64 <= EVENTS);
        for change in 1..=changes {
            let context = |what: &str| format!("{endings:?}, {what} at change {change} of {changes}");
            let dir = whole.after_kill();
            dir.fail(At::Change(change), Fault::Stop);
            let _ = repair(&dir);
            check(&dir.after_kill(), &kept, &expected, &context("killed"));
            for seed in 0..SEEDS {
                check(&dir.after_power_cut(change * SEEDS + seed), &kept, &expected, &context("cut"));
            }
            for fault in [Fault::Once(ErrorKind::Other), Fault::Full] {
                let dir = whole.after_kill();
                dir.fail(At::Change(change), fault);
                let _ = repair(&dir);
                dir.heal();
                check(&dir, &kept, &expected, &context("failed"));
            }
        }
    }
}
