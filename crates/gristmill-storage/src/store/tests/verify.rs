//! What verifying finds, and what it goes on with.

use super::deletion::{delete, named};
use super::*;
use crate::{catalog, wal};

fn verified(dir: &MemoryDir) -> Verification {
    let before = dir.files();
    let report = verify(&shared(dir), 2, &|_| {}).unwrap();
    assert_eq!(dir.files(), before, "verifying writes nothing");
    report
}

/// The files that findings are about.
fn damaged(report: &Verification) -> Vec<&str> {
    let mut files: Vec<&str> = report.findings.iter().map(|finding| &*finding.file).collect();
    files.dedup();
    files
}

/// A closed store with several segments, one of them compressed and one with deleted rows, and a log.
fn store() -> MemoryDir {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..70)).unwrap();
    store.compact(1, &|_| {}).unwrap();
    store.append(batch(70..140)).unwrap();
    delete(&store, [3, 4]);
    store.append(batch(140..150)).unwrap();
    store.append(batch(150..153)).unwrap();
    store.close().unwrap();
    dir
}

#[test]
fn an_intact_store_has_no_findings() {
    let dir = store();
    let progress = Mutex::new(Vec::new());
    let report = verify(&shared(&dir), 2, &|told| progress.lock().unwrap().push(told)).unwrap();
    let catalog = catalog::read(&dir).unwrap().unwrap();
    let bytes = catalog.segments.iter().map(|entry| entry.files.bytes()).sum();
    let expected = Verification {
        catalog: Some(catalog.number),
        segments: catalog.segments.len() as u64,
        bytes,
        events: 151,
        logs: catalog.logs.len() as u64,
        appends: 2,
        ..Verification::default()
    };
    assert_eq!(report, expected);
    let told = progress.into_inner().unwrap();
    assert!(told.is_sorted_by_key(|told| told.done), "{told:?}");
    assert_eq!(told.last(), Some(&VerifyProgress { done: bytes, total: bytes }));
}

#[test]
fn every_flipped_byte_is_found_and_named() {
    let dir = store();
    let catalog = catalog::read(&dir).unwrap().unwrap();
    // What follows the end of a log that was closed counts for nothing.
    let counts = |path: &str, at: usize| match catalog.logs.iter().find(|log| wal::path(log.id) == path) {
        Some(log) => (at as u64) < log.length,
        None => path != layout::LOCK,
    };
    for path in dir.files() {
        let intact = dir.bytes(&path).unwrap();
        // Segments are gone through byte by byte in a test of their own.
        let step = if path.starts_with("seg/") { 97 } else { 1 };
        for at in (0..intact.len()).step_by(step).filter(|&at| counts(&path, at)) {
            let mut bytes = intact.clone();
            bytes[at] ^= 1 << (at % 8);
            dir.set_bytes(&path, bytes).unwrap();
            match verify(&shared(&dir), 1, &|_| {}) {
                Ok(report) => assert_eq!(damaged(&report), [&*path], "byte {at}"),
                Err(error) => panic!("{path}, byte {at}: {error}"),
            }
        }
        dir.set_bytes(&path, intact).unwrap();
    }
}

#[test]
fn everything_that_is_wrong_is_told() {
    let dir = store();
    let catalog = catalog::read(&dir).unwrap().unwrap();
    let [arrow, _] = layout::segment_paths("seg", catalog.segments[0].id);
    let [_, index] = layout::segment_paths("seg", catalog.segments[1].id);
    let log = wal::path(catalog.logs[0].id);
    dir.remove(&arrow).unwrap();
    for path in [&index, &log, "CATALOG.old"] {
        let mut bytes = dir.bytes(path).unwrap();
        let last = bytes.len() / 2;
        bytes[last] ^= 0x40;
        dir.set_bytes(path, bytes).unwrap();
    }
    for leftover in ["seg/900.arrow", "wal/901.log", "tmp/902.idx", "CATALOG.tmp"] {
        dir.create(leftover).unwrap();
    }
    let report = verified(&dir);
    assert_eq!(damaged(&report), ["CATALOG.old", &log, &arrow, &index]);
    assert_eq!(report.unlisted, ["CATALOG.tmp", "wal/901.log", "seg/900.arrow", "tmp/902.idx"]);
    let missing = report.findings.iter().find(|finding| finding.file == arrow).unwrap();
    assert_eq!((&*missing.part, &*missing.found), ("whole file", "none"));
}

#[test]
fn without_its_catalog_a_store_is_checked_by_the_one_before() {
    let dir = store();
    let segment = named(&dir, ".arrow").remove(0);
    for path in [&segment, "CATALOG"] {
        let mut bytes = dir.bytes(path).unwrap();
        bytes[60] ^= 1;
        dir.set_bytes(path, bytes).unwrap();
    }
    let report = verified(&dir);
    assert_eq!((report.catalog, damaged(&report)), (None, vec!["CATALOG", &segment]));
    dir.remove("CATALOG").unwrap();
    assert_eq!(damaged(&verified(&dir)), ["CATALOG", &segment]);
    dir.remove("CATALOG.old").unwrap();
    let report = verified(&dir);
    assert_eq!((report.segments, damaged(&report)), (0, vec!["CATALOG"]));
    assert!(report.unlisted.contains(&segment), "{report:?}");
}

#[test]
fn an_older_catalog_that_was_put_back_is_found() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..3)).unwrap();
    let older = dir.bytes("CATALOG").unwrap();
    store.append(batch(3..70)).unwrap();
    dir.set_bytes("CATALOG", older).unwrap();
    let report = verified(&dir);
    assert!(report.findings.iter().any(|finding| finding.part == "number"), "{report:?}");
}

#[test]
fn what_a_writer_drops_meanwhile_is_not_missed() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for start in (0..400).step_by(80) {
        store.append(batch(start..start + 80)).unwrap();
    }
    let first = Mutex::new(true);
    let report = verify(&shared(&dir), 1, &|progress| {
        if progress.done > 0 && std::mem::take(&mut *first.lock().unwrap()) {
            store.compact(1, &|_| {}).unwrap();
        }
    })
    .unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.segments, 1, "the one that was checked before the compaction");
}

#[test]
fn what_is_no_store_is_no_damage() {
    assert!(matches!(verify(&shared(&MemoryDir::new()), 1, &|_| {}), Err(StoreError::NoStore)));
    let foreign = MemoryDir::new();
    foreign.create("notes.txt").unwrap();
    assert!(matches!(verify(&shared(&foreign), 1, &|_| {}), Err(StoreError::NotAStore { .. })));
}
