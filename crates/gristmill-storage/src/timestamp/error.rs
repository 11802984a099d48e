//! What is wrong with a timestamp.

use crate::timestamp::{IsoText, Timestamp};

/// A text or a number that is no timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The text has another shape.
    #[error(
        "{text:?} is not a timestamp: expected {expected} at byte {at}, found {found}; \
         write it as 2021-11-26T08:00:00.000+02:00, 2021-11-26T06:00:00Z or 2021-11-26"
    )]
    Syntax {
        /// The text, shortened when long.
        text: String,
        /// Where in the text, in bytes from its start.
        at: usize,
        /// What may stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A number in the text is out of its range.
    #[error("{text:?} is not a timestamp: {field} is {found}, expected {min} to {max}")]
    Field {
        /// The text, shortened when long.
        text: String,
        /// Which number.
        field: &'static str,
        /// The number in the text.
        found: u32,
        /// The smallest it may be.
        min: u32,
        /// The largest it may be.
        max: u32,
    },
    /// A second of 60 where there is no leap second.
    #[error(
        "{text:?} is not a timestamp: second is 60, which exists only as a leap second in the last minute of a day of UTC"
    )]
    LeapSecond {
        /// The text, shortened when long.
        text: String,
    },
    /// An instant that no event can have.
    #[error(
        "the timestamp {} ({millis} ms since 1970) is out of range: expected {} to {}{}",
        IsoText::new(*millis, 0), Timestamp::MIN, Timestamp::MAX, remedy(*millis)
    )]
    Range {
        /// Milliseconds since 1970-01-01T00:00:00Z.
        millis: i64,
    },
}

/// A hint where the number is a likely instant in a finer unit.
fn remedy(millis: i64) -> &'static str {
    const LIKELY_MILLIS: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;
    if LIKELY_MILLIS.contains(&(millis / 1_000)) {
        "; it looks like microseconds: divide by 1000"
    } else if LIKELY_MILLIS.contains(&(millis / 1_000_000)) {
        "; it looks like nanoseconds: divide by 1000000"
    } else {
        ""
    }
}
