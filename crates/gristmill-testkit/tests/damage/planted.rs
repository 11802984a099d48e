//! The small store that is damaged: each kind of file is in it, and two files of each kind.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use gristmill::dir::{Dir, MemoryDir};
use gristmill::event::{Batch, Event, Source};
use gristmill::request::{Delete, Filter};
use gristmill::schema::{Dimension, Kind};
use gristmill::{Catalog, Options, Store, Timestamp};

const DAY: i64 = 86_400_000;
/// Batches in the last log, and events in each.
const LAST: [u64; 3] = [2, 1, 2];

/// A store, and what it may be taken for.
pub(crate) struct Planted {
    /// The whole store after it was closed.
    pub(crate) closed: MemoryDir,
    /// The same killed just before it was closed.
    pub(crate) killed: MemoryDir,
    /// The log that is appended to.
    pub(crate) last_log: String,
    /// How many bytes of it the catalog of the closed store vouches for.
    pub(crate) closed_length: usize,
    /// The same of the killed store.
    pub(crate) killed_length: usize,
    /// Each file as it was at some step before and is no more.
    pub(crate) older: BTreeMap<String, Vec<Vec<u8>>>,
    /// Events that are not in the last log, then those of each of its batches.
    pub(crate) batches: Vec<Range<u64>>,
    deleted: [u64; 2],
}

/// Sealing by command only.
pub(crate) fn options() -> Options {
    Options::new().threads(1).background(false)
}

/// The event of a number: no two are alike, and each column has a value in one of two.
pub(crate) fn event(number: u64) -> Event {
    let day = (number % 2).cast_signed() * DAY;
    let organization = ["acme", "zeta"][usize::from(number % 5 == 4)];
    let mut event = Event::new(Timestamp(day + number.cast_signed() * 1_000), organization, "shop");
    for dimension in Dimension::ALL {
        let is_set = dimension.required() || number % 3 != 1;
        if dimension.kind() == Kind::Text && is_set && event.text(dimension).is_none_or(str::is_empty) {
            event.set(dimension, Some(&format!("{} {}", dimension.name(), number % 7)));
        }
    }
    if number.is_multiple_of(2) {
        event.set(Dimension::SessionId, Some(&format!("00000000-0000-4000-8000-{number:012}")));
    }
    event.set_properties(["red", "green", "blue"].iter().copied().take((number % 4) as usize));
    event.event_version = (number % 3).cast_signed();
    event.value = (number % 4 != 1).then_some(number as f64 * 0.25);
    event.source = if number.is_multiple_of(2) { Source::Trusted } else { Source::Untrusted };
    event
}

/// A closed store of one segment and an empty log, and the path of the segment without its ending.
pub(crate) fn one_segment(rows: u64, is_compressed: bool) -> (MemoryDir, String) {
    let dir = MemoryDir::new();
    let store = options().open_dir(Arc::new(dir.clone())).unwrap();
    append(&store, 0..rows);
    store.seal().unwrap();
    if is_compressed {
        store.compact(&|_| {}).unwrap();
    }
    store.close().unwrap();
    let [segment] = &catalog(&dir).segments[..] else { panic!("more than one segment") };
    (dir.fork(), format!("seg/{}", segment.id))
}

impl Planted {
    /// A store in which each batch but those of the last log has `rows` events.
    pub(crate) fn new(rows: u64) -> Self {
        let mut next = 0;
        let mut numbers = |count: u64| {
            next += count;
            next - count..next
        };
        let dir = MemoryDir::new();
        let mut older = History::default();
        let store = options().open_dir(Arc::new(dir.clone())).unwrap();
        let append = |numbers: Range<u64>| append(&store, numbers);

        // A compressed segment, then two plain ones.
        append(numbers(rows));
        store.seal().unwrap();
        older.note(&dir);
        store.compact(&|_| {}).unwrap();
        for _ in 0..2 {
            older.note(&dir);
            append(numbers(rows));
            store.seal().unwrap();
        }
        // Both of these lose an event.
        let deleted = [1, 2].map(|segment| (rows * segment).next_multiple_of(2));
        for number in deleted {
            older.note(&dir);
            delete(&store, number);
        }
        older.note(&dir);

        // A seal that fails leaves two logs.
        append(numbers(2));
        let free = catalog(&dir).next_id;
        let obstacles: Vec<String> = (free..free + 8).map(|id| format!("tmp/{id}.arrow")).collect();
        for obstacle in &obstacles {
            dir.create(obstacle).unwrap();
        }
        store.seal().unwrap_err();
        let before = 0..numbers(0).end;
        let mut batches = vec![before];
        for count in LAST {
            older.note(&dir);
            batches.push(numbers(count));
            append(batches.last().unwrap().clone());
        }
        for obstacle in &obstacles {
            let _ = dir.remove(obstacle);
        }
        let killed = dir.fork();
        let log = *catalog(&dir).logs.last().unwrap();
        older.note(&dir);
        store.clone().close().unwrap();
        let closed_length = catalog(&dir).logs.last().unwrap().length;
        older.forget_what_still_is(&dir);
        Self {
            closed: dir.fork(),
            killed,
            last_log: format!("wal/{}.log", log.id),
            closed_length: usize::try_from(closed_length).unwrap(),
            killed_length: usize::try_from(log.length).unwrap(),
            older: older.0,
            batches,
            deleted,
        }
    }

    /// The events that are there with so many batches of the last log.
    pub(crate) fn events(&self, batches: usize) -> impl Iterator<Item = Event> {
        let numbers = 0..self.batches[batches].end;
        numbers.filter(|number| !self.deleted.contains(number)).map(event)
    }
}

fn catalog(dir: &MemoryDir) -> Catalog {
    let dir: Arc<dyn Dir> = Arc::new(dir.clone());
    options().open_reader_dir(&dir).unwrap().catalog().as_ref().clone()
}

/// Appends the events of these numbers as one batch.
fn append(store: &Store, numbers: Range<u64>) {
    let token = format!("token {}", numbers.start);
    let batch = Batch::from_events(numbers.map(event)).unwrap();
    store.append(batch.with_token(&token).unwrap()).unwrap();
}

/// Deletes an event of an even number, which has a session of its own.
fn delete(store: &Store, number: u64) {
    let event = event(number);
    let text = |dimension| event.text(dimension).unwrap().to_owned();
    let is_it = Filter::is(Dimension::SessionId, text(Dimension::SessionId));
    let deleted = store.delete(&Delete::new(text(Dimension::OrganizationId), is_it)).unwrap();
    assert_eq!(deleted.events, 1);
}

/// What files were.
#[derive(Default)]
struct History(BTreeMap<String, Vec<Vec<u8>>>);

impl History {
    fn note(&mut self, dir: &MemoryDir) {
        for path in dir.files() {
            let versions = self.0.entry(path.clone()).or_default();
            let bytes = dir.bytes(&path).unwrap();
            if versions.last() != Some(&bytes) {
                versions.push(bytes);
            }
        }
    }

    fn forget_what_still_is(&mut self, dir: &MemoryDir) {
        self.0.retain(|path, versions| {
            let now = dir.bytes(path).ok();
            versions.retain(|version| now.as_ref().is_some_and(|now| now != version));
            !versions.is_empty()
        });
    }
}
