//! A store with the model of what it holds.

use std::sync::Arc;

use gristmill::event::{Batch, Event};
use gristmill::request::{Delete, Fetch, Filter, Interval};
use gristmill::schema::Dimension;
use gristmill::{Error, Options, Retention, Store};
use gristmill_testkit::fault_dir::FaultDir;

use super::model::{self, Model, NEWEST, ORGANIZATION};
use super::operation::Operation;
use super::tally::Tally;

const DAY_MILLIS: u64 = 86_400_000;

/// A store with the model of what it holds.
pub(crate) struct Life {
    pub(crate) dir: FaultDir,
    store: Option<Store>,
    model: Model,
}

/// Opens a store in which little is much, so that a short life has everything.
pub(crate) fn open(dir: &FaultDir) -> Result<Store, Error> {
    Options::new().threads(1).segment_rows(12).token_window(64).open_dir(Arc::new(dir.clone()))
}

fn batch(numbers: std::ops::Range<u64>) -> Batch {
    Batch::from_events(numbers.map(model::event)).unwrap()
}

fn load(store: &Store, events: impl IntoIterator<Item = Event>) -> bool {
    let mut loader = store.loader();
    events.into_iter().all(|event| loader.push(&event.as_row()).is_ok()) && loader.commit().is_ok()
}

impl Life {
    /// A new store with nothing but the newest event, and without a fault until that is there.
    pub(crate) fn new(dir: FaultDir) -> Self {
        let store = open(&dir).ok();
        if let Some(store) = &store {
            load(store, [model::newest()]);
        }
        Self { dir, store, model: Model::default() }
    }

    /// Does one thing, whether or not it succeeds.
    pub(crate) fn live(&mut self, operation: &Operation) {
        if self.store.is_none() {
            self.store = open(&self.dir).ok();
        }
        let Some(store) = &self.store else { return };
        match *operation {
            Operation::Append(count) => {
                let numbers = self.model.numbers(count);
                let stored = store.append(batch(numbers.clone())).is_ok();
                self.model.put(numbers, stored);
            }
            Operation::Pipeline(count) => {
                let batches: Vec<_> = (0..count).map(|_| self.model.numbers(2)).collect();
                let pending: Vec<_> =
                    batches.iter().map(|numbers| store.append_later(batch(numbers.clone()))).collect();
                for (pending, numbers) in pending.into_iter().zip(batches) {
                    self.model.put(numbers, pending.is_ok_and(|pending| pending.wait().is_ok()));
                }
            }
            Operation::Load(count) => {
                let numbers = self.model.numbers(count);
                let stored = load(store, numbers.clone().map(model::event));
                self.model.put(numbers, stored);
            }
            // What these fail to do can be done later.
            Operation::Seal => drop(store.seal()),
            Operation::Compact => drop(store.compact(&|_| {})),
            Operation::Purge => drop(store.purge(&|_| {})),
            Operation::Delete(kind) => {
                let filter = Filter::is(Dimension::Label, model::kind_name(kind));
                let deleted = store.delete(&Delete::new(ORGANIZATION, filter)).ok();
                let numbers = self.model.of_kind(kind);
                self.model.delete(numbers, deleted.map(|deleted| deleted.events));
            }
            Operation::Retain(days) => {
                let period = Some(days * DAY_MILLIS);
                let retention = Retention { period, organizations: [(NEWEST.into(), None)].into() };
                let expired = store
                    .set_retention(retention)
                    .and_then(|()| store.seal())
                    .and_then(|()| store.expire())
                    .ok();
                let numbers = self.model.before_last(days);
                self.model.delete(numbers, expired.map(|expired| expired.events));
            }
            Operation::Reopen => {
                let _ = self.store.take().map(Store::close);
            }
            Operation::Drop => self.store = None,
            Operation::Fetch => self.fetch(),
        }
    }

    /// A count by the engine.
    fn fetch(&self) {
        let (Some(store), Some(expected)) = (&self.store, self.model.events()) else { return };
        let fetch = Fetch::builder(ORGANIZATION, Interval::ALL).metric_named("count").build().unwrap();
        // After the cut nothing can be read.
        if let Ok(answer) = store.fetch(&fetch) {
            assert!(
                answer.to_json().ends_with(&format!(",{expected}]]}}")),
                "{expected}: {}",
                answer.to_json()
            );
        }
    }

    /// Lets go of the store.
    pub(crate) fn end(&mut self) {
        self.store = None;
    }

    /// Compares what the store holds with the model.
    pub(crate) fn look(&mut self, context: &str) {
        if self.store.is_none() {
            self.store = Some(open(&self.dir).unwrap_or_else(|error| panic!("{context}: {error}")));
        }
        let Some(store) = &self.store else { return };
        let found = self.model.check(&store.snapshot().unwrap());
        assert!(found.is_ok(), "{context}: {}", found.unwrap_err());
        self.fetch();
    }

    /// Goes on with what a power cut has left.
    pub(crate) fn go_on(&mut self, survivor: FaultDir, context: &str, tally: &mut Tally) {
        self.dir = survivor;
        self.look(context);
        let Some(store) = &self.store else { return };
        tally.torn_frames += u64::from(store.recovery().torn_bytes > 0);
        let found = self.model.check(&store.snapshot().unwrap()).unwrap();
        self.model.settle(found);
        if store.snapshot().unwrap().events() == self.model.events().unwrap_or_default() {
            // Cut before the newest event was there.
            assert!(load(store, [model::newest()]), "{context}");
        }
        let leftovers = self.dir.files().into_iter().filter(|path| path.starts_with("tmp/"));
        assert_eq!(leftovers.collect::<Vec<_>>(), [""; 0], "{context}");
    }
}
