//! Instants in milliseconds, the calendar they are counted on, and their ISO-8601 text.

mod civil;
mod error;
mod iso;
mod parse;

pub use civil::{Date, MILLIS_PER_DAY};
pub use error::TimestampError;
pub use iso::IsoText;
pub use parse::{CivilText, parse_civil, parse_offset};

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01T00:00:00Z on the proleptic Gregorian calendar, without leap seconds.
///
/// Between [`Timestamp::MIN`] and [`Timestamp::MAX`] in every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z, the first instant an event may have.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 9999-12-30T23:59:59.999Z, the last instant an event may have: every zone still shows a year of four digits.
    pub const MAX: Self = Self(253_402_214_399_999);

    /// The time by the clock of this machine, within the range of timestamps.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).map_or(Self::MAX, Self).min(Self::MAX)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The instant that many milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// [`TimestampError::Range`] outside [`Timestamp::MIN`] and [`Timestamp::MAX`].
    pub fn from_millis(millis: i64) -> Result<Self, TimestampError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(TimestampError::Range { millis })
        }
    }

    /// The instant of an ISO-8601 text, floored to a millisecond; a text without an offset is UTC.
    ///
    /// [`parse_civil`] tells which texts are understood. The instant must lie between [`Timestamp::MIN`] and
    /// [`Timestamp::MAX`].
    pub fn parse_iso(text: &str) -> Result<Self, TimestampError> {
        let civil = parse_civil(text)?;
        Self::from_millis(civil.local - i64::from(civil.offset.unwrap_or(0)) * 1000)
    }
}

impl fmt::Display for Timestamp {
    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        IsoText::new(self.0, 0).fmt(f)
    }
}

#[cfg(test)]
mod tests;
