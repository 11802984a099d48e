use super::*;
use crate::segment::Segment;

fn logs(dir: &MemoryDir) -> usize {
    dir.files().iter().filter(|path| path.starts_with("wal/")).count()
}

#[test]
fn sealing_changes_nothing_that_is_seen_and_drops_the_log() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..40)).unwrap();
    let before = store.snapshot().unwrap();
    store.append(batch(40..100)).unwrap();
    store.seal().unwrap();
    assert_eq!(store.unsealed_events().unwrap(), 0);
    assert!(store.snapshot().unwrap().segments().iter().all(|segment| segment.meta().id.is_some()));
    assert_eq!(logs(&dir), 1);
    assert_eq!(contents(&before), texts(&events(0..40)));
    assert_holds(&store, 0..100);
    store.append(batch(100..110)).unwrap();
    assert_reader_holds(&dir, 0..110);
    drop(store);
    let store = open(&dir, unsealed());
    assert_eq!((store.recovery().appends, store.recovery().events), (1, 10));
    assert_holds(&store, 0..110);
}

#[test]
fn sealing_nothing_does_nothing() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    let before = (dir.files(), store.catalog().unwrap());
    store.seal().unwrap();
    assert_eq!((dir.files(), store.catalog().unwrap()), before);
}

#[test]
fn rows_and_bytes_both_make_the_store_seal() {
    let rows = open(&MemoryDir::new(), StoreOptions { segment_rows: 10, ..unsealed() });
    rows.append(batch(0..9)).unwrap();
    assert_eq!(rows.unsealed_events().unwrap(), 9);
    rows.append(batch(9..10)).unwrap();
    assert_eq!(rows.unsealed_events().unwrap(), 0);

    let bytes = open(&MemoryDir::new(), StoreOptions { wal_bytes: 1000, ..unsealed() });
    bytes.append(batch(0..1)).unwrap();
    assert_eq!(bytes.unsealed_events().unwrap(), 1);
    bytes.append(batch(1..50)).unwrap();
    assert_eq!(bytes.unsealed_events().unwrap(), 0);
}

/// First and last day, and events, of each segment.
fn shapes(store: &Store) -> Vec<(i64, i64, u32)> {
    let shape = |segment: &Arc<Segment>| {
        let meta = segment.meta();
        (meta.min_time.div_euclid(DAY), meta.max_time.div_euclid(DAY), meta.rows)
    };
    store.snapshot().unwrap().segments().iter().map(shape).collect()
}

fn append_days(store: &Store, days: &[(i64, u64)]) -> Vec<Event> {
    let mut all = Vec::new();
    for &(day, count) in days {
        let start = all.len() as u64;
        // The first and the last millisecond of the day are the day's.
        let millis = |nth: u64| if nth == 0 { day * DAY } else { (day + 1) * DAY - nth.cast_signed() };
        all.extend((0..count).map(|nth| event(start + nth, millis(nth))));
    }
    // Days mixed.
    let mixed: Vec<&Event> = (0..7).flat_map(|start| all.iter().skip(start).step_by(7)).collect();
    store.append(Batch::from_events(mixed.into_iter().cloned()).unwrap()).unwrap();
    all
}

#[test]
fn busy_days_stand_alone_and_quiet_neighbours_are_joined() {
    // Days are joined up to 10 events.
    let store = open(&MemoryDir::new(), StoreOptions { segment_rows: 160, ..unsealed() });
    let all = append_days(&store, &[(-3, 10), (-1, 4), (0, 5), (1, 3), (2, 30), (5, 9), (900, 1), (901, 2)]);
    store.seal().unwrap();
    assert_eq!(shapes(&store), [(-3, -3, 10), (-1, 1, 12), (2, 2, 30), (5, 900, 10), (901, 901, 2)]);
    assert_eq!(contents(&store.snapshot().unwrap()), texts(&all));
}

#[test]
fn a_day_too_large_for_a_segment_makes_several() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    let all = append_days(&store, &[(0, 95), (1, 10)]);
    drop(store);
    let store = open(&dir, StoreOptions { segment_rows: 40, ..unsealed() });
    store.seal().unwrap();
    assert_eq!(shapes(&store), [(0, 0, 40), (0, 0, 40), (0, 0, 15), (1, 1, 10)]);
    assert_eq!(contents(&store.snapshot().unwrap()), texts(&all));
}

#[test]
fn ten_thousand_days_make_few_files() {
    let dir = MemoryDir::new();
    let options = StoreOptions { segment_rows: 1 << 16, ..StoreOptions::default() };
    let store = open(&dir, options);
    let mut loader = store.loader();
    for nth in 0..10_u64 {
        for day in 0..10_000_u64 {
            let event = event(nth * 10_000 + day, (day.cast_signed() - 5_000) * DAY + nth.cast_signed());
            loader.push(&event.as_row()).unwrap();
        }
    }
    assert_eq!(loader.commit().unwrap().events, 100_000);
    let segments = store.snapshot().unwrap().segments().len();
    assert!((16..=32).contains(&segments), "{segments} segments");
    assert_eq!(store.snapshot().unwrap().events(), 100_000);
}
