//! Events as JSON text.

mod key_order;
mod keys;
mod parser;
mod resume;
mod rules;
mod scan;
mod tokens;
mod window;
mod write;

pub(super) use parser::{Found, Parser, Place};
pub(super) use rules::Rules;
pub(super) use window::Window;

use crate::event::decompress::{Compression, Decompressed};
use crate::event::{Batch, BatchBuilder, BatchError, EventLimits, Ignored, SourceRule};
use crate::timestamp::Timestamp;
use std::borrow::Cow;
use std::io::Read;

/// A batch out of a text, and what of the text was ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The events.
    pub batch: Batch,
    /// The keys that mean nothing here.
    pub ignored: Ignored,
}

impl Batch {
    /// The events of a JSON text under the default limits; see [`Batch::from_json_within`].
    pub fn from_json(
        text: &[u8],
        source: impl Into<SourceRule>,
        arrival: Timestamp,
    ) -> Result<Parsed, BatchError> {
        Self::from_json_within(&EventLimits::default(), text, source, arrival)
    }

    /// The events of a JSON text, plain or compressed by gzip or zstd, all of them or none.
    ///
    /// The text is `{"events": [...]}`, one event, an array of events, or any number of these one after the other, as
    /// NDJSON has it. Events without a timestamp get `arrival`. An empty text has no events.
    ///
    /// [`BatchError::Invalid`] lists the events that are refused, [`BatchError::Json`] says where the text around them
    /// is wrong.
    pub fn from_json_within(
        limits: &EventLimits,
        text: &[u8],
        source: impl Into<SourceRule>,
        arrival: Timestamp,
    ) -> Result<Parsed, BatchError> {
        let rules = Rules { source: source.into(), arrival, limits: limits.clone() };
        parse(rules, &decompress(text, limits.decompressed_bytes)?)
    }
}

fn parse(rules: Rules, text: &[u8]) -> Result<Parsed, BatchError> {
    let limit = rules.limits.batch_events;
    let mut builder = BatchBuilder::new();
    let mut parser = Parser::new(rules);
    let text = Window::checked(text);
    let mut errors = Vec::new();
    let mut total = 0;
    loop {
        let found = parser.next(text, true)?;
        if parser.events() > limit {
            return Err(BatchError::TooManyEvents { limit });
        }
        match found {
            Found::Event => builder.push_checked(&parser.row(text)),
            Found::Refused(error, _) => {
                total += 1;
                if errors.len() < BatchError::MAX_LISTED {
                    errors.push(error);
                }
            }
            Found::NeedsMore | Found::End => break,
        }
    }
    if total > 0 {
        return Err(BatchError::Invalid { errors, total });
    }
    Ok(Parsed { batch: builder.finish(), ignored: parser.into_ignored() })
}

/// The text that is meant: as it is, or decompressed where its first bytes say that it is gzip or zstd.
///
/// [`BatchError::TooLarge`] where that has more than `limit` bytes, and [`BatchError::Compressed`] where it does not
/// decompress.
pub fn decompress(text: &[u8], limit: u64) -> Result<Cow<'_, [u8]>, BatchError> {
    match Compression::of(text) {
        None => Ok(Cow::Borrowed(text)),
        Some(compression) => decompress_all(compression, text, limit).map(Cow::Owned),
    }
}

fn decompress_all(compression: Compression, compressed: &[u8], limit: u64) -> Result<Vec<u8>, BatchError> {
    let mut text = Vec::new();
    let mut reader = Decompressed::new(compressed);
    // One byte more than the limit tells a text of just that size from a larger one.
    let result = reader.by_ref().take(limit.saturating_add(1)).read_to_end(&mut text);
    if let Err(source) = result {
        return Err(BatchError::Compressed { format: compression.name(), offset: reader.offset(), source });
    }
    if text.len() as u64 > limit {
        return Err(BatchError::TooLarge { limit });
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
