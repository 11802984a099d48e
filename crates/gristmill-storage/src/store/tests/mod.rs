//! The store as a whole, on directories in memory.

mod activity;
mod append;
mod backup;
mod compact;
mod concurrent;
mod deletion;
mod hooked;
mod load;
mod maintain;
mod open;
mod organizations;
mod pending;
mod pins;
mod queue;
mod recover;
mod repair;
mod rounds;
mod seal;
mod verify;

use std::sync::Arc;

use super::*;
use crate::dir::MemoryDir;
use crate::event::{Event, Source};
use crate::schema::Dimension;
use crate::timestamp::Timestamp;
use hooked::hooked;

const DAY: i64 = 86_400_000;

/// Sealing at 64 events or 1 MiB.
fn small() -> StoreOptions {
    StoreOptions { segment_rows: 64, wal_bytes: 1 << 20, ..StoreOptions::default() }
}

/// Never sealing by itself.
fn unsealed() -> StoreOptions {
    StoreOptions { segment_rows: u32::MAX, wal_bytes: u64::MAX, ..StoreOptions::default() }
}

fn open(dir: &MemoryDir, options: StoreOptions) -> Store {
    Store::open(shared(dir), options).unwrap()
}

fn shared(dir: &MemoryDir) -> Arc<dyn Dir> {
    Arc::new(dir.clone())
}

/// The event of a number: no two are alike.
fn event(number: u64, millis: i64) -> Event {
    let organizations = ["o1", "o2", "o3"];
    let mut event = Event::new(Timestamp(millis), organizations[(number % 3) as usize], "vendor");
    event.set(Dimension::SessionId, Some(&format!("session {number}")));
    event.set_properties([["red", "green"][(number % 2) as usize]]);
    event.value = (!number.is_multiple_of(5)).then_some(number as f64);
    event.source = if number.is_multiple_of(2) { Source::Trusted } else { Source::Untrusted };
    event
}

/// Events of one day.
fn events(numbers: std::ops::Range<u64>) -> Vec<Event> {
    numbers.map(|number| event(number, number.cast_signed() * 1000)).collect()
}

fn batch(numbers: std::ops::Range<u64>) -> Batch {
    Batch::from_events(events(numbers)).unwrap()
}

fn load(store: &Store, events: &[Event]) {
    let mut loader = store.loader();
    events.iter().for_each(|event| loader.push(&event.as_row()).unwrap());
    loader.commit().unwrap();
}

/// Events at `instant`, told apart by their session only.
fn of(organization: &str, instant: i64, numbers: std::ops::Range<u64>) -> Vec<Event> {
    let event = |number: u64| {
        let mut event = Event::new(Timestamp(instant), organization, "vendor");
        event.set(Dimension::SessionId, Some(&format!("{organization} {number}")));
        event
    };
    numbers.map(event).collect()
}

/// Every event of a snapshot as text, sorted.
fn contents(snapshot: &Snapshot) -> Vec<String> {
    let mut texts = Vec::new();
    for segment in snapshot.segments() {
        segment.for_each_row(|row| texts.push(format!("{:?}", row.to_event()))).unwrap();
    }
    texts.sort_unstable();
    texts
}

/// What [`contents`] gives where these events are stored.
fn texts(events: &[Event]) -> Vec<String> {
    let mut texts: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    texts.sort_unstable();
    texts
}

fn assert_holds(store: &Store, numbers: std::ops::Range<u64>) {
    assert_eq!(contents(&store.snapshot().unwrap()), texts(&events(numbers)));
}

fn assert_reader_holds(dir: &MemoryDir, numbers: std::ops::Range<u64>) {
    let before = dir.files();
    let reader = Reader::open(&shared(dir), &StoreOptions::default()).unwrap();
    assert_eq!(contents(&reader.snapshot()), texts(&events(numbers)));
    assert_eq!(dir.files(), before, "a reader writes nothing");
}
