//! The threads that read and check events.

use super::rejects::Rejects;
use crate::failure::{Code, Failure};
use crate::progress::Counted;
use crate::render::{count, whole};
use crate::settings::{IngestSettings, Input, InputFormat, Invalid};
use gristmill::Timestamp;
use gristmill::event::{BatchError, EventChunks, EventError, Ignored, ReadError, SourceRule};
use gristmill::parquet::{ImportError, ParquetChunks};
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

/// What the reading thread has to tell.
#[derive(Debug)]
pub(super) enum Message {
    /// Checked events, in their order.
    Events(SegmentBuilder),
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

/// Starts to read. The thread ends by itself when nobody listens any more.
pub(super) fn start(settings: &IngestSettings, bar: &ProgressBar) -> Result<Receiver<Message>, Failure> {
    let invalid = match &settings.invalid {
        Invalid::Abort => Policy::Abort(Refused::default()),
        Invalid::Skip(path) => Policy::Skip(Rejects::create(path)?),
    };
    let (sender, receiver) = sync_channel(WAITING);
    let mut reading = Reading {
        rule: settings.rule,
        // One instant for the whole load.
        arrival: Timestamp::now(),
        invalid,
        tally: Tally::default(),
        threads: settings.threads,
        sender,
        bar: bar.clone(),
    };
    let (inputs, format) = (settings.inputs.clone(), settings.format);
    thread::Builder::new()
        .name("reading".to_owned())
        .spawn(move || {
            let outcome = match reading.read_all(&inputs, format) {
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

/// Why reading ends early.
enum Stop {
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

impl From<SendError<Message>> for Stop {
    fn from(_: SendError<Message>) -> Self {
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
#[derive(Debug, Default)]
struct Refused {
    count: u64,
    /// At most [`BatchError::MAX_LISTED`], each with the name of its file.
    listed: Vec<(String, EventError)>,
}

struct Reading {
    rule: SourceRule,
    arrival: Timestamp,
    invalid: Policy,
    tally: Tally,
    /// Threads that parse.
    threads: usize,
    sender: SyncSender<Message>,
    bar: ProgressBar,
}

impl Reading {
    fn read_all(&mut self, inputs: &[Input], format: InputFormat) -> Result<(), Stop> {
        for input in inputs {
            match (format, input) {
                (InputFormat::Parquet, Input::File(path)) => self.import(path, &input.name())?,
                _ => self.read(input)?,
            }
        }
        match &mut self.invalid {
            Policy::Abort(refused) if refused.count > 0 => return Err(refused.failure("").into()),
            Policy::Abort(_) => {}
            Policy::Skip(rejects) => rejects.finish()?,
        }
        Ok(())
    }

    fn read(&mut self, input: &Input) -> Result<(), Stop> {
        let name = input.name();
        let source = Counted { inner: open(input, &name)?, bar: self.bar.clone() };
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
            let is_ours = matches!(error, ImportError::Io(_) | ImportError::Panicked);
            let code = if is_ours { Code::Other } else { Code::BadInput };
            Failure::caused(code, &format!("`{name}`"), &error)
        };
        let mut chunks = ParquetChunks::open(path, self.rule, self.arrival, self.threads).map_err(failure)?;
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
    fn add(&mut self, name: &str, error: EventError) {
        self.count += 1;
        if self.listed.len() < BatchError::MAX_LISTED {
            self.listed.push((name.to_owned(), error));
        }
    }

    /// Lists them, with `bound` before their number.
    fn failure(&self, bound: &str) -> Failure {
        let events = if self.count == 1 { "event is" } else { "events are" };
        let mut message = format!("{bound}{} {events} not valid, so nothing is stored", count(self.count));
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
