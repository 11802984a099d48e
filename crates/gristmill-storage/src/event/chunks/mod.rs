//! Events out of a stream of any length, many at a time, parsed by several threads.
//!
//! One thread cuts the text into blocks of whole lines, others parse a block each as if it began between two events.
//! That holds for the first block, and for each one whose forerunner ended between two events. Where one does not,
//! which no text with an event a line has, the text is parsed as one from there on.

mod cut;
mod parse;
#[cfg(test)]
mod tests;

use crate::event::json::{Parser, Place, Rules};
use crate::event::{EventError, EventLimits, Ignored, JsonError, ReadError, SourceRule};
use crate::ordered::Ordered;
use crate::segment::SegmentBuilder;
use crate::timestamp::Timestamp;
use cut::{Buffers, Cutter};
use parse::{Gathered, Halt, Outcome, ParsedBlock, Stop, gather, parse};
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of text that a chunk is made of. So few keep the distinct values of a chunk in the caches of a core, and so
/// many make it cheap to put chunks together: 1 MiB and 16 MiB load slower by a tenth.
const BLOCK_BYTES: usize = 4 << 20;

/// Reads events in chunks, on several threads, in memory that a few chunks bound.
///
/// What is taken and what is refused, and how that is told, is as for an [`EventReader`](crate::event::EventReader); so
/// are the shapes of the text. Text with an event a line is parsed by all threads, text of other shapes by the caller's.
pub struct EventChunks {
    rules: Rules,
    text: Text,
    buffers: Buffers,
    /// Tells the threads that blocks do not begin between events.
    is_one: Arc<AtomicBool>,
    before: Before,
    ignored: Ignored,
    /// What is told when the chunk at hand was taken.
    error: Option<ReadError>,
}

/// Events that came one after the other.
#[derive(Debug)]
pub struct EventChunk {
    /// The events, in their order.
    pub rows: SegmentBuilder,
    /// Those among them that were refused, in their order.
    pub refused: Vec<RefusedEvent>,
}

/// An event that is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedEvent {
    /// Which event, and why.
    pub error: EventError,
    /// Its bytes as they came.
    pub raw: Vec<u8>,
}

/// The text before some place.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    events: u64,
    lines: u64,
    bytes: u64,
}

type Blocks = Ordered<Result<ParsedBlock, ReadError>>;

/// The text that is left.
enum Text {
    /// Blocks that were parsed apart.
    Blocks(Blocks),
    /// A text to be parsed as one.
    One { parser: Box<Parser>, window: Vec<u8>, complete: bool, blocks: Blocks },
    /// Nothing.
    Done,
}

impl EventChunks {
    /// Starts to read, under the default limits, with so many threads that parse. Events without a timestamp get
    /// `arrival`. An error says that a thread could not be started.
    pub fn start(
        source: impl Read + Send + 'static,
        rule: impl Into<SourceRule>,
        arrival: Timestamp,
        threads: usize,
    ) -> io::Result<Self> {
        let rules = Rules { source: rule.into(), arrival, limits: EventLimits::default() };
        Self::with_blocks(source, rules, threads, BLOCK_BYTES)
    }

    fn with_blocks(
        source: impl Read + Send + 'static,
        rules: Rules,
        threads: usize,
        block_bytes: usize,
    ) -> io::Result<Self> {
        let buffers = Buffers::default();
        let is_one = Arc::new(AtomicBool::new(false));
        let cutter = Cutter::new(source, block_bytes, buffers.clone());
        let blocks = Ordered::start(threads, cutter, {
            let (rules, is_one) = (rules.clone(), Arc::clone(&is_one));
            move |block| {
                let block = block?;
                Ok(if is_one.load(Ordering::Relaxed) {
                    ParsedBlock::unparsed(block)
                } else {
                    parse(rules.clone(), block)
                })
            }
        })?;
        let (text, before, ignored) = (Text::Blocks(blocks), Before::default(), Ignored::default());
        Ok(Self { rules, text, buffers, is_one, before, ignored, error: None })
    }

    /// The next chunk; `None` at the end of the text, and after an error.
    pub fn next_chunk(&mut self) -> Option<Result<EventChunk, ReadError>> {
        loop {
            let step = match (self.error.take(), &mut self.text) {
                (Some(error), _) => Err(error),
                (None, Text::Done) => return None,
                (None, Text::Blocks(blocks)) => match next_block(blocks) {
                    Ok(block) => Ok(self.take(block)),
                    Err(error) => Err(error),
                },
                (None, Text::One { .. }) => Ok(self.take_more()),
            };
            match step {
                Ok(Some(chunk)) => return Some(Ok(chunk)),
                Ok(None) => {}
                Err(error) => {
                    self.text = Text::Done;
                    return Some(Err(error));
                }
            }
        }
    }

    /// The keys ignored so far; those of refused events do not count.
    pub fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    /// Takes what was found in a block.
    fn take(&mut self, block: Option<ParsedBlock>) -> Option<EventChunk> {
        let Some(parsed) = block else {
            self.text = Text::Done;
            return None;
        };
        let before = self.before;
        match parsed.outcome {
            Outcome::Clean => {}
            Outcome::Open => {
                self.parse_as_one(parsed);
                return None;
            }
            Outcome::Json(error) => self.error = Some(before.of_json(error).into()),
            Outcome::Full(error) => self.error = Some(error.into()),
        }
        self.before.events += parsed.events;
        self.before.lines += parsed.lines;
        self.before.bytes += parsed.block.length as u64;
        self.ignored.add(&parsed.ignored);
        self.buffers.give_back(parsed.block);
        let Gathered { rows, mut refused } = parsed.gathered;
        for refused in &mut refused {
            refused.error.index += before.events;
            refused.error.line = refused.error.line.map(|line| line + before.lines);
        }
        chunk(Gathered { rows, refused })
    }

    /// Goes on with a text that cannot be parsed in blocks.
    fn parse_as_one(&mut self, parsed: ParsedBlock) {
        self.is_one.store(true, Ordering::Relaxed);
        if let Text::Blocks(blocks) = std::mem::replace(&mut self.text, Text::Done) {
            let Before { events, lines, bytes } = self.before;
            let place = if parsed.block.first { Place::Start } else { Place::Outermost };
            let parser = Box::new(Parser::behind(self.rules.clone(), place, bytes, lines, events));
            let window = parsed.block.own().to_vec();
            let complete = parsed.block.end == cut::BlockEnd::Text;
            self.text = Text::One { parser, window, complete, blocks };
        }
        self.buffers.give_back(parsed.block);
    }

    /// Parses the text as one, as far as it is there.
    fn take_more(&mut self) -> Option<EventChunk> {
        let Text::One { parser, window, complete, blocks } = &mut self.text else { return None };
        let mut gathered = Gathered::default();
        let result = gather(parser, window, *complete, &mut gathered);
        self.ignored.add(&parser.take_ignored());
        match result {
            Ok(Stop::End) => self.text = Text::Done,
            Ok(Stop::NeedsMore) => {
                window.drain(..parser.advance_window());
                match next_block(blocks) {
                    Ok(Some(parsed)) => {
                        window.extend_from_slice(parsed.block.own());
                        self.buffers.give_back(parsed.block);
                    }
                    Ok(None) => *complete = true,
                    Err(error) => self.error = Some(error),
                }
            }
            Err(Halt::Json(error)) => self.error = Some(error.into()),
            Err(Halt::Full(error)) => self.error = Some(error.into()),
        }
        chunk(gathered)
    }
}

fn next_block(blocks: &mut Blocks) -> Result<Option<ParsedBlock>, ReadError> {
    match blocks.next() {
        None => Ok(None),
        Some(Ok(result)) => result.map(Some),
        Some(Err(_)) => Err(ReadError::Panicked),
    }
}

/// A chunk, where there is anything in it.
fn chunk(Gathered { rows, refused }: Gathered) -> Option<EventChunk> {
    (!rows.is_empty() || !refused.is_empty()).then_some(EventChunk { rows, refused })
}

impl Before {
    /// An error of a block, in terms of the text.
    fn of_json(self, error: JsonError) -> JsonError {
        JsonError { offset: error.offset + self.bytes, line: error.line + self.lines, ..error }
    }
}

impl fmt::Debug for EventChunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventChunks").field("before", &self.before).finish_non_exhaustive()
    }
}
