//! Repairs: what is kept, what is given up and on record, and what a second one finds.

use super::deletion::delete;
use super::*;
use crate::{catalog, wal};

fn repaired(dir: &MemoryDir) -> Vec<RepairStep> {
    repair(&shared(dir), false, 2, &|_| {}).unwrap().steps
}

fn flip(dir: &MemoryDir, path: &str, at: usize) {
    let mut bytes = dir.bytes(path).unwrap();
    bytes[at] ^= 4;
    dir.set_bytes(path, bytes).unwrap();
}

fn flip_middle(dir: &MemoryDir, path: &str) {
    flip(dir, path, dir.bytes(path).unwrap().len() / 2);
}

fn ends(path: &str, ending: &str) -> bool {
    path.ends_with(ending)
}

fn catalog_of(dir: &MemoryDir) -> Catalog {
    catalog::read(dir).unwrap().unwrap()
}

/// A closed store with segments, one of which has deleted rows, and a log of three appends of ten events.
fn store() -> MemoryDir {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..70)).unwrap();
    store.append(batch(70..140)).unwrap();
    delete(&store, [3, 4]);
    store.append(batch(140..150)).unwrap();
    store.append(batch(150..160).with_token("second").unwrap()).unwrap();
    store.append(batch(160..170)).unwrap();
    store.close().unwrap();
    dir
}

/// The numbers of the events that can be read.
fn found(snapshot: &Snapshot) -> Vec<u64> {
    let mut numbers = Vec::new();
    for segment in snapshot.segments() {
        let _ = segment.for_each_row(|row| {
            let session = row.text(Dimension::SessionId).unwrap();
            numbers.push(session.strip_prefix("session ").unwrap().parse().unwrap());
        });
    }
    numbers.sort_unstable();
    numbers
}

fn assert_sound(dir: &MemoryDir) {
    assert_eq!(verify(&shared(dir), 1, &|_| {}).unwrap().findings, []);
    assert_eq!(repaired(dir), [], "a second repair finds nothing to do");
}

#[test]
fn where_nothing_is_damaged_nothing_is_done() {
    let dir = store();
    let before: Vec<_> = dir.files().into_iter().map(|path| (dir.bytes(&path).unwrap(), path)).collect();
    assert_eq!(repaired(&dir), []);
    for (bytes, path) in before {
        assert!(path == layout::LOCK || dir.bytes(&path).unwrap() == bytes, "{path}");
    }
    let none = repair(&shared(&MemoryDir::new()), false, 1, &|_| {});
    assert!(matches!(none, Err(StoreError::NoStore)));
    let writer = open(&dir, small());
    let locked = repair(&shared(&dir), true, 1, &|_| {});
    assert!(matches!(locked, Err(StoreError::Locked { .. })), "{locked:?}");
    drop(writer);
}

#[test]
fn a_damaged_segment_is_kept_apart_and_on_record() {
    for lost in [false, true] {
        let dir = store();
        let entry = catalog_of(&dir).segments[1].clone();
        let [arrow, index] = layout::segment_paths("seg", entry.id);
        if lost {
            dir.remove(&arrow).unwrap();
        } else {
            flip_middle(&dir, &arrow);
        }
        let bytes = dir.bytes(&arrow).ok();
        let dry = repair(&shared(&dir), true, 1, &|_| {}).unwrap().steps;
        assert!(dir.bytes(&index).is_ok() && !catalog_of(&dir).segments[1].quarantined);
        let steps = repaired(&dir);
        assert_eq!(steps, dry);
        let [RepairStep::Quarantine { segment, events, findings }] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!((*segment, *events, &*findings[0].file), (entry.id, entry.events(), &*arrow));
        assert_eq!(dir.bytes(&format!("quarantine/{}.arrow", entry.id)).ok(), bytes);
        assert!(dir.bytes(&arrow).is_err() && dir.bytes(&index).is_err());
        assert_sound(&dir);
        let writer = open(&dir, small());
        assert_eq!(writer.recovery().damaged_segments, 1);
        let snapshot = writer.snapshot().unwrap();
        let unreadable: Vec<_> =
            snapshot.segments().iter().filter(|segment| segment.runs().is_err()).collect();
        let [unreadable] = &unreadable[..] else { panic!("{unreadable:?}") };
        assert!(unreadable.runs().unwrap_err().to_string().contains("quarantine"));
        assert_eq!(found(&snapshot).len() as u64, 168 - entry.events());
        writer.close().unwrap();

        let steps = accept_loss(&shared(&dir), false).unwrap().steps;
        assert_eq!(steps, [RepairStep::ForgetSegment { segment: entry.id, events: entry.events() }]);
        let writer = open(&dir, small());
        assert_eq!((writer.recovery().damaged_segments, writer.recovery().leftovers), (0, 0));
        assert_eq!(accept_loss(&shared(&dir.fork()), false).unwrap().steps, []);
    }
}

#[test]
fn a_damaged_index_is_written_anew() {
    let dir = store();
    let entry = catalog_of(&dir).segments[1].clone();
    let [_, index] = layout::segment_paths("seg", entry.id);
    let bytes = dir.bytes(&index).unwrap();
    flip_middle(&dir, &index);
    let steps = repaired(&dir);
    assert!(matches!(&steps[..], [RepairStep::RewriteIndex { segment, .. }] if *segment == entry.id));
    assert_eq!(dir.bytes(&index).unwrap(), bytes);
    assert_sound(&dir);
    dir.remove(&index).unwrap();
    assert_eq!(repaired(&dir).len(), 1);
    assert_eq!(dir.bytes(&index).unwrap(), bytes);
}

#[test]
fn what_is_intact_of_a_damaged_log_is_kept() {
    let dir = store();
    let whole = dir.fork();
    let log = catalog_of(&dir).logs[0];
    let path = wal::path(log.id);
    let pieces = wal::pieces(&dir, log.id).unwrap().all;
    let offsets: Vec<usize> = pieces
        .iter()
        .filter_map(|piece| match piece {
            wal::Piece::Batch { offset, .. } => Some(usize::try_from(*offset).unwrap()),
            _ => None,
        })
        .collect();
    // The header of each batch in turn, and its payload.
    for (at, number) in offsets.iter().flat_map(|offset| [offset + 9, offset + 60]).zip([0, 0, 1, 1, 2, 2]) {
        let dir = whole.fork();
        flip(&dir, &path, at);
        let bytes = dir.bytes(&path).unwrap();
        let steps = repaired(&dir);
        let [RepairStep::RewriteLogs { appends, events, .. }, RepairStep::Lose(loss)] = &steps[..] else {
            panic!("{steps:?}")
        };
        assert_eq!((*appends, *events), (2, 20));
        let sealed = catalog_of(&whole).sealed;
        assert_eq!((loss.log, loss.first), (log.id, sealed + 1 + number));
        assert!(loss.last >= loss.first && (10..100).contains(&loss.events), "{loss:?}");
        assert_eq!(dir.bytes(&format!("quarantine/{}.log", log.id)).unwrap(), bytes);
        assert_sound(&dir);

        let writer = open(&dir, small());
        let gone = 140 + number * 10..150 + number * 10;
        let expected: Vec<u64> =
            (0..170).filter(|event| ![3, 4].contains(event) && !gone.contains(event)).collect();
        let snapshot = writer.snapshot().unwrap();
        assert_eq!(found(&snapshot), expected);
        assert_eq!(snapshot.events(), expected.len() as u64);
        let fetched = snapshot.for_fetch();
        let stand_in = fetched.last().unwrap();
        assert_eq!(
            (fetched.len(), stand_in.events()),
            (snapshot.segments().len() + 1, u32::try_from(loss.events).unwrap())
        );
        let told = stand_in.runs().unwrap_err().to_string();
        assert!(told.contains(&path) && told.contains("gave them up"), "{told}");
        assert!(writer.receipt("second").unwrap().is_some());
        writer.append(batch(200..201)).unwrap();
        writer.seal().unwrap();
        writer.close().unwrap();
        assert_eq!(catalog_of(&dir).losses, [*loss], "the record stays");

        accept_loss(&shared(&dir), false).unwrap();
        let writer = open(&dir, small());
        let snapshot = writer.snapshot().unwrap();
        assert_eq!(snapshot.for_fetch().len(), snapshot.segments().len());
        assert_eq!(found(&snapshot).len(), expected.len() + 1);
    }
}

#[test]
fn logs_that_are_missing_or_cut_lose_what_was_in_them() {
    let dir = MemoryDir::new();
    let store = open(&dir, unsealed());
    store.append(batch(0..10)).unwrap();
    rotate::rotate(&store).unwrap();
    store.append(batch(10..20)).unwrap();
    store.append(batch(20..30)).unwrap();
    store.close().unwrap();
    drop(store);
    let [first, second] = [0, 1].map(|at| catalog_of(&dir).logs[at]);
    let lost = |change: &dyn Fn(&MemoryDir)| {
        let dir = dir.fork();
        change(&dir);
        let losses: Vec<Loss> = repaired(&dir)
            .into_iter()
            .filter_map(|step| match step {
                RepairStep::Lose(loss) => Some(loss),
                _ => None,
            })
            .collect();
        assert_sound(&dir);
        let snapshot = open(&dir, unsealed()).snapshot().unwrap();
        (found(&snapshot), losses)
    };
    let all = |range: std::ops::Range<u64>| range.collect::<Vec<u64>>();
    let (found, losses) = lost(&|dir| dir.remove(&wal::path(first.id)).unwrap());
    assert_eq!(found, all(10..30));
    assert_eq!(losses, [Loss { log: first.id, first: 1, last: 1, events: first.length / 26 }]);
    let (found, losses) = lost(&|dir| dir.remove(&wal::path(second.id)).unwrap());
    assert_eq!(found, all(0..10));
    assert_eq!(losses, [Loss { log: second.id, first: 2, last: u64::MAX, events: u64::MAX }]);
    let (found, losses) = lost(&|dir| {
        let bytes = dir.bytes(&wal::path(second.id)).unwrap();
        dir.set_bytes(&wal::path(second.id), bytes[..bytes.len() / 2].to_vec()).unwrap();
    });
    assert_eq!(found, all(0..20));
    assert!(matches!(&losses[..], [Loss { first: 3, .. }]), "{losses:?}");
    let (found, losses) = lost(&|dir| {
        dir.remove(&wal::path(first.id)).unwrap();
        dir.remove(&wal::path(second.id)).unwrap();
    });
    assert_eq!((found, losses.len()), (Vec::new(), 1));
}

#[test]
fn a_damaged_catalog_goes_back_to_the_one_before() {
    for missing in [false, true] {
        let dir = store();
        let damaged = if missing {
            dir.remove("CATALOG").unwrap();
            None
        } else {
            flip_middle(&dir, "CATALOG");
            Some(dir.bytes("CATALOG").unwrap())
        };
        let old = dir.bytes("CATALOG.old").unwrap();
        let steps = repaired(&dir);
        let RepairStep::OlderCatalog { finding, .. } = &steps[0] else { panic!("{steps:?}") };
        assert_eq!(finding.file, "CATALOG");
        assert!(!steps.iter().any(|step| matches!(step, RepairStep::Lose(_))), "{steps:?}");
        assert_eq!(dir.bytes("quarantine/CATALOG.1").ok(), damaged);
        assert_eq!(dir.bytes("CATALOG.old").unwrap(), old, "the intact one stays until the next change");
        assert_sound(&dir);
        // The one before was published at the same segments and logs.
        let writer = open(&dir, small());
        let expected: Vec<u64> = (0..170).filter(|event| ![3, 4].contains(event)).collect();
        assert_eq!(found(&writer.snapshot().unwrap()), expected);
    }
}

#[test]
fn what_the_catalog_before_does_not_list_is_set_aside() {
    let dir = MemoryDir::new();
    let store = open(&dir, small());
    store.append(batch(0..10)).unwrap();
    let before = dir.bytes("CATALOG").unwrap();
    let mut loader = store.loader();
    events(10..20).iter().for_each(|event| loader.push(&event.as_row()).unwrap());
    loader.commit().unwrap();
    store.append(batch(20..30)).unwrap();
    drop(store);
    // Not yet noted as closed: the load was the last change.
    let loaded = catalog_of(&dir).segments[0].id;
    for put_back in [false, true] {
        let dir = dir.fork();
        if put_back {
            dir.set_bytes("CATALOG", before.clone()).unwrap();
        } else {
            dir.set_bytes("CATALOG.old", before.clone()).unwrap();
            flip_middle(&dir, "CATALOG");
        }
        let files = layout::segment_paths("seg", loaded);
        let bytes = files.clone().map(|path| dir.bytes(&path).unwrap());
        let steps = repaired(&dir);
        assert!(matches!(steps[0], RepairStep::OlderCatalog { .. }), "{steps:?}");
        for (path, bytes) in files.iter().zip(bytes) {
            assert!(steps.contains(&RepairStep::SetAside { file: path.clone() }), "{steps:?}");
            assert_eq!(dir.bytes(&path.replace("seg/", "quarantine/")).unwrap(), bytes);
        }
        assert_sound(&dir);
        let expected: Vec<u64> = (0..10).chain(20..30).collect();
        assert_eq!(found(&open(&dir, small()).snapshot().unwrap()), expected);
    }
}

#[test]
fn without_any_catalog_nothing_is_touched() {
    let dir = store();
    flip_middle(&dir, "CATALOG");
    flip_middle(&dir, "CATALOG.old");
    let before: Vec<_> = dir.files().into_iter().map(|path| (dir.bytes(&path).unwrap(), path)).collect();
    let error = repair(&shared(&dir), false, 1, &|_| {}).unwrap_err();
    assert!(error.is_damage(), "{error}");
    for (bytes, path) in before {
        assert!(path == layout::LOCK || dir.bytes(&path).unwrap() == bytes, "{path}");
    }
}

#[test]
fn whatever_byte_is_flipped_a_repair_leaves_what_it_does_not_give_up() {
    let whole = store();
    for path in whole.files().into_iter().filter(|path| path != layout::LOCK) {
        let length = whole.bytes(&path).unwrap().len();
        let step = if path.starts_with("seg/") { 331 } else { 7 };
        for at in (0..length).step_by(step) {
            let dir = whole.fork();
            flip(&dir, &path, at);
            let damaged = dir.bytes(&path).unwrap();
            let steps = repaired(&dir);
            let context = format!("byte {at} of {path}: {steps:?}");
            assert_eq!(verify(&shared(&dir), 1, &|_| {}).unwrap().findings, [], "{context}");
            let writer = open(&dir, small());
            let mut given_up = 0;
            for step in &steps {
                match step {
                    RepairStep::Quarantine { events, .. } => given_up += events,
                    RepairStep::Lose(loss) => given_up += loss.events,
                    _ => {}
                }
            }
            let found = found(&writer.snapshot().unwrap()).len() as u64;
            assert!(found <= 168 && found.saturating_add(given_up) >= 168, "{context}: {found}");
            // An index, and the catalog before, say nothing that is not elsewhere.
            let kept = dir.files().iter().any(|path| dir.bytes(path).unwrap() == damaged);
            assert!(kept || steps.is_empty() || ends(&path, ".idx"), "{context}");
        }
    }
}
