//! Why events are refused.

use crate::event::Source;
use crate::timestamp::TimestampError;
use std::fmt;
use thiserror::Error;

/// One event that is refused: which one, its field, and why.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub struct EventError {
    /// Position among the events of the request or file, from 0 on.
    pub index: u64,
    /// The line of the text on which the event starts, from 1 on; absent for events that come from no text.
    pub line: Option<u64>,
    /// The field, as `category` or `properties[2]`; absent where the event as a whole is wrong.
    pub field: Option<Box<str>>,
    /// What is wrong. It is the first thing found wrong in this event.
    pub problem: EventProblem,
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}", self.index)?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        f.write_str(": ")?;
        if let Some(field) = &self.field {
            write!(f, "`{}` ", field.escape_debug())?;
        }
        write!(f, "{}", self.problem)
    }
}

/// What is wrong with an event or one of its fields.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum EventProblem {
    /// The text is not JSON; `at` counts bytes from the start of the event.
    #[error("is not valid JSON at byte {at}: expected {expected}")]
    Syntax {
        /// Bytes from the start of the event.
        at: usize,
        /// What would be right there.
        expected: &'static str,
    },
    /// The bytes are not UTF-8; `at` counts bytes from the start of the event.
    #[error("is not valid UTF-8 at byte {at}")]
    NotUtf8 {
        /// Bytes from the start of the event.
        at: usize,
    },
    /// Something else stands where an event should.
    #[error("is not a JSON object: an event is an object like {{\"vendor\": ...}}")]
    NotAnObject,
    /// An `events` list within an event.
    #[error(
        "is a list of events within an event: `events` belongs to the outermost object, without event fields"
    )]
    NestedEvents,
    /// A required field is absent or null.
    #[error("is required and is absent or null")]
    Missing,
    /// A key stands twice in the object.
    #[error("stands twice in the same object")]
    Repeated,
    /// A value of another type.
    #[error("must be {expected}, found {found}")]
    WrongType {
        /// What would be right.
        expected: &'static str,
        /// The JSON type that is there.
        found: &'static str,
    },
    /// A `\u` escape that is half of a surrogate pair.
    #[error("has a `\\u` escape that is only one half of a surrogate pair")]
    LoneSurrogate,
    /// `event_version` is no integer of 64 bits.
    #[error("must be written as an integer from -2^63 to 2^63-1, found {found}")]
    NotAnInteger {
        /// The number as written.
        found: Box<str>,
    },
    /// `value` is infinite, not a number, or beyond the range of a 64-bit float.
    #[error("must be a finite number within the range of a 64-bit float, found {found}")]
    NotFinite {
        /// The number as written.
        found: Box<str>,
    },
    /// The text is no timestamp, or the instant is one that no event can have.
    #[error("is refused: {0}")]
    Timestamp(#[source] TimestampError),
    /// `source` is none of the two words.
    #[error("must be \"trusted\" or \"untrusted\", found {found:?}")]
    UnknownSource {
        /// The word that is there, at most 64 characters of it.
        found: Box<str>,
    },
    /// `source` says otherwise than the receiver.
    #[error("says {found}, but the receiver takes these events as {required}: leave it out")]
    OtherSource {
        /// What the event says.
        found: Source,
        /// What the receiver says.
        required: Source,
    },
    /// A string over the limit.
    #[error("has {found} bytes, more than the limit of {limit}")]
    TooLong {
        /// Bytes as UTF-8.
        found: usize,
        /// [`EventLimits::string_bytes`](crate::event::EventLimits::string_bytes).
        limit: usize,
    },
    /// More elements than the limit.
    #[error("has {found} elements, more than the limit of {limit}")]
    TooMany {
        /// Elements sent.
        found: usize,
        /// [`EventLimits::properties`](crate::event::EventLimits::properties).
        limit: usize,
    },
}

/// Why a batch could not be made. Nothing of it is stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Some events are refused, and with them all.
    #[error("{}", invalid(errors, *total))]
    Invalid {
        /// The refused events, at most [`BatchError::MAX_LISTED`].
        errors: Vec<EventError>,
        /// How many there are, listed or not.
        total: u64,
    },
    /// The text around the events is wrong.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The text does not decompress.
    #[error("the {format} data cannot be decompressed, at or before byte {offset}")]
    Compressed {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// Bytes of compressed text that were read.
        offset: u64,
        /// What the decoder says.
        source: std::io::Error,
    },
    /// The text is larger than allowed once it is decompressed.
    #[error("the text is larger than {limit} bytes once decompressed: send it in parts")]
    TooLarge {
        /// [`EventLimits::decompressed_bytes`](crate::event::EventLimits::decompressed_bytes).
        limit: u64,
    },
    /// There are more events than allowed.
    #[error("there are more than {limit} events: send them in parts")]
    TooManyEvents {
        /// [`EventLimits::batch_events`](crate::event::EventLimits::batch_events).
        limit: u64,
    },
    /// The append token is empty or too long.
    #[error("an append token has 1 to {} bytes, this one has {length}", crate::event::Batch::MAX_TOKEN_BYTES)]
    Token {
        /// Bytes of the token.
        length: usize,
    },
}

impl BatchError {
    /// How many refused events are listed.
    pub const MAX_LISTED: usize = 100;
}

fn invalid(errors: &[EventError], total: u64) -> String {
    let mut text = format!("{total} of the events are refused, so none is taken");
    if total == 1 {
        text = String::from("one event is refused, so none is taken");
    }
    for error in errors {
        text.push_str("; ");
        text.push_str(&error.to_string());
    }
    let listed = u64::try_from(errors.len()).unwrap_or(u64::MAX);
    if total > listed {
        text.push_str("; and ");
        text.push_str(&(total - listed).to_string());
        text.push_str(" more");
    }
    text
}

/// The JSON text around the events is wrong, so that no further event can be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the JSON text is wrong at byte {offset} (line {line}): {problem}")]
#[non_exhaustive]
pub struct JsonError {
    /// Bytes from the start of the text, after decompression.
    pub offset: u64,
    /// The line, from 1 on.
    pub line: u64,
    /// What is wrong.
    pub problem: JsonProblem,
}

/// What is wrong with the text around the events.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonProblem {
    /// The text ends too early, or something else stands there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The same key twice beside `events`.
    #[error("the key {0:?} stands twice in the same object")]
    Repeated(Box<str>),
    /// An event's field beside `events`.
    #[error("the event field `{0}` stands beside `events`: put it into the events, or leave `events` out")]
    FieldBesideEvents(&'static str),
    /// `events` is no array.
    #[error("`events` must be an array of events")]
    EventsNotAnArray,
    /// Too many unknown keys beside `events`.
    #[error("more than {limit} keys stand beside `events`")]
    TooManyKeys {
        /// How many there may be.
        limit: usize,
    },
    /// An event, or a value beside `events`, is larger than the limit.
    #[error("what starts here is larger than the limit of {limit} bytes for one event")]
    TooLarge {
        /// [`EventLimits::event_bytes`](crate::event::EventLimits::event_bytes).
        limit: usize,
    },
}
