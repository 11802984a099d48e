use super::*;
use crate::segment::Segment;
use crate::segment::file::Form;
use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicBool, AtomicUsize};

fn round(store: &Store) -> Round {
    store.compact_round(0, &|| false).unwrap()
}

/// Rounds until there is nothing left to merge, added up.
fn rounds(store: &Store) -> Round {
    let mut total = Round::default();
    loop {
        let Round { merged, written, events, bytes } = round(store);
        if merged == 0 {
            return total;
        }
        total.merged += merged;
        total.written += written;
        total.events += events;
        total.bytes += bytes;
    }
}

fn entries(store: &Store) -> Vec<SegmentEntry> {
    store.catalog().unwrap().segments
}

fn paths(dir: &MemoryDir) -> Vec<String> {
    dir.files().into_iter().filter(|path| path.starts_with("seg/") || path.starts_with("tmp/")).collect()
}

#[test]
fn many_small_seals_become_few_segments_and_no_event_is_rewritten_often() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    let (mut next, mut most, mut rewritten) = (0, 0, 0);
    for append in 0..600 {
        let count = append % 5 + 1;
        store.append(batch(next..next + count)).unwrap();
        store.seal().unwrap();
        next += count;
        rewritten += rounds(&store).events;
        most = most.max(entries(&store).iter().filter(|entry| entry.rows <= 64).count());
    }
    assert_holds(&store, 0..next);
    // Four tiers of shared segments, and three of each of the three organizations' own, of up to three segments each.
    assert!(most <= 3 * 4 + 3 * 3 * 3, "{most} segments");
    assert!(entries(&store).iter().any(|entry| entry.rows > 64));
    // Once for each tier, and once more on the way to a segment of the organization's own.
    assert!(rewritten <= next * 7, "{rewritten} rewritten of {next}");
    drop(store);
    assert_reader_holds(&dir, 0..next);
    assert_holds(&open(&dir, small()), 0..next);
}

#[test]
fn a_round_merges_a_tier_and_compresses_it() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for tenant in ["a", "b", "c"] {
        load(&store, &[of(tenant, 0, 0..5), of("z", 0, 0..4)].concat());
    }
    assert_eq!(round(&store), Round::default(), "three are not enough");
    load(&store, &[of("y", 0, 0..2), of("z", 0, 4..8)].concat());
    let before = contents(&store.snapshot().unwrap());
    let found = round(&store);
    assert_eq!((found.merged, found.written, found.events), (4, 2, 33));
    assert_eq!(contents(&store.snapshot().unwrap()), before);
    let of_z: Vec<u32> = entries(&store)
        .iter()
        .filter(|entry| &*entry.organizations.first == "z")
        .map(|entry| entry.rows)
        .collect();
    assert_eq!(of_z, [16], "a segment of its own");
    assert_eq!(found.bytes, SegmentsTotal::of(&entries(&store)).bytes);
    let compressed = |segment: &&Arc<Segment>| segment.form() == Some(Form::Compressed);
    assert_eq!(store.snapshot().unwrap().segments().iter().filter(compressed).count(), 2);
    assert_eq!(round(&store), Round::default());
    assert_eq!(paths(&dir).len(), entries(&store).len() * 2);
}

#[test]
fn late_events_join_their_quarter() {
    let dir = MemoryDir::new();
    let store = open(&dir, StoreOptions { segment_rows: 1024, ..small() });
    let quarter = 100 * DAY;
    for part in 0..4 {
        load(&store, &[of("a", 0, part * 100..part * 100 + 100), of("b", 0, part..part + 1)].concat());
    }
    assert_eq!(rounds(&store).merged, 4);
    // A piece that is worth a file has 16 events here, and these are in two quarters.
    let late = |part: u64| [of("c", 5, part * 3..part * 3 + 3), of("c", quarter, part..part + 1)].concat();
    (0..4).for_each(|part| load(&store, &late(part)));
    assert_eq!(rounds(&store).written, 1, "late events wait together until they are more");
    // Twice as many are, and go to the tenants of their quarter.
    (4..12).for_each(|part| load(&store, &late(part)));
    assert_eq!(rounds(&store).written, 2);
    load(&store, &[of("d", 7, 0..20), of("e", 7, 0..20)].concat());
    load(&store, &[of("d", 7, 20..40), of("e", 7, 20..40)].concat());
    load(&store, &[of("d", 7, 40..60), of("e", 7, 40..60)].concat());
    assert_eq!(rounds(&store).events, 24 + 120 + 4, "and the smaller ones of that quarter");
    assert_eq!(store.snapshot().unwrap().events(), 404 + 12 * 4 + 120);
}

#[test]
fn a_damaged_segment_is_passed_over_and_the_others_go_on() {
    for missing in [false, true] {
        let dir = MemoryDir::new();
        let store = open(&dir, small());
        for part in 0..9 {
            load(&store, &events(part * 10..part * 10 + 10));
        }
        let damaged = entries(&store)[2].id;
        let quarantined = entries(&store)[5].id;
        hold(&store.catalog).unwrap().segments[5].quarantined = true;
        let path = format!("seg/{damaged}.arrow");
        if missing {
            dir.remove(&path).unwrap();
        } else {
            dir.set_bytes(&path, vec![0; dir.bytes(&path).unwrap().len()]).unwrap();
        }
        assert_eq!(rounds(&store).events, 70, "missing: {missing}");
        let left = entries(&store);
        assert!(left.iter().any(|entry| entry.id == quarantined));
        assert!(left.iter().any(|entry| entry.id == damaged && entry.rows == 10));
        assert!(left.len() < 9);
        assert_eq!(paths(&dir).len(), left.len() * 2 - usize::from(missing));
    }
}

#[test]
fn a_round_can_be_stopped_at_any_point() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for part in 0..4 {
        load(&store, &events(part * 12..part * 12 + 12));
    }
    let before = paths(&dir);
    let mut allowed = 0;
    loop {
        let asked = AtomicUsize::new(0);
        match store.compact_round(0, &|| asked.fetch_add(1, Ordering::Relaxed) >= allowed) {
            Err(StoreError::Stopped) => {
                assert_eq!(paths(&dir), before);
                assert_holds(&store, 0..48);
            }
            result => break assert_eq!(result.unwrap().events, 48),
        }
        allowed += 1;
    }
    assert!(allowed > 20, "asked before each column");
    assert_holds(&store, 0..48);
}

#[test]
fn a_segment_that_changed_meanwhile_is_not_replaced() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for part in 0..5 {
        load(&store, &events(part * 10..part * 10 + 10));
    }
    let listed = entries(&store);
    let changed = AtomicBool::new(false);
    let change_once = || {
        if !changed.swap(true, Ordering::Relaxed) {
            hold(&store.catalog).unwrap().segments[1].rows += 1;
        }
        false
    };
    // Then it cannot be read as it is listed.
    assert_eq!(store.compact_round(0, &change_once).unwrap().merged, 4);
    let left = entries(&store);
    assert!(left.iter().any(|entry| entry.id == listed[1].id && entry.rows == 11));
    assert_eq!(paths(&dir).len(), left.len() * 2);
    assert_holds(&store, 0..50);
}

#[test]
fn a_full_compaction_starts_anew_where_a_segment_changed() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    for part in 0..5 {
        load(&store, &events(part * 10..part * 10 + 10));
    }
    let removed = StdMutex::new(None);
    let totals = StdMutex::new(Vec::new());
    let report = store
        .compact(1, &|progress| {
            totals.lock().unwrap().push(progress.total);
            // The first call is before anything is written.
            removed.lock().unwrap().get_or_insert_with(|| hold(&store.catalog).unwrap().segments.remove(1));
        })
        .unwrap();
    assert_eq!(report.after.events, 40);
    let totals = totals.into_inner().unwrap();
    assert_eq!((totals.first(), totals.last()), (Some(&50), Some(&40)));
}
