//! The threads that read and check events.

use super::rejects::Rejects;
use crate::failure::{Code, Failure};
use crate::progress::Counted;
use crate::render::{count, whole};
use crate::settings::{IngestSettings, Input, InputFormat, Invalid};
use gristmill::Timestamp;
use gristmill::event::{
    Batch, BatchBuilder, BatchError, EventChunks, EventError, EventReader, Ignored, ReadError, SourceRule,
};
use gristmill::parquet::{ColumnMap, ImportError, ParquetChunks};
use gristmill::segment::SegmentBuilder;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::thread;

/// So many chunks of events may wait to be stored.
const WAITING: usize = 4;
/// Bytes at which a batch is full whatever the rows: far below what a log takes, and enough for any sync.
const BATCH_BYTES: usize = 4 << 20;

/// What the reading thread has to tell.
#[derive(Debug)]
pub(super) enum Message<T> {
    /// Checked events, in their order.
    Events(T),
    /// There is nothing more to read, or no use in it.
    End(Result<Tally, Failure>),
}

/// What was met beside the events.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Events left out.
    pub(super) rejected: u64,
    /// Keys that mean nothing, by name.
    pub(super) ignored: BTreeMap<String, u64>,
    /// Occurrences of ignored keys beyond those that are counted by name.
    pub(super) ignored_others: u64,
}

/// Starts to read in one of the ways of [`Reading`]. The thread ends by itself when nobody listens any more.
pub(super) fn start<T: Send + 'static>(
    settings: &IngestSettings,
    bar: &ProgressBar,
    read: fn(&mut Reading<T>, &IngestSettings) -> Result<(), Stop>,
) -> Result<Receiver<Message<T>>, Failure> {
    let invalid = match &settings.invalid {
        Invalid::Abort => Policy::Abort(Refused::new(settings)),
        Invalid::Skip(path) => Policy::Skip(Rejects::create(path)?),
    };
    let (sender, receiver) = sync_channel(WAITING);
    let mut reading = Reading {
        map: settings.map.clone(),
        rule: settings.rule,
        // One instant for the whole load.
        arrival: Timestamp::now(),
        invalid,
        tally: Tally::default(),
        threads: settings.threads,
        sender,
        bar: bar.clone(),
    };
    let settings = settings.clone();
    thread::Builder::new()
        .name("reading".to_owned())
        .spawn(move || {
            let outcome = match read(&mut reading, &settings) {
                Ok(()) => Ok(std::mem::take(&mut reading.tally)),
                Err(Stop::Failed(failure)) => Err(failure),
                Err(Stop::Unheard) => return,
            };
            // It does not matter if nobody listens to the end.
            let _ = reading.sender.send(Message::End(outcome));
        })
        .map_err(|error| Failure::caused(Code::Other, "cannot start a thread to read the events", &error))?;
    Ok(receiver)
}

/// The thread has gone without a word.
pub(super) fn lost_thread() -> Failure {
    Failure::new(Code::Other, "the thread that reads the events has failed")
}

/// Why reading ends early.
pub(super) enum Stop {
    /// Something is wrong.
    Failed(Failure),
    /// Nobody listens.
    Unheard,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl<T> From<SendError<Message<T>>> for Stop {
    fn from(_: SendError<Message<T>>) -> Self {
        Self::Unheard
    }
}

/// What happens to events that are not valid.
enum Policy {
    /// They are listed, and with the first the load is lost.
    Abort(Refused),
    Skip(Rejects),
}

/// The events that are not valid: how many, and the first of them.
#[derive(Debug)]
struct Refused {
    /// What becomes of the others.
    outcome: &'static str,
    count: u64,
    /// At most [`BatchError::MAX_LISTED`], each with the name of its file.
    listed: Vec<(String, EventError)>,
}

/// What the thread that reads has at hand.
pub(super) struct Reading<T> {
    /// Other names of columns.
    map: ColumnMap,
    rule: SourceRule,
    arrival: Timestamp,
    invalid: Policy,
    tally: Tally,
    /// Threads that parse.
    threads: usize,
    sender: SyncSender<Message<T>>,
    bar: ProgressBar,
}

impl Reading<SegmentBuilder> {
    /// Reads in columns, on all threads.
    pub(super) fn read_all(&mut self, settings: &IngestSettings) -> Result<(), Stop> {
        for input in &settings.inputs {
            match (settings.format, input) {
                (InputFormat::Parquet, Input::File(path)) => self.import(path, &input.name())?,
                _ => self.read(input)?,
            }
        }
        self.finish()
    }

    fn read(&mut self, input: &Input) -> Result<(), Stop> {
        let name = input.name();
        let source = self.open(input, &name)?;
        let mut chunks = EventChunks::start(source, self.rule, self.arrival, self.threads)
            .map_err(|error| Failure::caused(Code::Other, "cannot start the threads that read", &error))?;
        while let Some(chunk) = chunks.next_chunk() {
            let chunk = chunk.map_err(|error| self.unreadable(&name, &error))?;
            for refused in chunk.refused {
                self.refuse(&name, refused.error, &refused.raw)?;
            }
            if !self.is_lost() {
                self.sender.send(Message::Events(chunk.rows))?;
            }
        }
        self.tally.add(chunks.ignored());
        Ok(())
    }

    fn import(&mut self, path: &Path, name: &str) -> Result<(), Stop> {
        let failure = |error: ImportError| {
            let is_ours = matches!(error, ImportError::Io(_) | ImportError::Changed | ImportError::Panicked);
            let code = if is_ours { Code::Other } else { Code::BadInput };
            Failure::caused(code, &format!("`{name}`"), &error)
        };
        let mut chunks =
            ParquetChunks::open(path, &self.map, self.rule, self.arrival, self.threads).map_err(failure)?;
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        while let Some(chunk) = chunks.next_chunk() {
            let rows = chunk.map_err(failure)?;
            let share = rows.len() as f64 / chunks.rows().max(1) as f64;
            self.bar.inc(whole(bytes as f64 * share) as u64);
            self.sender.send(Message::Events(rows))?;
        }
        self.tally.add(chunks.ignored());
        Ok(())
    }
}

impl Reading<Batch> {
    /// Reads event after event into batches of so many. Where one is not valid and none may be left out, the batch it is in
    /// is not sent, and nothing after it.
    pub(super) fn read_batches(&mut self, settings: &IngestSettings) -> Result<(), Stop> {
        let rows = settings.batch_rows.unwrap_or(usize::MAX);
        let mut batch = BatchBuilder::new();
        for input in &settings.inputs {
            let name = input.name();
            let mut reader = EventReader::new(self.open(input, &name)?, self.rule, self.arrival);
            while let Some(row) = reader.next_row() {
                match row {
                    Ok(row) => batch.push(&row).map_err(|error| invalid(&name, &error))?,
                    Err(ReadError::Refused { error, raw }) => {
                        self.refuse(&name, *error, &raw)?;
                        if self.is_lost() {
                            return self.finish();
                        }
                    }
                    Err(error) => return Err(self.unreadable(&name, &error).into()),
                }
                if batch.len() >= rows || batch.bytes() >= BATCH_BYTES {
                    self.sender.send(Message::Events(std::mem::take(&mut batch).finish()))?;
                }
            }
            self.tally.add(reader.ignored());
        }
        if !batch.is_empty() {
            self.sender.send(Message::Events(batch.finish()))?;
        }
        self.finish()
    }
}

impl<T> Reading<T> {
    /// What is told at the end of the last input.
    fn finish(&mut self) -> Result<(), Stop> {
        match &mut self.invalid {
            Policy::Abort(refused) if refused.count > 0 => return Err(refused.failure("").into()),
            Policy::Abort(_) => {}
            Policy::Skip(rejects) => rejects.finish()?,
        }
        Ok(())
    }

    fn open(&self, input: &Input, name: &str) -> Result<Counted<Box<dyn Read + Send>>, Failure> {
        Ok(Counted { inner: open(input, name)?, bar: self.bar.clone() })
    }

    /// Whether the load cannot succeed any more, and reading goes on only to list what is wrong.
    fn is_lost(&self) -> bool {
        matches!(&self.invalid, Policy::Abort(refused) if refused.count > 0)
    }

    fn refuse(&mut self, name: &str, error: EventError, raw: &[u8]) -> Result<(), Stop> {
        match &mut self.invalid {
            Policy::Skip(rejects) => {
                self.tally.rejected += 1;
                rejects.write(name, &error, raw)?;
            }
            Policy::Abort(refused) => refused.add(name, error),
        }
        Ok(())
    }

    /// The file breaks off. What was refused before is told with it.
    fn unreadable(&self, name: &str, error: &ReadError) -> Failure {
        let is_ours = matches!(error, ReadError::Io { .. } | ReadError::Panicked);
        let code = if is_ours { Code::Other } else { Code::BadInput };
        let broken = Failure::caused(code, name, error);
        match &self.invalid {
            Policy::Abort(refused) if refused.count > 0 => broken.after(&refused.failure("at least ")),
            Policy::Abort(_) | Policy::Skip(_) => broken,
        }
    }
}

/// An event that is valid for a reader and not for a batch: both share their rules.
fn invalid(name: &str, error: &EventError) -> Failure {
    Failure::caused(Code::BadInput, name, error)
}

impl Tally {
    fn add(&mut self, ignored: &Ignored) {
        for (name, times) in ignored.iter() {
            *self.ignored.entry(name.to_owned()).or_default() += times;
        }
        self.ignored_others += ignored.others();
    }
}

fn open(input: &Input, name: &str) -> Result<Box<dyn Read + Send>, Failure> {
    match input {
        Input::Stdin => Ok(Box::new(io::stdin())),
        Input::File(path) => File::open(path)
            .map(|file| Box::new(file) as Box<dyn Read + Send>)
            .map_err(|error| Failure::caused(Code::Other, &format!("cannot read `{name}`"), &error)),
    }
}

impl Refused {
    fn new(settings: &IngestSettings) -> Self {
        let outcome = match settings.batch_rows {
            None => "nothing is stored",
            Some(_) => "the batch it is in and what follows are not stored",
        };
        Self { outcome, count: 0, listed: Vec::new() }
    }

    fn add(&mut self, name: &str, error: EventError) {
        self.count += 1;
        if self.listed.len() < BatchError::MAX_LISTED {
            self.listed.push((name.to_owned(), error));
        }
    }

    /// Lists them, with `bound` before their number.
    fn failure(&self, bound: &str) -> Failure {
        let events = if self.count == 1 { "event is" } else { "events are" };
        let mut message = format!("{bound}{} {events} not valid, so {}", count(self.count), self.outcome);
        if self.count > self.listed.len() as u64 {
            // Writing to a String cannot fail.
            let _ = write!(message, "; the first {}", self.listed.len());
        }
        message.push(':');
        for (name, error) in &self.listed {
            let _ = write!(message, "\n  {name}: {error}");
        }
        message.push_str("\n--on-invalid skip stores the others and writes these to a file");
        Failure::new(Code::BadInput, message)
    }
}
