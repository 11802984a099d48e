use super::*;
use crate::segment::SegmentBuilder;

fn push(loader: &mut Loader<'_>, numbers: std::ops::Range<u64>) {
    for event in events(numbers) {
        loader.push(&event.as_row()).unwrap();
    }
}

#[test]
fn a_load_is_seen_whole_and_only_after_its_commit() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..10)).unwrap();
    let mut loader = store.loader();
    push(&mut loader, 10..300);
    assert_holds(&store, 0..10);
    assert_reader_holds(&dir, 0..10);
    assert_eq!(loader.commit().unwrap(), Receipt { events: 290, sequence: 1 });
    assert_holds(&store, 0..300);
    assert_reader_holds(&dir, 0..300);
    store.append(batch(300..301)).unwrap();
    drop(store);
    assert_holds(&open(&dir, small()), 0..301);
}

/// Every segment of a store, row by row.
fn segments(store: &Store) -> Vec<Vec<Event>> {
    let snapshot = store.snapshot().unwrap();
    let rows = |segment: &Arc<crate::segment::Segment>| {
        let mut rows = Vec::new();
        segment.for_each_row(|row| rows.push(row.to_event())).unwrap();
        rows
    };
    snapshot.segments().iter().map(rows).collect()
}

#[test]
fn threads_and_builders_change_nothing() {
    let events: Vec<Event> = (0..500).map(|number| event(number, (number % 9).cast_signed() * DAY)).collect();
    let load = |threads: usize, chunk: usize| {
        let store = open(&MemoryDir::new(), small());
        let mut loader = store.loader().with_threads(threads);
        for chunk in events.chunks(chunk) {
            let mut builder = SegmentBuilder::new();
            chunk.iter().for_each(|event| builder.push(&event.as_row()).unwrap());
            loader.append(builder).unwrap();
        }
        loader.commit().unwrap();
        assert_eq!(contents(&store.snapshot().unwrap()), texts(&events));
        segments(&store)
    };
    let one_by_one = load(1, 1);
    assert!(one_by_one.iter().all(|rows| rows.len() <= 64));
    assert_eq!(load(3, 1), one_by_one);
    // A chunk that is larger than a segment is cut as a whole.
    let at_once = load(1, 500);
    assert!(at_once.iter().all(|rows| rows.len() <= 64));
    assert_eq!(load(4, 500), at_once);
}

#[test]
fn a_dropped_load_leaves_nothing_behind() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let before = dir.files();
    let mut loader = store.loader();
    push(&mut loader, 0..300);
    assert_ne!(dir.files(), before);
    drop(loader);
    assert_eq!(dir.files(), before);
    assert_holds(&store, 0..0);
}

#[test]
fn what_a_killed_load_left_is_removed_by_the_next_writer() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let mut loader = store.loader();
    push(&mut loader, 0..300);
    let killed = dir.fork();
    let written = killed.files().iter().filter(|path| path.starts_with("tmp/")).count() as u64;
    let reopened = open(&killed, small());
    assert!(written > 0);
    // The files of the load, and the log that was rewritten does not count.
    assert_eq!(reopened.recovery().leftovers, written);
    assert!(killed.files().iter().all(|path| !path.starts_with("tmp/")));
    let mut again = reopened.loader();
    push(&mut again, 0..300);
    again.commit().unwrap();
    assert_holds(&reopened, 0..300);
}

#[test]
fn a_load_with_a_known_token_stores_nothing() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let load = |store: &Store, numbers| {
        let mut loader = store.loader().with_token("file 1");
        push(&mut loader, numbers);
        loader.commit().unwrap()
    };
    let receipt = load(&store, 0..100);
    let files = dir.files();
    assert_eq!(load(&store, 0..100), receipt);
    assert_eq!(store.append(batch(0..3).with_token("file 1").unwrap()).unwrap(), receipt);
    assert!(dir.files().iter().filter(|path| path.starts_with("seg/")).all(|path| files.contains(path)));
    drop(store);
    let store = open(&dir, small());
    assert_eq!(load(&store, 0..100), receipt);
    assert_holds(&store, 0..100);
}

#[test]
fn an_empty_load_can_be_committed() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    assert_eq!(store.loader().commit().unwrap(), Receipt { events: 0, sequence: 0 });
    let receipt = store.loader().with_token("nothing").commit().unwrap();
    drop(store);
    assert_eq!(open(&dir, small()).receipt("nothing").unwrap(), Some(receipt));
}

#[test]
fn loads_appends_and_seals_keep_the_order_of_the_catalog() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    std::thread::scope(|scope| {
        for part in 0..4_u64 {
            let store = &store;
            scope.spawn(move || {
                let mut loader = store.loader();
                push(&mut loader, part * 200..part * 200 + 100);
                loader.commit().unwrap();
                store.append(batch(part * 200 + 100..part * 200 + 200)).unwrap();
            });
        }
    });
    store.seal().unwrap();
    let listed: Vec<u64> = store.catalog().unwrap().segments.iter().map(|segment| segment.id).collect();
    let seen: Vec<u64> =
        store.snapshot().unwrap().segments().iter().filter_map(|segment| segment.meta().id).collect();
    assert_eq!(seen, listed);
    assert_holds(&store, 0..800);
}

#[test]
fn thousands_of_segments_take_no_open_file_each() {
    let dir = MemoryDir::new();
    let options = || StoreOptions { segment_rows: 1, cache_bytes: 1 << 20, ..StoreOptions::default() };
    let store = open(&dir, options());
    let mut loader = store.loader();
    push(&mut loader, 0..3000);
    loader.commit().unwrap();
    drop(store);
    let store = open(&dir, options());
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.segments().len(), 3000);
    for segment in snapshot.segments() {
        // The log is the one file open, before, while and after a segment is read.
        segment.for_each_row(|_| assert_eq!(dir.open_handles(), 1)).unwrap();
    }
    assert_holds(&store, 0..3000);
    assert_eq!(dir.open_handles(), 1);
}
