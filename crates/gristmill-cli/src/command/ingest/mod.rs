//! `gristmill ingest` and `gristmill import`: files of events into a store, as one load or in batches.
//!
//! Other threads read and check the events, this one stores them. So all cores have work, and Ctrl-C is heard even while
//! stdin is silent.

mod batches;
mod reading;
mod receipt;
mod rejects;

use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output::say;
use crate::progress::{self, Measure};
use crate::render::count;
use crate::settings::IngestSettings;
use gristmill::segment::SegmentBuilder;
use gristmill::{Recovery, Store, StoreError};
use indicatif::ProgressBar;
use reading::{Message, Reading, Tally};
use receipt::IngestReceipt;
use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long Ctrl-C may go unnoticed.
const LOOK_UP: Duration = Duration::from_millis(50);

pub(crate) fn run(settings: &IngestSettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let interrupt = Interrupt::listen()?;
    let failure = |error| Failure::in_store(&settings.store, error);
    let store = settings.options.clone().open(&settings.store).map_err(failure)?;
    if !settings.quiet {
        recovery_lines(store.recovery()).iter().for_each(|line| say(line));
    }
    let bar = progress::bar(Measure::Bytes(settings.input_bytes), settings.quiet);
    let outcome = if settings.batch_rows.is_some() {
        batches::store_all(settings, &store, &interrupt, &bar)
    } else {
        load(settings, &store, &interrupt, &bar)
    };
    bar.finish_and_clear();
    let closed = store.close();
    match outcome? {
        Outcome::Stored(receipt) => {
            if let Err(failure) = receipt.print(settings, begin.elapsed()) {
                warn_stored("the receipt could not be written", &failure);
            }
            if let Err(error) = closed {
                warn_stored("the store could not be closed", &failure(error));
            }
            Ok(())
        }
        Outcome::Interrupted(what) => {
            say(&format!("gristmill: interrupted, {what}"));
            // The reading thread may wait for input that never comes.
            process::exit(i32::from(Code::Interrupted as u8));
        }
    }
}

/// Tells what went wrong once the events were stored. It is no failure of the load: whoever took it for one would load
/// the events again.
fn warn_stored(trouble: &str, failure: &Failure) {
    if !failure.is_broken_pipe() {
        say(&format!("warning: the events are stored, but {trouble}: {}", failure.message()));
    }
}

/// What a crash of the writer before has left to tell.
fn recovery_lines(recovery: &Recovery) -> Vec<String> {
    let mut lines = Vec::new();
    if recovery.events > 0 && !recovery.closed {
        lines.push(format!("recovered {} events from the log", count(recovery.events)));
    }
    if recovery.torn_bytes > 0 {
        let torn = count(recovery.torn_bytes);
        lines.push(format!(
            "torn tail: {torn} bytes dropped at the end of the log, of an append never acknowledged"
        ));
    }
    if recovery.leftovers > 0 {
        lines.push(format!("removed {} files that a crash had left behind", count(recovery.leftovers)));
    }
    lines
}

enum Outcome {
    Stored(IngestReceipt),
    /// By the user, with what became of the events.
    Interrupted(String),
}

/// Stores all events or none. A load that is dropped before its commit leaves nothing behind.
fn load(
    settings: &IngestSettings,
    store: &Store,
    interrupt: &Interrupt,
    bar: &ProgressBar,
) -> Result<Outcome, Failure> {
    let failure = |error| Failure::in_store(&settings.store, error);
    let mut loader = store.loader().with_threads(settings.threads);
    if let Some(token) = &settings.token {
        if let Some(receipt) = store.receipt(token).map_err(failure)? {
            return Ok(Outcome::Stored(IngestReceipt::repeated(receipt)));
        }
        loader = loader.with_token(token);
    }
    let messages = reading::start(settings, bar, Reading::read_all)?;
    let failure = |error: StoreError| Failure::in_store(&settings.store, error);
    let Some(tally) = store_all(&messages, interrupt, &mut |events| loader.append(events).map_err(failure))?
    else {
        return Ok(Outcome::Interrupted("nothing of this load was stored".to_owned()));
    };
    // From here on Ctrl-C comes too late: the commit is one step.
    let receipt = loader.commit().map_err(failure)?;
    Ok(Outcome::Stored(IngestReceipt::new(receipt, tally)))
}

/// Stores what is read until it ends; `None` when the user has asked to stop.
fn store_all(
    messages: &Receiver<Message<SegmentBuilder>>,
    interrupt: &Interrupt,
    store: &mut dyn FnMut(SegmentBuilder) -> Result<(), Failure>,
) -> Result<Option<Tally>, Failure> {
    while !interrupt.is_raised() {
        match messages.recv_timeout(LOOK_UP) {
            Ok(Message::Events(events)) => store(events)?,
            Ok(Message::End(outcome)) => return outcome.map(Some),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(reading::lost_thread());
            }
        }
    }
    Ok(None)
}
