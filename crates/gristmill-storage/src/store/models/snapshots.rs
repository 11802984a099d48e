//! The view: a snapshot taken at any moment holds every event that was published, once, and of no batch a part.

use std::sync::Arc;

use loom::sync::Mutex;
use loom::thread::spawn;

use crate::dir::{Dir, MemoryDir};
use crate::event::{Batch, Event};
use crate::schema::Dimension;
use crate::segment::file::{self, Form};
use crate::segment::{PartCache, Segment, SegmentBuilder};
use crate::timestamp::Timestamp;

use super::explore;
use super::view::{SharedView, Snapshot, View};

/// Events of each batch.
const EVENTS: u64 = 2;

/// The batch of a sequence number.
fn batch(sequence: u64) -> Arc<Batch> {
    let event = |number: u64| {
        let mut event = Event::new(Timestamp(number.cast_signed()), "organization", "vendor");
        event.set(Dimension::SessionId, Some(&number.to_string()));
        event
    };
    let numbers = sequence * EVENTS..(sequence + 1) * EVENTS;
    Arc::new(Batch::from_events(numbers.map(event)).unwrap())
}

/// A segment in a file, with the events of a sequence number.
fn sealed(dir: &Arc<dyn Dir>, id: u64, sequences: &[u64]) -> Arc<Segment> {
    let mut builder = SegmentBuilder::new();
    for batch in sequences.iter().map(|&sequence| batch(sequence)) {
        batch.rows().for_each(|row| builder.push(&row).unwrap());
    }
    let [arrow, index] = ["arrow", "idx"].map(|ending| format!("{id}.{ending}"));
    let files = file::write(&**dir, &arrow, &index, &builder.build().unwrap(), Form::Plain).unwrap();
    Arc::new(file::open(dir, &arrow, &index, &files, id, Arc::new(PartCache::new(1 << 20))).unwrap())
}

/// How many batches a snapshot holds: each of them whole and once, and none without those before it.
fn batches(snapshot: &Snapshot) -> u64 {
    let mut numbers: Vec<u64> = Vec::new();
    for segment in snapshot.segments() {
        let number =
            |row: &crate::event::EventRow<'_>| row.text(Dimension::SessionId).unwrap().parse().unwrap();
        segment.for_each_row(|row| numbers.push(number(row))).unwrap();
    }
    numbers.sort_unstable();
    let count = numbers.len() as u64;
    assert_eq!(numbers, (0..count).collect::<Vec<u64>>());
    assert_eq!(count % EVENTS, 0);
    assert_eq!(snapshot.events(), count);
    count / EVENTS
}

fn push(view: &SharedView, sequence: u64) {
    view.with(|view| view.push(sequence, batch(sequence))).unwrap();
}

/// A view with one sealed segment, which holds batch 0.
fn view_with(segments: impl IntoIterator<Item = Arc<Segment>>) -> Arc<SharedView> {
    Arc::new(SharedView::new(View::new(segments.into_iter().collect())))
}

#[test]
fn a_snapshot_beside_appends_and_a_freeze() {
    explore(2, || {
        let view = view_with([]);
        push(&view, 0);
        let appender = {
            let view = Arc::clone(&view);
            spawn(move || {
                push(&view, 1);
                // One's own append is seen.
                assert!(batches(&view.snapshot().unwrap()) >= 2);
                push(&view, 2);
            })
        };
        let freezer = {
            let view = Arc::clone(&view);
            spawn(move || view.freeze_if_free().unwrap())
        };
        let first = batches(&view.snapshot().unwrap());
        let second = batches(&view.snapshot().unwrap());
        assert!(1 <= first && first <= second);
        appender.join().unwrap();
        freezer.join().unwrap();
        assert_eq!(batches(&view.snapshot().unwrap()), 3);
        assert_eq!(view.with(|view| view.backlog().events).unwrap(), 3 * EVENTS);
    });
}

#[test]
fn a_snapshot_beside_an_append_and_a_seal() {
    let dir: Arc<dyn Dir> = Arc::new(MemoryDir::new());
    // What the seal writes, without the last append or with it.
    let segments = [sealed(&dir, 1, &[0, 1]), sealed(&dir, 2, &[0, 1, 2])];
    explore(2, move || {
        let view = view_with([]);
        push(&view, 0);
        push(&view, 1);
        // The writer of the log: the number of its last batch, under whose lock batches are published.
        let writer = Arc::new(Mutex::new(1));
        let sealer = {
            let (view, writer, segments) = (Arc::clone(&view), Arc::clone(&writer), segments.clone());
            spawn(move || {
                let sequence = {
                    let sequence = writer.lock().unwrap();
                    view.with(|view| view.hold_back(*sequence)).unwrap();
                    *sequence
                };
                view.freeze(sequence).unwrap();
                let chunks = view.with(|view| view.chunks_upto(sequence)).unwrap();
                let rows: u64 = chunks.iter().map(|chunk| u64::from(chunk.meta().rows)).sum();
                assert_eq!(rows, (sequence + 1) * EVENTS, "all that is sealed and nothing newer");
                let [without, with] = segments;
                view.with(|view| view.seal(sequence, [if sequence == 1 { without } else { with }])).unwrap();
                sequence
            })
        };
        let appender = {
            let view = Arc::clone(&view);
            spawn(move || {
                let mut sequence = writer.lock().unwrap();
                *sequence += 1;
                push(&view, *sequence);
            })
        };
        let first = batches(&view.snapshot().unwrap());
        assert!((2..=3).contains(&first));
        let sequence = sealer.join().unwrap();
        appender.join().unwrap();
        assert_eq!(batches(&view.snapshot().unwrap()), 3);
        assert_eq!(view.with(|view| view.backlog().events).unwrap(), (2 - sequence) * EVENTS);
    });
}

#[test]
fn a_snapshot_beside_a_compaction_and_a_load() {
    let dir: Arc<dyn Dir> = Arc::new(MemoryDir::new());
    let small = [sealed(&dir, 1, &[0]), sealed(&dir, 2, &[1])];
    let large = sealed(&dir, 3, &[0, 1]);
    let loaded = sealed(&dir, 4, &[2]);
    explore(3, move || {
        let view = view_with(small.clone());
        let compaction = {
            let (view, large) = (Arc::clone(&view), Arc::clone(&large));
            spawn(move || {
                let replaced = view.with(|view| view.replace(&[1, 2], [large])).unwrap();
                assert_eq!(replaced.len(), 2);
            })
        };
        let load = {
            let (view, loaded) = (Arc::clone(&view), Arc::clone(&loaded));
            spawn(move || view.with(|view| view.add([loaded])).unwrap())
        };
        let before = view.snapshot().unwrap();
        let first = batches(&before);
        compaction.join().unwrap();
        load.join().unwrap();
        assert_eq!(batches(&before), first, "a snapshot does not change");
        let after = view.snapshot().unwrap();
        assert_eq!(batches(&after), 3);
        assert_eq!(after.segments().len(), 2, "those that were replaced are not read any more");
    });
}
