//! Backups: what they hold, how they are told from half of one, and what goes on meanwhile.

use super::deletion::{assert_holds_all_but, delete, named};
use super::*;
use crate::dir::FsDir;
use std::sync::atomic::AtomicBool;

fn backup(store: &Store, target: &MemoryDir) -> Backup {
    store.snapshot_to(target, &|_| {}).unwrap()
}

#[test]
fn a_backup_holds_segments_and_log_and_is_a_store_of_its_own() {
    let (dir, target) = (MemoryDir::new(), MemoryDir::new());
    let store = open(&dir, small());
    store.append(batch(0..70).with_token("first").unwrap()).unwrap();
    store.append(batch(70..80).with_token("second").unwrap()).unwrap();
    let made = backup(&store, &target);
    assert_eq!((made.events, made.bytes_linked), (80, 0));
    assert_eq!(made.segments, store.catalog().unwrap().segments.len() as u64);
    store.append(batch(80..90)).unwrap();
    assert_reader_holds(&target, 0..80);

    let copy = open(&target, small());
    assert_holds(&copy, 0..80);
    for token in ["first", "second"] {
        assert_eq!(copy.receipt(token).unwrap(), store.receipt(token).unwrap());
    }
    copy.append(batch(100..101)).unwrap();
    assert_holds(&store, 0..90);
    assert!(!target.files().contains(&layout::UNFINISHED.to_owned()));
}

#[test]
fn files_are_linked_on_one_file_system_and_outlive_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let dir: Arc<dyn Dir> = Arc::new(FsDir::create(folder.path().join("store")).unwrap());
    let store = Store::open(Arc::clone(&dir), small()).unwrap();
    store.append(batch(0..70)).unwrap();
    store.append(batch(70..75)).unwrap();
    let target = FsDir::create(folder.path().join("backup")).unwrap();
    let made = store.snapshot_to(&target, &|_| {}).unwrap();
    let of_segments: u64 = store.catalog().unwrap().segments.iter().map(|entry| entry.files.bytes()).sum();
    assert_eq!(made.bytes_linked, of_segments);
    let again = FsDir::create(folder.path().join("again")).unwrap();
    assert_eq!(back_up(&dir, &again, &|_| {}).unwrap(), made);
    drop(store);
    std::fs::remove_dir_all(folder.path().join("store")).unwrap();
    for copy in [target, again] {
        let reader = Reader::open(&(Arc::new(copy) as Arc<dyn Dir>), &small()).unwrap();
        assert_eq!(contents(&reader.snapshot()), texts(&events(0..75)));
    }
}

#[test]
fn a_store_that_another_writes_is_backed_up_without_its_lock() {
    let (dir, target) = (MemoryDir::new(), MemoryDir::new());
    let store = open(&dir, small());
    store.append(batch(0..70)).unwrap();
    store.append(batch(70..72)).unwrap();
    let before = dir.files();
    let mut seen = Vec::new();
    let progress = Mutex::new(&mut seen);
    back_up(&shared(&dir), &target, &|progressed| progress.lock().unwrap().push(progressed)).unwrap();
    assert_eq!(dir.files(), before);
    assert_reader_holds(&target, 0..72);
    let last = seen.last().unwrap();
    assert!(last.total > 0 && last.done == last.total, "{last:?}");
}

#[test]
fn what_a_writer_drops_meanwhile_is_taken_from_the_newer_catalog() {
    let (dir, target) = (MemoryDir::new(), MemoryDir::new());
    let store = open(&dir, small());
    for start in (0..400).step_by(80) {
        store.append(batch(start..start + 80)).unwrap();
    }
    // Compacts away under the backup what it is about to take.
    let first = AtomicBool::new(true);
    let made = back_up(&shared(&dir), &target, &|progress| {
        if progress.done > 0 && first.swap(false, Ordering::Relaxed) {
            store.compact(1, &|_| {}).unwrap();
        }
    })
    .unwrap();
    let left = store.catalog().unwrap().segments.len();
    assert!((made.events, made.segments) == (400, left as u64) && left < 6, "{made:?}");
    assert_reader_holds(&target, 0..400);
    let files = target.files().into_iter().filter(|path| path.starts_with("seg/")).count();
    assert_eq!(files, 2 * left, "nothing is left of the first attempt");
}

#[test]
fn a_snapshot_holds_its_files_against_a_compaction() {
    let (dir, target) = (MemoryDir::new(), MemoryDir::new());
    let store = open(&dir, small());
    for start in (0..400).step_by(80) {
        store.append(batch(start..start + 80)).unwrap();
    }
    let segments = store.catalog().unwrap().segments.len() as u64;
    let first = AtomicBool::new(true);
    let made = store
        .snapshot_to(&target, &|_| {
            if first.swap(false, Ordering::Relaxed) {
                store.compact(1, &|_| {}).unwrap();
            }
        })
        .unwrap();
    assert_eq!((made.events, made.segments), (400, segments));
    assert_reader_holds(&target, 0..400);
}

#[test]
fn only_an_empty_folder_is_taken() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..3)).unwrap();
    for path in ["notes.txt", "CATALOG", "seg/1.arrow"] {
        let target = MemoryDir::new();
        target.create_dir("seg").unwrap();
        target.create(path).unwrap();
        let before = target.files();
        let error = store.snapshot_to(&target, &|_| {}).unwrap_err();
        assert!(error.to_string().contains(path), "{error}");
        assert_eq!(target.files(), before);
    }
    let whole = MemoryDir::new();
    backup(&store, &whole);
    assert!(matches!(store.snapshot_to(&whole, &|_| {}), Err(StoreError::NotEmpty { .. })));
    let own = store.snapshot_to(&dir, &|_| {}).unwrap_err();
    assert!(matches!(own, StoreError::NotEmpty { .. }), "{own}");
}

#[test]
fn a_damaged_file_does_not_get_into_a_backup() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..70)).unwrap();
    let path = named(&dir, ".arrow").remove(0);
    let bytes = dir.bytes(&path).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [flipped, bytes[1..].to_vec()] {
        dir.set_bytes(&path, damaged).unwrap();
        let target = MemoryDir::new();
        let error = store.snapshot_to(&target, &|_| {}).unwrap_err();
        assert!(error.is_damage() && error.to_string().contains(&path), "{error}");
        let opened = Reader::open(&shared(&target), &small()).unwrap_err();
        assert!(matches!(opened, StoreError::UnfinishedBackup), "{opened}");
        dir.set_bytes(&path, bytes.clone()).unwrap();
        backup(&store, &target);
        assert_reader_holds(&target, 0..70);
    }
}

#[test]
fn a_closed_store_makes_none_but_others_may() {
    let (dir, target) = (MemoryDir::new(), MemoryDir::new());
    let store = open(&dir, small());
    store.append(batch(0..3)).unwrap();
    store.close().unwrap();
    assert!(matches!(store.snapshot_to(&target, &|_| {}), Err(StoreError::Closed)));
    back_up(&shared(&dir), &target, &|_| {}).unwrap();
    assert_reader_holds(&target, 0..3);
    let none = back_up(&shared(&MemoryDir::new()), &MemoryDir::new(), &|_| {});
    assert!(matches!(none, Err(StoreError::NoStore)));
}

#[test]
fn deleted_events_stay_deleted() {
    let (dir, target) = (MemoryDir::new(), MemoryDir::new());
    let store = open(&dir, small());
    store.append(batch(0..70)).unwrap();
    delete(&store, [3, 4]);
    // The file of deleted rows goes with the next deletion, under the backup.
    let first = AtomicBool::new(true);
    let made = store
        .snapshot_to(&target, &|_| {
            if first.swap(false, Ordering::Relaxed) {
                delete(&store, [5]);
            }
        })
        .unwrap();
    assert_eq!(made.events, 68);
    assert_holds_all_but(&open(&target, small()), 0..70, &[3, 4]);
    let other = MemoryDir::new();
    assert_eq!(back_up(&shared(&dir), &other, &|_| {}).unwrap().events, 67);
    assert_holds_all_but(&open(&other, small()), 0..70, &[3, 4, 5]);
}
