//! Events as batches: stored by several threads at once, each batch told as soon as it is acknowledged.

use super::reading::{self, Message, Reading, Tally};
use super::receipt::{BatchReceipt, IngestReceipt};
use super::{LOOK_UP, Outcome};
use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::render::count;
use crate::settings::IngestSettings;
use gristmill::event::Batch;
use gristmill::{Receipt, Store};
use indicatif::ProgressBar;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Stores batch after batch until there are no more, one fails, or the user asks to stop.
pub(super) fn store_all(
    settings: &IngestSettings,
    store: &Store,
    interrupt: &Interrupt,
    bar: &ProgressBar,
) -> Result<Outcome, Failure> {
    let messages = reading::start(settings, bar, Reading::read_batches)?;
    let source = Mutex::new(Source { messages, next: 0 });
    let work = Work { settings, store, interrupt, source, state: Mutex::default() };
    thread::scope(|scope| {
        for _ in 0..settings.threads {
            scope.spawn(|| work.run());
        }
    });
    work.state.into_inner().unwrap_or_else(PoisonError::into_inner).outcome()
}

/// What all threads share.
struct Work<'w> {
    settings: &'w IngestSettings,
    store: &'w Store,
    interrupt: &'w Interrupt,
    source: Mutex<Source>,
    state: Mutex<State>,
}

/// The batches as they are read.
struct Source {
    messages: Receiver<Message<Batch>>,
    /// The number of the next one, from 0.
    next: u64,
}

/// How far it is.
#[derive(Debug, Default)]
struct State {
    batches: u64,
    events: u64,
    /// Batches that were stored before, under the same name.
    repeated: u64,
    /// Why there is nothing more to do; the first failure stands.
    end: Option<Result<Tally, Failure>>,
}

impl Work<'_> {
    fn run(&self) {
        while let Some((number, batch)) = self.next_batch() {
            if let Err(failure) = self.store(number, batch) {
                lock(&self.state).end(Err(failure));
            }
        }
    }

    /// `None` when there is nothing more to do.
    fn next_batch(&self) -> Option<(u64, Batch)> {
        let mut source = lock(&self.source);
        while lock(&self.state).end.is_none() && !self.interrupt.is_raised() {
            match source.messages.recv_timeout(LOOK_UP) {
                Ok(Message::Events(batch)) => {
                    let number = source.next;
                    source.next += 1;
                    return Some((number, batch));
                }
                Ok(Message::End(outcome)) => lock(&self.state).end(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => lock(&self.state).end(Err(reading::lost_thread())),
            }
        }
        None
    }

    fn store(&self, number: u64, batch: Batch) -> Result<(), Failure> {
        let in_store = |error| Failure::in_store_after(&self.settings.store, error, STORED);
        let token = self.settings.token.as_ref().map(|name| format!("{name}:{number}"));
        let stored =
            token.as_deref().map_or(Ok(None), |token| self.store.receipt(token)).map_err(in_store)?;
        let repeated = stored.is_some();
        let receipt = match (stored, token) {
            (Some(receipt), _) => receipt,
            (None, Some(token)) => self.store.append(named(batch, &token)?).map_err(in_store)?,
            (None, None) => self.store.append(batch).map_err(in_store)?,
        };
        lock(&self.state).add(receipt, repeated);
        BatchReceipt { number, receipt, repeated }.print().map_err(|failure| {
            // A closed pipe too: whoever reads receipts takes what has none for not stored.
            let message = format!("batch {number} is stored, but its receipt could not be written");
            Failure::new(Code::Other, format!("{message}: {}", failure.message()))
        })
    }
}

fn named(batch: Batch, token: &str) -> Result<Batch, Failure> {
    batch.with_token(token).map_err(|error| Failure::caused(Code::Other, "cannot name a batch", &error))
}

/// What has become of the other batches when one fails.
const STORED: &str = "the batches whose receipts were printed are stored";

impl State {
    fn add(&mut self, receipt: Receipt, repeated: bool) {
        self.batches += 1;
        self.events += receipt.events;
        self.repeated += u64::from(repeated);
    }

    fn end(&mut self, outcome: Result<Tally, Failure>) {
        if self.end.as_ref().is_none_or(|end| end.is_ok() && outcome.is_err()) {
            self.end = Some(outcome);
        }
    }

    fn outcome(self) -> Result<Outcome, Failure> {
        let Some(end) = self.end else {
            let (events, batches) = (count(self.events), count(self.batches));
            return Ok(Outcome::Interrupted(format!("{events} events in {batches} batches were stored")));
        };
        let tally = end?;
        let all_repeated = self.repeated > 0 && self.repeated == self.batches;
        Ok(Outcome::Stored(IngestReceipt::of_batches(self.events, tally, all_repeated)))
    }
}

/// Nothing that panics is done under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
