use super::*;
use roaring::RoaringBitmap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Nothing is kept in memory, so that every read needs the files.
fn uncached() -> StoreOptions {
    StoreOptions { cache_bytes: 0, ..small() }
}

fn read(dir: &MemoryDir) -> Reader {
    Reader::open(&shared(dir), &uncached()).unwrap()
}

fn files_in(dir: &MemoryDir, folder: &str) -> Vec<String> {
    dir.files().into_iter().filter(|path| path.starts_with(folder)).collect()
}

/// Loads so many parts of ten events each, from the number `first` on.
fn load_parts(store: &Store, first: u64, parts: u64) {
    for part in 0..parts {
        let start = first + part * 10;
        load(store, &events(start..start + 10));
    }
}

fn listed(store: &Store) -> usize {
    store.catalog().unwrap().segments.len() * 2
}

#[test]
fn a_reader_keeps_its_files_until_it_is_dropped() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load_parts(&store, 0, 4);
    let before = files_in(&dir, "seg/");
    let reader = read(&dir);
    assert!(store.compact(1, &|_| {}).unwrap().written > 0);
    assert!(before.iter().all(|path| dir.files().contains(path)), "the reader has them");
    assert_eq!(contents(&reader.snapshot()), texts(&events(0..40)));
    let later = read(&dir);
    load_parts(&store, 40, 4);
    store.compact(1, &|_| {}).unwrap();
    assert_eq!(contents(&reader.snapshot()), texts(&events(0..40)));
    // A snapshot holds them as the reader does.
    let snapshot = reader.snapshot();
    drop(reader);
    store.pins.sweep();
    assert!(before.iter().all(|path| dir.files().contains(path)));
    drop(snapshot);
    store.pins.sweep();
    assert!(!before.iter().any(|path| dir.files().contains(path)));
    assert_eq!(contents(&later.snapshot()), texts(&events(0..40)));
    drop(later);
    store.pins.sweep();
    assert_eq!(files_in(&dir, "seg/").len(), listed(&store));
    assert_eq!(files_in(&dir, "pins/"), [format!("pins/{}", store.catalog().unwrap().epoch)]);
    assert_holds(&store, 0..80);
}

#[test]
fn files_that_a_reader_has_outlive_the_writer() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load_parts(&store, 0, 4);
    let reader = read(&dir);
    store.compact(1, &|_| {}).unwrap();
    drop(store);
    let store = open(&dir, small());
    assert_eq!(store.recovery().leftovers, 0);
    assert_eq!(contents(&reader.snapshot()), texts(&events(0..40)));
    assert!(files_in(&dir, "seg/").len() > listed(&store));
    drop(reader);
    store.pins.sweep();
    assert_eq!(files_in(&dir, "seg/").len(), listed(&store));
    // And without one they are removed at once.
    let reader = read(&dir);
    load_parts(&store, 40, 4);
    store.compact(1, &|_| {}).unwrap();
    drop(store);
    drop(reader);
    let store = open(&dir, small());
    assert!(store.recovery().leftovers > 0);
    assert_eq!(files_in(&dir, "seg/").len(), listed(&store));
}

#[test]
fn a_writer_that_goes_on_while_a_reader_pins_is_followed() {
    for call in ["try_lock_shared", "open"] {
        let dir = MemoryDir::new();
        let store = Arc::new(open(&dir, small()));
        load_parts(&store, 0, 4);
        let writer = Arc::clone(&store);
        let calls = AtomicU64::new(0);
        let beside = hooked(&dir, move |name, _| {
            // Until the third such call the catalog goes out of date each time.
            if name == call && calls.fetch_add(1, Ordering::Relaxed) < 3 {
                load_parts(&writer, 40, 1);
                assert!(writer.compact(1, &|_| {}).unwrap().written > 0);
            }
            Ok(())
        });
        let reader = Reader::open(&beside, &uncached()).unwrap();
        assert_eq!(reader.recovery().damaged_segments, 0);
        let events = reader.snapshot().events();
        assert!(store.compact(1, &|_| {}).is_ok());
        load_parts(&store, 40, 1);
        store.compact(1, &|_| {}).unwrap();
        assert_eq!(contents(&reader.snapshot()).len() as u64, events, "after {call}");
    }
}

#[test]
fn a_lock_that_came_too_late_is_not_relied_on() {
    let dir = MemoryDir::new();
    let store = Arc::new(open(&dir, small()));
    let change = |store: &Store| {
        load_parts(store, 40, 1);
        store.compact(1, &|_| {}).unwrap();
    };
    load_parts(&store, 0, 4);
    // Holds the files for the other one, but for a moment only.
    let first = read(&dir);
    change(&store);
    let (writer, tree, done) = (Arc::clone(&store), dir.clone(), AtomicBool::new(false));
    let beside = hooked(&dir, move |call, path| {
        if call == "try_lock_shared" && !done.swap(true, Ordering::Relaxed) {
            change(&writer);
            // Opened before it was removed, and locked after.
            assert!(!tree.files().contains(&path.to_owned()));
            tree.create(path)?;
        }
        Ok(())
    });
    let reader = Reader::open(&beside, &uncached()).unwrap();
    drop(first);
    store.pins.sweep();
    assert_eq!(contents(&reader.snapshot()).len(), 60);
}

#[test]
fn a_store_without_pins_can_be_read() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load_parts(&store, 0, 4);
    drop(store);
    let copy = dir.fork();
    files_in(&copy, "pins/").iter().for_each(|path| copy.remove(path).unwrap());
    assert_reader_holds(&copy, 0..40);
    let refused = hooked(&copy, |call, _| match call {
        "try_lock_shared" => Err(io::ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    });
    assert_eq!(Reader::open(&refused, &small()).unwrap().snapshot().events(), 40);
    let store = open(&copy, small());
    assert_eq!(files_in(&copy, "pins/").len(), 1);
    assert_holds(&store, 0..40);
}

#[test]
fn a_refresh_goes_on_and_opens_only_what_is_new() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load_parts(&store, 0, 2);
    let opened = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&opened);
    let beside = hooked(&dir, move |call, path| {
        count.fetch_add(u64::from(call == "open" && path.starts_with("seg/")), Ordering::Relaxed);
        Ok(())
    });
    let reader = Reader::open(&beside, &StoreOptions::default()).unwrap();
    let first = reader.snapshot();
    let taken = || opened.swap(0, Ordering::Relaxed);
    let holds = |numbers| assert_eq!(contents(&reader.snapshot()), texts(&events(numbers)));
    assert!(taken() > 0);
    assert!(!reader.refresh().unwrap());
    assert_eq!(taken(), 0);
    store.append(batch(20..25)).unwrap();
    assert!(reader.refresh().unwrap());
    assert_eq!(taken(), 0);
    holds(0..25);
    store.append(batch(25..28)).unwrap();
    assert!(reader.refresh().unwrap());
    assert!(!reader.refresh().unwrap());
    holds(0..28);
    taken();
    store.seal().unwrap();
    assert!(reader.refresh().unwrap());
    assert_eq!(taken(), 2, "the files of the new segment");
    holds(0..28);
    let ids =
        |snapshot: &Snapshot| snapshot.segments().iter().map(|segment| segment.id()).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&reader.snapshot())[..2], "and the others are the same");
    // A deletion, a compaction, a writer that opens anew.
    let one = |segments: &[Arc<crate::segment::Segment>]| {
        let mut rows = vec![RoaringBitmap::new(); segments.len()];
        rows[0].insert(0);
        Ok::<_, StoreError>(rows)
    };
    store.delete(0, one).unwrap();
    assert!(reader.refresh().unwrap());
    assert_eq!(reader.snapshot().events(), 27);
    store.compact(1, &|_| {}).unwrap();
    assert!(reader.refresh().unwrap());
    assert_eq!(reader.snapshot().events(), 27);
    drop(store);
    let store = open(&dir, small());
    store.append(batch(28..30)).unwrap();
    assert!(reader.refresh().unwrap());
    assert_eq!(reader.snapshot().events(), 29);
    assert_eq!(reader.catalog().segments, store.catalog().unwrap().segments);
    assert_eq!(contents(&first), texts(&events(0..20)), "a snapshot stays as it was");
}

#[test]
fn a_reader_beside_a_busy_writer_sees_an_advancing_view() {
    let dir = MemoryDir::new();
    let store = open(&dir, StoreOptions { segment_rows: 16, ..small() });
    let done = AtomicBool::new(false);
    let acknowledged = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..200 {
                store.append(batch(number * 3..number * 3 + 3)).unwrap();
                acknowledged.store(number * 3 + 3, Ordering::Release);
                if number % 9 == 0 {
                    store.compact_round(0, &|| false).unwrap();
                }
                if number % 70 == 69 {
                    store.compact(1, &|_| {}).unwrap();
                }
            }
            done.store(true, Ordering::Release);
        });
        let reader = read(&dir);
        let (mut seen, mut older) = (0, Vec::new());
        while !done.load(Ordering::Acquire) {
            let least = acknowledged.load(Ordering::Acquire);
            reader.refresh().unwrap();
            let snapshot = reader.snapshot();
            let now = snapshot.events();
            assert!(
                now >= seen && now >= least && now.is_multiple_of(3),
                "{now} after {seen}, {least} acknowledged"
            );
            assert_eq!(contents(&snapshot), texts(&events(0..now)));
            assert_eq!(reader.recovery().damaged_segments, 0);
            seen = now;
            older.push((now, snapshot));
            if older.len() > 5 {
                let (events_then, oldest) = older.remove(0);
                assert_eq!(contents(&oldest), texts(&events(0..events_then)));
            }
        }
        reader.refresh().unwrap();
        assert_eq!(reader.snapshot().events(), 600);
    });
    store.pins.sweep();
    assert_eq!(files_in(&dir, "seg/").len(), listed(&store));
    assert_eq!(files_in(&dir, "pins/").len(), 1);
}
