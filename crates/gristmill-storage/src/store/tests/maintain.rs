use super::*;
use crate::segment::Segment;
use std::io;
use std::sync::atomic::AtomicU8;
use std::thread;
use std::time::{Duration, Instant};

/// Waits until something holds, which it must before long.
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_mins(2), "waited too long until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn load_parts(store: &Store, parts: std::ops::Range<u64>) {
    for part in parts {
        load(store, &events(part * 10..part * 10 + 10));
    }
}

fn segments(store: &Store) -> usize {
    store.catalog().unwrap().segments.len()
}

#[test]
fn seals_and_loads_wake_the_background() {
    let store = Arc::new(open(&MemoryDir::new(), small()));
    let background = Background::start(&store).unwrap();
    load_parts(&store, 0..4);
    wait_until("loads are merged", || segments(&store) < 4);
    wait_until("that is told", || store.maintenance().unwrap().jobs == 1);
    let Maintenance { rounds, bytes, failure, .. } = store.maintenance().unwrap();
    assert_eq!(failure, None);
    assert!(rounds > 0 && bytes > 0);
    let before = segments(&store);
    for part in 4..12 {
        store.append(batch(part * 10..part * 10 + 10)).unwrap();
        store.seal().unwrap();
    }
    wait_until("seals are merged", || segments(&store) < before + 8);
    assert_holds(&store, 0..120);
    drop(background);
    let left = segments(&store);
    load_parts(&store, 12..20);
    thread::sleep(Duration::from_millis(100));
    assert_eq!(segments(&store), left + 8, "nothing is done after its end");
}

#[test]
fn the_background_ends_with_the_store_and_does_not_keep_it() {
    let dir = MemoryDir::new();
    let store = Arc::new(open(&dir, small()));
    let background = Background::start(&store).unwrap();
    load_parts(&store, 0..30);
    store.close().unwrap();
    assert_holds(&store, 0..300);
    background.stop();
    background.stop();
    let left = Arc::downgrade(&store);
    drop(store);
    assert!(left.upgrade().is_none());
    // While a step may be under way.
    let store = Arc::new(open(&dir, small()));
    let background = Background::start(&store).unwrap();
    let left = Arc::downgrade(&store);
    load_parts(&store, 30..60);
    drop(background);
    drop(store);
    assert!(left.upgrade().is_none());
    assert_reader_holds(&dir, 0..600);
    assert_eq!(open(&dir, small()).recovery().leftovers, 0);
}

#[test]
fn a_failure_and_a_panic_are_told_harm_nothing_and_pass() {
    const FINE: u8 = 0;
    const FULL: u8 = 1;
    const PANIC: u8 = 2;
    for (trouble, told) in [(FULL, "cannot compact"), (PANIC, "panicked")] {
        let dir = MemoryDir::new();
        let mode = Arc::new(AtomicU8::new(FINE));
        let of_hook = Arc::clone(&mode);
        let hook = move |call: &str, path: &str| match of_hook.load(Ordering::Relaxed) {
            FULL if call == "create" && path.starts_with("tmp/") => Err(io::ErrorKind::StorageFull.into()),
            PANIC if call == "create" && path.starts_with("tmp/") => panic!("on purpose"),
            _ => Ok(()),
        };
        let store = Arc::new(Store::open(hooked(&dir, hook), small()).unwrap());
        load_parts(&store, 0..4);
        let files = dir.files();
        mode.store(trouble, Ordering::Relaxed);
        let _background = Background::start(&store).unwrap();
        let failure = || store.maintenance().unwrap().failure;
        wait_until("the failure is told", || failure().is_some_and(|reason| reason.contains(told)));
        store.append(batch(40..41)).unwrap();
        assert_eq!(dir.files(), files);
        assert_holds(&store, 0..41);
        mode.store(FINE, Ordering::Relaxed);
        wait_until("it is tried again", || failure().is_none());
        assert!(segments(&store) < 4);
        assert_holds(&store, 0..41);
    }
}

#[test]
fn the_background_deletes_what_is_kept_no_longer_and_takes_deleted_bytes_off_the_disk() {
    let dir = MemoryDir::new();
    let options = StoreOptions { purge_after: Duration::ZERO, ..small() };
    let store = Arc::new(open(&dir, options));
    load(&store, &[event(0, 0), event(1, 100 * DAY)]);
    let background = Background::start(&store).unwrap();
    store.set_retention(Retention { period: Some(86_400_000), ..Retention::default() }).unwrap();
    wait_until("the old event is gone", || store.snapshot().unwrap().events() == 1);
    wait_until("its bytes are gone", || store.remains().unwrap() == Remains::default());
    drop(background);
    let rows: Vec<u32> = store.catalog().unwrap().segments.iter().map(|entry| entry.rows).collect();
    assert_eq!(rows, [1]);
}

#[test]
fn deleted_bytes_leave_the_disk_when_their_time_has_come() {
    let dir = MemoryDir::new();
    let store = open(&dir, StoreOptions { purge_after: Duration::from_hours(1), ..small() });
    load(&store, &events(0..10));
    let first =
        |segments: &[Arc<Segment>]| Ok::<_, StoreError>(segments.iter().map(|_| [0].into()).collect());
    let hour = 3_600_000;
    store.delete(5, first).unwrap();
    let merged = |now: i64| store.purge_round(now, 0, &|| false).unwrap().merged;
    assert_eq!((merged(5), merged(4 + hour), merged(5 + hour), merged(5 + hour)), (0, 0, 1, 0));
    store.delete(5, first).unwrap();
    assert_eq!(merged(4), 1, "a clock that was set back puts nothing off");
    assert_eq!(store.snapshot().unwrap().events(), 8);
}
