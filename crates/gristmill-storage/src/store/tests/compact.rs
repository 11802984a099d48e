use super::*;
use crate::segment::file::Form;
use std::sync::atomic::{AtomicBool, Ordering as Memory};

fn compact(store: &Store) -> Compaction {
    store.compact(2, &|_| {}).unwrap()
}

/// Every event by organization, vendor and time, with those of one instant in the order of the segments.
fn in_order(snapshot: &Snapshot) -> Vec<String> {
    let mut rows = Vec::new();
    for segment in snapshot.segments() {
        segment
            .for_each_row(|row| {
                let text = |dimension| row.text(dimension).map(str::to_owned);
                let tenant = (text(Dimension::OrganizationId), text(Dimension::Vendor));
                rows.push((tenant, row.timestamp, format!("{:?}", row.to_event())));
            })
            .unwrap();
    }
    rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    rows.into_iter().map(|(.., event)| event).collect()
}

/// First and last organization, days from the first to the last event, and events of each segment.
fn layout(store: &Store) -> Vec<(String, String, std::ops::RangeInclusive<i64>, u32)> {
    let of = |entry: SegmentEntry| {
        let days = entry.min_time.div_euclid(DAY)..=entry.max_time.div_euclid(DAY);
        (entry.organizations.first.to_string(), entry.organizations.last.to_string(), days, entry.rows)
    };
    store.catalog().unwrap().segments.into_iter().map(of).collect()
}

#[test]
fn large_tenants_get_segments_of_their_own_and_small_ones_share() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    // Own segments from 8 events on; up to 256 events a segment.
    let april = 90;
    load(&store, &[of("a", 0, 0..7), of("b", 0, 0..8), of("c", DAY, 0..7)].concat());
    load(
        &store,
        &[of("d", 0, 0..200), of("a", april * DAY, 0..1), of("a", (april - 1) * DAY, 7..8)].concat(),
    );
    load(&store, &[of("d", DAY, 0..56), of("d", 2 * DAY, 0..300), of("d", 5 * DAY, 0..1)].concat());
    let before = store.snapshot().unwrap();
    let report = compact(&store);
    let own = |organization: &str, days, rows| (organization.to_owned(), organization.to_owned(), days, rows);
    let mut found = layout(&store);
    found.sort_by_key(|(first, _, days, _)| (first.clone(), *days.start()));
    let expected = [
        own("a", 0..=april - 1, 8),
        own("a", april..=april, 1),
        own("b", 0..=0, 8),
        own("c", 1..=1, 7),
        own("d", 0..=1, 256),
        own("d", 2..=2, 300),
        own("d", 5..=5, 1),
    ];
    assert_eq!(found, expected);
    assert_eq!((report.written, report.after.segments, report.after.events), (7, 7, report.before.events));
    assert_eq!(in_order(&store.snapshot().unwrap()), in_order(&before));
    for segment in store.snapshot().unwrap().segments() {
        assert_eq!(segment.form(), Some(Form::Compressed));
    }
}

#[test]
fn small_tenants_share_segments_up_to_their_size() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for tenant in 0..100 {
        load(&store, &of(&format!("{tenant:03}"), tenant * 1_000, 0..7));
    }
    compact(&store);
    let tenants =
        |first: u32, last: u32| (format!("{first:03}"), format!("{last:03}"), 0..=0, (last - first + 1) * 7);
    assert_eq!(layout(&store), [tenants(0, 35), tenants(36, 71), tenants(72, 99)]);
}

#[test]
fn what_lies_right_is_left_alone() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load(&store, &events(0..500));
    load(&store, &of("o2", 400_000, 0..3));
    compact(&store);
    let files = dir.files();
    let again = compact(&store);
    assert_eq!((again.written, again.before), (0, again.after));
    assert_eq!(dir.files(), files);
    // Only the tenant that got more is written anew.
    load(&store, &of("o2", 0, 3..4));
    assert_eq!(compact(&store).written, 1);
    assert_eq!(compact(&store).written, 0);
}

#[test]
fn events_of_one_instant_keep_the_order_of_their_arrival() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for part in 0..5 {
        load(&store, &of("o", 7, part * 10..part * 10 + 10));
        if part == 3 {
            compact(&store);
        }
    }
    let expected: Vec<String> = of("o", 7, 0..50).iter().map(|event| format!("{event:?}")).collect();
    assert_eq!(in_order(&store.snapshot().unwrap()), expected);
    compact(&store);
    assert_eq!(in_order(&store.snapshot().unwrap()), expected);
}

#[test]
fn a_snapshot_keeps_its_files_until_it_is_dropped() {
    let dir = MemoryDir::new();
    // Nothing is kept in memory, so that every read needs the files.
    let store = open(&dir, StoreOptions { cache_bytes: 0, ..small() });
    load(&store, &events(0..300));
    let old = store.snapshot().unwrap();
    let before = dir.files();
    compact(&store);
    assert!(before.iter().filter(|path| path.starts_with("seg/")).all(|path| dir.files().contains(path)));
    assert_eq!(contents(&old), texts(&events(0..300)));
    assert_holds(&store, 0..300);
    drop(old);
    let of_segments = |path: &String| path.starts_with("seg/");
    let listed = store.catalog().unwrap().segments.len() * 2;
    assert_eq!(dir.files().iter().filter(|path| of_segments(path)).count(), listed);
    assert_holds(&store, 0..300);
    drop(store);
    assert_eq!(open(&dir, small()).recovery().leftovers, 0);
    assert_reader_holds(&dir, 0..300);
}

#[test]
fn appends_loads_and_fetches_go_on_meanwhile() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load(&store, &events(0..1_000));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20 {
                compact(&store);
            }
            done.store(true, Memory::Relaxed);
        });
        let mut next = 1_000;
        while !done.load(Memory::Relaxed) {
            store.append(batch(next..next + 10)).unwrap();
            assert_holds(&store, 0..next + 10);
            next += 10;
        }
        assert_holds(&store, 0..next);
        store.seal().unwrap();
        compact(&store);
        assert_holds(&store, 0..next);
        assert_reader_holds(&dir, 0..next);
    });
}

#[test]
fn a_reader_that_opens_meanwhile_starts_anew() {
    let dir = MemoryDir::new();
    let store = Arc::new(open(&dir, small()));
    load(&store, &events(0..300));
    let writer = Arc::clone(&store);
    // After it read the catalog.
    let happened = AtomicBool::new(false);
    let beside = hooked(&dir, move |_, path| {
        if path.starts_with("seg/") && !happened.swap(true, Memory::Relaxed) {
            assert!(compact(&writer).written > 0);
        }
        Ok(())
    });
    let reader = Reader::open(&beside, &StoreOptions::default()).unwrap();
    assert_eq!(reader.recovery().damaged_segments, 0);
    assert_eq!(reader.catalog().segments, store.catalog().unwrap().segments);
    assert_eq!(contents(&reader.snapshot()), texts(&events(0..300)));
}

#[test]
fn progress_ends_at_what_there_is_to_write() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load(&store, &events(0..300));
    let seen = Mutex::new(Vec::new());
    store.compact(1, &|progress| seen.lock().unwrap().push(progress)).unwrap();
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.first(), Some(&CompactionProgress { done: 0, total: 300 }));
    assert_eq!(seen.last(), Some(&CompactionProgress { done: 300, total: 300 }));
    assert!(seen.is_sorted_by_key(|progress| progress.done));
}

#[test]
fn a_compaction_that_fails_changes_nothing() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    load(&store, &events(0..300));
    let damaged = dir.files().into_iter().find(|path| path.starts_with("seg/")).unwrap();
    let intact = dir.bytes(&damaged).unwrap();
    let before = dir.files();
    dir.set_bytes(&damaged, vec![0; intact.len()]).unwrap();
    let error = store.compact(1, &|_| {}).unwrap_err();
    assert!(error.to_string().contains(&damaged), "{error}");
    dir.set_bytes(&damaged, intact).unwrap();
    assert_eq!(dir.files(), before);
    assert_holds(&store, 0..300);
    assert!(compact(&store).written > 0);
    assert_holds(&store, 0..300);
}
