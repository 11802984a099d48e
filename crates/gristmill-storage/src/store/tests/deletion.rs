use super::*;
use crate::segment::Segment;
use roaring::RoaringBitmap;
use std::collections::BTreeSet;

/// The rows of a segment whose session has one of these numbers.
fn rows_of(segment: &Segment, numbers: &BTreeSet<u64>) -> RoaringBitmap {
    let rows = segment.rows().unwrap();
    let sessions: Vec<String> = numbers.iter().map(|number| format!("session {number}")).collect();
    let is_wanted = |row: &u32| {
        rows.get(*row as usize)
            .text(Dimension::SessionId)
            .is_some_and(|text| sessions.iter().any(|s| s == text))
    };
    (0..segment.meta().rows).filter(is_wanted).collect()
}

pub(super) fn delete(store: &Store, numbers: impl IntoIterator<Item = u64>) -> Deleted {
    let numbers = numbers.into_iter().collect();
    let find = |segments: &[Arc<Segment>]| {
        Ok::<_, StoreError>(segments.iter().map(|segment| rows_of(segment, &numbers)).collect())
    };
    store.delete(7, find).unwrap()
}

pub(super) fn assert_holds_all_but(store: &Store, numbers: std::ops::Range<u64>, deleted: &[u64]) {
    let left: Vec<Event> = numbers
        .filter(|number| !deleted.contains(number))
        .map(|number| event(number, number.cast_signed() * 1000))
        .collect();
    let snapshot = store.snapshot().unwrap();
    assert_eq!(contents(&snapshot), texts(&left));
    assert_eq!(snapshot.events(), left.len() as u64);
}

pub(super) fn named(dir: &MemoryDir, ending: &str) -> Vec<String> {
    dir.files().into_iter().filter(|path| path.ends_with(ending)).collect()
}

fn files(dir: &MemoryDir, ending: &str) -> usize {
    named(dir, ending).len()
}

#[test]
fn deleted_events_are_gone_at_once_and_for_good() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..40)).unwrap();
    store.seal().unwrap();
    store.append(batch(40..50)).unwrap();
    let before = store.snapshot().unwrap();
    assert_eq!(delete(&store, [3, 4, 45, 99]), Deleted { events: 3, segments: 2, dropped: 0 });
    assert_holds_all_but(&store, 0..50, &[3, 4, 45]);
    assert_eq!(contents(&before), texts(&events(0..50)), "a snapshot does not change");
    assert_eq!(delete(&store, [3, 4]), Deleted::default(), "they are deleted already");
    assert_eq!(delete(&store, [5, 4]), Deleted { events: 1, segments: 1, dropped: 0 });
    assert_eq!(files(&dir, ".del"), 2, "the file before is removed");
    assert_holds_all_but(&store, 0..50, &[3, 4, 5, 45]);
    drop(store);
    let reader = Reader::open(&shared(&dir), &small()).unwrap();
    assert_eq!(reader.snapshot().events(), 46);
    let store = open(&dir, small());
    assert_eq!(store.recovery().leftovers, 0);
    assert_holds_all_but(&store, 0..50, &[3, 4, 5, 45]);
}

#[test]
fn a_segment_without_an_event_left_is_dropped_with_its_files() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..10)).unwrap();
    store.seal().unwrap();
    store.append(batch(10..20)).unwrap();
    store.seal().unwrap();
    delete(&store, 0..3);
    assert_eq!(delete(&store, 3..12), Deleted { events: 9, segments: 2, dropped: 1 });
    assert_eq!((files(&dir, ".arrow"), files(&dir, ".idx"), files(&dir, ".del")), (1, 1, 1));
    assert_holds_all_but(&store, 0..20, &(0..12).collect::<Vec<_>>());
    let catalog = store.catalog().unwrap();
    assert_eq!((catalog.segments.len(), catalog.sealed_events(), catalog.epoch), (1, 8, 1));
    // Once nothing is left there is nothing to delete in.
    delete(&store, 0..20);
    assert_eq!(store.snapshot().unwrap().events(), 0);
    assert_eq!(files(&dir, ".arrow"), 0);
}

#[test]
fn rewriting_a_segment_drops_what_is_deleted() {
    for purge in [false, true] {
        let dir = MemoryDir::new();
        let store = open(&dir, small());
        store.append(batch(0..30)).unwrap();
        store.seal().unwrap();
        store.append(batch(30..50)).unwrap();
        store.seal().unwrap();
        let deleted = [0, 2, 3, 4, 17, 29];
        delete(&store, deleted);
        let report =
            if purge { store.purge(1, &|_| {}).unwrap() } else { store.compact(1, &|_| {}).unwrap() };
        assert_eq!((report.before.events, report.after.events), (44, 44));
        assert_holds_all_but(&store, 0..50, &deleted);
        let catalog = store.catalog().unwrap();
        assert!(catalog.segments.iter().all(|entry| entry.deletion.is_none()));
        assert_eq!(catalog.segments.iter().map(|entry| u64::from(entry.rows)).sum::<u64>(), 44);
        assert_eq!(files(&dir, ".del"), 0);
        for path in dir.files() {
            // Texts lie in the files as they are, in short dictionaries even where they are compressed.
            let bytes = dir.bytes(&path).unwrap();
            let session = b"session 17";
            assert!(!bytes.windows(session.len()).any(|window| window == session), "{path}");
        }
        assert_eq!(store.purge(1, &|_| {}).unwrap().written, 0, "a second one finds nothing");
        drop(store);
        assert_holds_all_but(&open(&dir, small()), 0..50, &deleted);
    }
}

#[test]
fn a_purge_leaves_other_segments_alone() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for start in [0, 10, 20] {
        store.append(batch(start..start + 10)).unwrap();
        store.seal().unwrap();
    }
    delete(&store, [12]);
    let before: Vec<u64> = store.catalog().unwrap().segments.iter().map(|entry| entry.id).collect();
    store.purge(1, &|_| {}).unwrap();
    let after: Vec<u64> = store.catalog().unwrap().segments.iter().map(|entry| entry.id).collect();
    assert!(after.contains(&before[0]) && after.contains(&before[2]) && !after.contains(&before[1]));
}

#[test]
fn a_deletion_that_is_overtaken_by_a_compaction_is_worked_out_anew() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..20)).unwrap();
    store.seal().unwrap();
    store.append(batch(20..30)).unwrap();
    store.seal().unwrap();
    let numbers = BTreeSet::from([7]);
    let calls = std::cell::Cell::new(0);
    let find = |segments: &[Arc<Segment>]| {
        let rows = segments.iter().map(|segment| rows_of(segment, &numbers)).collect();
        if calls.replace(calls.get() + 1) == 0 {
            store.compact(1, &|_| {})?;
        }
        Ok::<_, StoreError>(rows)
    };
    assert_eq!(store.delete(0, find).unwrap().events, 1);
    assert_eq!(calls.get(), 2);
    assert_holds_all_but(&store, 0..30, &[7]);
    assert_eq!(files(&dir, ".del"), 1, "the first try left nothing behind");
}

#[test]
fn a_compaction_that_is_overtaken_by_a_deletion_is_worked_out_anew() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..20)).unwrap();
    store.seal().unwrap();
    let is_first = std::sync::atomic::AtomicBool::new(true);
    let observe = |progress: CompactionProgress| {
        if progress.done > 0 && is_first.swap(false, Ordering::Relaxed) {
            delete(&store, [7]);
        }
    };
    let report = store.compact(1, &observe).unwrap();
    assert_eq!((report.written, report.after.events), (1, 19));
    assert_holds_all_but(&store, 0..20, &[7]);
    assert_eq!((files(&dir, ".del"), files(&dir, ".arrow")), (0, 1));
}

#[test]
fn a_damaged_file_of_deleted_rows_brings_no_event_back() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..20)).unwrap();
    delete(&store, [7]);
    drop(store);
    let path = &named(&dir, ".del")[0];
    dir.remove(path).unwrap();
    let store = open(&dir, small());
    assert_eq!(store.recovery().damaged_segments, 1);
    let segment = Arc::clone(&store.snapshot().unwrap().segments()[0]);
    let error = segment.timestamps().unwrap_err().to_string();
    assert!(error.contains(path), "{error}");
}

#[test]
fn events_are_kept_as_long_as_their_organization_says() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let day = |number: u64, day: i64| event(number, day * DAY + 5);
    // o1, o2 and o3 in turn.
    let all: Vec<Event> = (0..30).map(|number| day(number, (number / 3).cast_signed())).collect();
    store.append(Batch::from_events(all).unwrap()).unwrap();
    store.seal().unwrap();
    let millis = |days: u64| Some(days * 86_400_000);
    let organizations = [("o2".into(), millis(2)), ("o3".into(), None)].into();
    let retention = Retention { period: millis(5), organizations };
    store.set_retention(retention.clone()).unwrap();
    assert_eq!(store.snapshot().unwrap().events(), 30, "saying so deletes nothing");
    // Day 9 has begun: o1 keeps days from 4 on, o2 from 7 on, o3 all.
    assert_eq!(store.expire(9 * DAY + 7).unwrap().events, 4 + 7);
    let left = |number: &u64| match (number % 3, number / 3) {
        (0, day) => day >= 4,
        (1, day) => day >= 7,
        _ => true,
    };
    let expected: Vec<Event> =
        (0..30).filter(left).map(|number| day(number, (number / 3).cast_signed())).collect();
    assert_eq!(contents(&store.snapshot().unwrap()), texts(&expected));
    // A clock that jumps ahead deletes nothing that the newest event does not make old.
    assert_eq!(store.expire(i64::MAX).unwrap().events, 0);
    drop(store);
    let store = open(&dir, small());
    assert_eq!(store.retention().unwrap(), retention);
    assert_eq!(contents(&store.snapshot().unwrap()), texts(&expected));
}

#[test]
fn segments_that_have_expired_as_a_whole_are_dropped_unread() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..20)).unwrap();
    store.seal().unwrap();
    store.append(Batch::from_events([event(20, 90 * DAY)]).unwrap()).unwrap();
    store.seal().unwrap();
    drop(store);
    dir.remove(&named(&dir, ".arrow")[0]).unwrap();
    let store = open(&dir, small());
    store.set_retention(Retention { period: Some(86_400_000), ..Retention::default() }).unwrap();
    assert_eq!(store.expire(90 * DAY).unwrap(), Deleted { events: 20, segments: 1, dropped: 1 });
    assert_eq!(contents(&store.snapshot().unwrap()), texts(&[event(20, 90 * DAY)]));
}
