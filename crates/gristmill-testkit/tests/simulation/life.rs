//! A store with the model of what it holds.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use gristmill::event::{Batch, Event};
use gristmill::request::{Delete, Fetch, Filter, Interval};
use gristmill::schema::Dimension;
use gristmill::{Deleted, Error, Options, Retention, Store};
use gristmill_testkit::fault_dir::FaultDir;

use super::model::{self, Model, NEWEST, ORGANIZATION};
use super::operation::Operation;
use super::tally::Tally;

const DAY_MILLIS: u64 = 86_400_000;

/// A store with the model of what it holds.
pub(crate) struct Life {
    pub(crate) dir: FaultDir,
    store: Option<Store>,
    pub(crate) model: Arc<Mutex<Model>>,
}

/// Opens a store in which little is much, so that a short life has everything.
pub(crate) fn open(dir: &FaultDir) -> Result<Store, Error> {
    Options::new()
        .threads(1)
        .background(false)
        .segment_rows(12)
        .token_window(64)
        .open_dir(Arc::new(dir.clone()))
}

fn batch(numbers: Range<u64>) -> Batch {
    Batch::from_events(numbers.map(model::event)).unwrap()
}

fn load(store: &Store, events: impl IntoIterator<Item = Event>) -> bool {
    let mut loader = store.loader();
    events.into_iter().all(|event| loader.push(&event.as_row()).is_ok()) && loader.commit().is_ok()
}

impl Life {
    /// A new store with nothing but the newest event.
    pub(crate) fn new(dir: FaultDir) -> Self {
        let store = open(&dir).unwrap();
        assert!(load(&store, [model::newest()]));
        Self { dir, store: Some(store), model: Arc::default() }
    }

    /// Goes on with what a power cut has left.
    pub(crate) fn go_on(dir: FaultDir, model: Model, context: &str, tally: &mut Tally) -> Self {
        let mut life = Self { dir, store: None, model: Arc::new(Mutex::new(model)) };
        let found = life.look(context);
        life.model().settle(found);
        let recovery = life.store.as_ref().map(Store::recovery);
        tally.torn_frames += u64::from(recovery.is_some_and(|recovery| recovery.torn_bytes > 0));
        let leftovers = life.dir.files().into_iter().filter(|path| path.starts_with("tmp/"));
        assert_eq!(leftovers.collect::<Vec<_>>(), [""; 0], "{context}");
        life
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap()
    }

    /// Does one thing.
    pub(crate) fn live(&mut self, operation: Operation) {
        let store = match &self.store {
            Some(store) => store,
            None => self.store.insert(open(&self.dir).unwrap()),
        };
        let store = store.clone();
        match operation {
            Operation::Append(count) => self.put(count, |numbers| store.append(batch(numbers)).is_ok()),
            Operation::Pipeline(count) => self.pipeline(&store, count),
            Operation::Load(count) => self.put(count, |numbers| load(&store, numbers.map(model::event))),
            Operation::Seal => store.seal().unwrap(),
            Operation::Compact => drop(store.compact(&|_| {}).unwrap()),
            Operation::Merge => drop(store.compact_round().unwrap()),
            Operation::Purge => drop(store.purge(&|_| {}).unwrap()),
            Operation::Delete(kind) => {
                let filter = Filter::is(Dimension::Label, model::kind_name(kind));
                let numbers = self.model().of_kind(kind);
                self.delete(&numbers, || store.delete(&Delete::new(ORGANIZATION, filter)));
            }
            Operation::Retain(days) => {
                let period = Some(days * DAY_MILLIS);
                let retention = Retention { period, organizations: [(NEWEST.into(), None)].into() };
                store.set_retention(retention).unwrap();
                store.seal().unwrap();
                let numbers = self.model().before_last(days);
                self.delete(&numbers, || store.expire());
            }
            Operation::Reopen => {
                self.store = None;
                store.close().unwrap();
            }
            Operation::Drop => self.store = None,
            Operation::Fetch => self.fetch(&store),
        }
    }

    fn put(&self, count: u64, put: impl FnOnce(Range<u64>) -> bool) {
        let numbers = self.model().numbers(count);
        self.model().put(&numbers);
        assert!(put(numbers.clone()));
        self.model().stored(&numbers);
    }

    fn pipeline(&self, store: &Store, count: u64) {
        let batches: Vec<_> = (0..count).map(|_| self.model().numbers(2)).collect();
        let hand_in = |numbers: &Range<u64>| {
            self.model().put(numbers);
            store.append_later(batch(numbers.clone())).unwrap()
        };
        let pending: Vec<_> = batches.iter().map(hand_in).collect();
        for (pending, numbers) in pending.into_iter().zip(batches) {
            pending.wait().unwrap();
            self.model().stored(&numbers);
        }
    }

    fn delete(&self, numbers: &BTreeSet<u64>, delete: impl FnOnce() -> Result<Deleted, Error>) {
        self.model().delete(numbers);
        assert_eq!(delete().unwrap().events, numbers.len() as u64);
        self.model().deleted(numbers);
    }

    /// A count by the engine.
    fn fetch(&self, store: &Store) {
        let Some(expected) = self.model().events() else { return };
        let fetch = Fetch::builder(ORGANIZATION, Interval::ALL).metric_named("count").build().unwrap();
        let answer = store.fetch(&fetch).unwrap().to_json();
        assert!(answer.ends_with(&format!(",{expected}]]}}")), "{expected}: {answer}");
    }

    /// Lets go of the store.
    pub(crate) fn end(&mut self) {
        self.store = None;
    }

    /// Compares what the store holds with the model, and answers what that is.
    pub(crate) fn look(&mut self, context: &str) -> BTreeSet<u64> {
        let store = self.store.take().map_or_else(|| open(&self.dir), Ok);
        let store = store.unwrap_or_else(|error| panic!("{context}: {error}"));
        let found = self.model().check(&store.snapshot().unwrap());
        self.fetch(&store);
        self.store = Some(store);
        found.unwrap_or_else(|error| panic!("{context}: {error}"))
    }
}
