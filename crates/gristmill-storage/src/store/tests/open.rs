use super::*;
use crate::catalog::{CatalogError, names};

fn refused(dir: &MemoryDir) -> StoreError {
    let files = dir.files();
    let error = Store::open(shared(dir), small()).unwrap_err();
    let reader = Reader::open(&shared(dir), &small()).unwrap_err();
    assert_eq!(error.to_string(), reader.to_string());
    assert_eq!(dir.files(), files, "nothing was touched");
    error
}

fn write(dir: &MemoryDir, path: &str, bytes: &[u8]) {
    dir.create(path).unwrap().append(bytes).unwrap();
}

#[test]
fn an_empty_folder_becomes_a_store_but_only_for_a_writer() {
    let dir = MemoryDir::new();
    assert!(matches!(Reader::open(&shared(&dir), &small()), Err(StoreError::NoStore)));
    assert_eq!(dir.files(), [""; 0]);
    assert_holds(&open(&dir, small()), 0..0);
    assert_reader_holds(&dir, 0..0);
}

#[test]
fn a_second_writer_is_told_who_holds_the_store() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let error = Store::open(shared(&dir), small()).unwrap_err();
    assert!(
        matches!(error, StoreError::Locked { holder: Some(pid) } if pid == std::process::id()),
        "{error}"
    );
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    store.close().unwrap();
    assert_holds(&open(&dir, small()), 0..0);
}

#[test]
fn a_closed_store_takes_nothing_more_but_can_be_read() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..3)).unwrap();
    let mut loader = store.loader();
    loader.push(&event(9, 0).as_row()).unwrap();
    store.close().unwrap();
    store.close().unwrap();
    assert!(matches!(store.append(batch(3..4)), Err(StoreError::Closed)));
    assert!(matches!(store.seal(), Err(StoreError::Closed)));
    assert!(matches!(loader.commit(), Err(StoreError::Closed)));
    assert_holds(&store, 0..3);
    let next = open(&dir, small());
    assert!(next.recovery().closed);
    assert_holds(&next, 0..3);
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let dir = MemoryDir::new();
    write(&dir, "holiday.jpg", b"");
    let error = refused(&dir);
    assert!(matches!(&error, StoreError::NotAStore { found } if found == "holiday.jpg"), "{error}");
}

#[test]
fn a_missing_catalog_beside_data_is_not_an_empty_store() {
    let dir = MemoryDir::new();
    drop(open(&dir, small()));
    dir.remove(names::CATALOG).unwrap();
    let error = refused(&dir);
    assert!(matches!(&error, StoreError::CatalogMissing { found } if found == names::OLD), "{error}");
    dir.remove(names::OLD).unwrap();
    let error = refused(&dir);
    assert!(matches!(&error, StoreError::CatalogMissing { found } if found.starts_with("wal/")), "{error}");
    assert!(error.is_damage());
}

#[test]
fn a_newer_store_says_so() {
    let dir = MemoryDir::new();
    drop(open(&dir, small()));
    let mut bytes = dir.bytes(names::CATALOG).unwrap();
    bytes[8] += 1;
    let body = bytes.len() - 4;
    let checksum = crc32c::crc32c(&bytes[..body]);
    bytes[body..].copy_from_slice(&checksum.to_le_bytes());
    dir.set_bytes(names::CATALOG, bytes).unwrap();
    let error = refused(&dir);
    assert!(matches!(error, StoreError::Catalog(CatalogError::NewerFormat { .. })), "{error}");
    assert!(!error.is_damage());
}

#[test]
fn a_damaged_catalog_is_loud() {
    let dir = MemoryDir::new();
    drop(open(&dir, small()));
    let mut bytes = dir.bytes(names::CATALOG).unwrap();
    bytes[30] ^= 1;
    dir.set_bytes(names::CATALOG, bytes).unwrap();
    assert!(refused(&dir).is_damage());
}

#[test]
fn a_missing_or_shortened_segment_fails_those_who_read_it_and_nobody_else() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..10)).unwrap();
    store.seal().unwrap();
    store.append(batch(10..20)).unwrap();
    store.seal().unwrap();
    drop(store);
    let arrow = dir.files().into_iter().find(|path| path.starts_with("seg/")).unwrap();
    let shortened = dir.fork();
    let bytes = dir.bytes(&arrow).unwrap();
    shortened.set_bytes(&arrow, bytes[..bytes.len() - 1].to_vec()).unwrap();
    let missing = dir.fork();
    missing.remove(&arrow).unwrap();
    for damaged in [shortened, missing] {
        let reader = Reader::open(&shared(&damaged), &small()).unwrap();
        assert_eq!(reader.recovery().damaged_segments, 1);
        let store = open(&damaged, unsealed());
        assert_eq!(store.recovery().damaged_segments, 1);
        let snapshot = store.snapshot().unwrap();
        assert_eq!((snapshot.events(), snapshot.segments().len()), (20, 2));
        let error = snapshot.segments()[0].runs().unwrap_err();
        assert!(error.to_string().contains(&arrow), "{error}");
        let mut readable = 0;
        snapshot.segments()[1].for_each_row(|_| readable += 1).unwrap();
        assert_eq!(readable, 10);
    }
}

#[test]
fn names_that_are_not_ours_are_left_alone_in_our_folders() {
    let dir = MemoryDir::new();
    drop(open(&dir, small()));
    write(&dir, "seg/notes.txt", b"");
    write(&dir, "wal/77.log", b"rubbish");
    let store = open(&dir, small());
    assert_eq!(store.recovery().leftovers, 1);
    assert!(dir.files().contains(&"seg/notes.txt".to_owned()));
    // The id of what was left behind is not given again.
    assert!(store.catalog().unwrap().next_id > 77);
}
