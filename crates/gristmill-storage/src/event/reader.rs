//! Events out of a stream of any length.

use crate::event::decompress::Decompressed;
use crate::event::json::{Found, Parser, Rules, Window};
use crate::event::{Event, EventError, EventLimits, EventRow, Ignored, JsonError, SourceRule};
use crate::segment::SegmentError;
use crate::timestamp::Timestamp;
use std::fmt;
use std::io::{self, Read};
use thiserror::Error;

/// Bytes of text held at least. The buffer grows where one event is larger.
const BUFFER_BYTES: usize = 256 << 10;

/// Reads events one by one from JSON text of any length, in memory that one event bounds.
///
/// The text has the shapes of [`Batch::from_json_within`](crate::event::Batch::from_json_within), plain or compressed
/// by gzip or zstd.
///
/// ```
/// use gristmill_storage::Timestamp;
/// use gristmill_storage::event::{EventReader, Source};
///
/// let text = br#"{"vendor":"v","category":"c","label":"","action":"","organization_id":"o","event_version":1}"#;
/// let mut reader = EventReader::new(&text[..], Source::Untrusted, Timestamp(0));
/// while let Some(row) = reader.next_row() {
///     assert_eq!(row?.event_version, 1);
/// }
/// # Ok::<(), gristmill_storage::event::ReadError>(())
/// ```
pub struct EventReader<R> {
    source: Decompressed<R>,
    parser: Parser,
    /// The window on the text, then room.
    buffer: Vec<u8>,
    filled: usize,
    /// Whether the source is at its end.
    complete: bool,
    /// Whether the last event was read, or nothing more can be.
    done: bool,
}

/// Why an event could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// One event is refused; the next call goes on with the one after it.
    #[error("{error}")]
    Refused {
        /// Which event, and why.
        error: Box<EventError>,
        /// Its bytes as they came.
        raw: Vec<u8>,
    },
    /// The text around the events is wrong. Nothing more can be read.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The text does not decompress. Nothing more can be read.
    #[error("the {format} data cannot be decompressed, at or before byte {offset}")]
    Compressed {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// Bytes of compressed text that were used.
        offset: u64,
        /// What the decoder says.
        source: io::Error,
    },
    /// The source does not give its bytes. Nothing more can be read.
    #[error("the events cannot be read at byte {offset}")]
    Io {
        /// Bytes that were read.
        offset: u64,
        /// What the source says.
        source: io::Error,
    },
    /// The events do not fit together. Nothing more can be read.
    #[error("the events cannot be brought into columns")]
    Columns(#[from] SegmentError),
    /// A thread that parses has panicked. Nothing more can be read.
    #[error("a thread that reads the events has failed")]
    Panicked,
}

impl ReadError {
    /// The error of a source.
    pub(super) fn of_source<R: Read>(text: &Decompressed<R>, source: io::Error) -> Self {
        let offset = text.offset();
        match text.compression() {
            Some(compression) => Self::Compressed { format: compression.name(), offset, source },
            None => Self::Io { offset, source },
        }
    }
}

impl<R: Read> EventReader<R> {
    /// A reader under the default limits. Events without a timestamp get `arrival`.
    pub fn new(source: R, rule: impl Into<SourceRule>, arrival: Timestamp) -> Self {
        Self::with_limits(EventLimits::default(), source, rule, arrival)
    }

    /// A reader under these limits; [`EventLimits::decompressed_bytes`] does not apply.
    pub fn with_limits(
        limits: EventLimits,
        source: R,
        rule: impl Into<SourceRule>,
        arrival: Timestamp,
    ) -> Self {
        Self {
            source: Decompressed::new(source),
            parser: Parser::new(Rules { source: rule.into(), arrival, limits }),
            buffer: vec![0; BUFFER_BYTES],
            filled: 0,
            complete: false,
            done: false,
        }
    }

    /// The next event, borrowed until the next call; `None` at the end of the text, and after an error that ends it.
    pub fn next_row(&mut self) -> Option<Result<EventRow<'_>, ReadError>> {
        match self.advance() {
            Ok(true) => Some(Ok(self.parser.row(Window::new(&self.buffer[..self.filled])))),
            Ok(false) => None,
            Err(error) => {
                self.done |= !matches!(error, ReadError::Refused { .. });
                Some(Err(error))
            }
        }
    }

    /// The keys ignored so far; those of refused events do not count.
    pub fn ignored(&self) -> &Ignored {
        self.parser.ignored()
    }

    /// How many events were met so far, refused ones included.
    pub fn events(&self) -> u64 {
        self.parser.events()
    }

    /// How many bytes of the source were used so far; of a compressed one before decompression.
    pub fn offset(&self) -> u64 {
        self.source.offset()
    }

    /// Goes to the next event; false at the end.
    fn advance(&mut self) -> Result<bool, ReadError> {
        while !self.done {
            match self.parser.next(Window::new(&self.buffer[..self.filled]), self.complete)? {
                Found::Event => return Ok(true),
                Found::Refused(error, raw) => {
                    return Err(ReadError::Refused {
                        error: Box::new(error),
                        raw: self.buffer[raw].to_vec(),
                    });
                }
                Found::NeedsMore => self.fill()?,
                Found::End => self.done = true,
            }
        }
        Ok(false)
    }

    fn fill(&mut self) -> Result<(), ReadError> {
        let used = self.parser.advance_window();
        self.buffer.copy_within(used..self.filled, 0);
        self.filled -= used;
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        // The event at hand is scanned anew after each call, so a large one must grow by its own size each time,
        // however small the pieces are in which the source gives it.
        let enough = if self.filled < BUFFER_BYTES / 4 { self.filled + 1 } else { self.filled * 2 };
        while self.filled < enough.min(self.buffer.len()) && !self.complete {
            match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    self.complete = read == 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(ReadError::of_source(&self.source, source)),
            }
        }
        Ok(())
    }
}

impl<R: Read> Iterator for EventReader<R> {
    type Item = Result<Event, ReadError>;

    /// As [`EventReader::next_row`], with a copy of the event.
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_row()?.map(|row| row.to_event()))
    }
}

impl<R> fmt::Debug for EventReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventReader").field("parser", &self.parser).finish_non_exhaustive()
    }
}
