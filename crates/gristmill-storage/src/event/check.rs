//! The rules that an event keeps, whatever form it comes in.

use super::{EventLimits, EventProblem, Source, SourceRule};
use crate::schema::{Dimension, Kind};

/// How much of a number or word a message shows: the rest is absurdly long.
const MOST_SHOWN: usize = 64;

/// A text that is null or absent.
pub(crate) fn null_text(dimension: Dimension) -> Result<(), EventProblem> {
    if dimension.required() && dimension.kind() == Kind::Text { Err(EventProblem::Missing) } else { Ok(()) }
}

/// A text of so many bytes.
pub(crate) fn text_bytes(limits: &EventLimits, found: usize) -> Result<(), EventProblem> {
    let limit = limits.string_bytes;
    if found > limit { Err(EventProblem::TooLong { found, limit }) } else { Ok(()) }
}

/// So many properties, repeated ones included.
pub(crate) fn properties(limits: &EventLimits, found: usize) -> Result<(), EventProblem> {
    let limit = limits.properties;
    if found > limit { Err(EventProblem::TooMany { found, limit }) } else { Ok(()) }
}

/// A value that was written like this.
pub(crate) fn value(value: Option<f64>, written: impl FnOnce() -> String) -> Result<f64, EventProblem> {
    value
        .filter(|value| value.is_finite())
        .ok_or_else(|| EventProblem::NotFinite { found: excerpt(&written()) })
}

/// The source of an event that names one, or none.
pub(crate) fn source(rule: SourceRule, word: Option<&str>) -> Result<Source, EventProblem> {
    let own = match word {
        None => None,
        Some(word) => Some(
            Source::from_name(word).ok_or_else(|| EventProblem::UnknownSource { found: excerpt(word) })?,
        ),
    };
    match (rule, own) {
        (SourceRule::FromEvent, own) => Ok(own.unwrap_or(Source::Untrusted)),
        (SourceRule::Fixed(required), Some(found)) if found != required => {
            Err(EventProblem::OtherSource { found, required })
        }
        (SourceRule::Fixed(required), _) => Ok(required),
    }
}

/// A number or word for a message, cut where it is absurdly long.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    text.chars().take(MOST_SHOWN).collect::<String>().into_boxed_str()
}
