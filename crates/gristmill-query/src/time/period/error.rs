//! What is wrong with a period.

use super::Period;

/// What is no period, or none that buckets can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// The text has another shape.
    #[error("expected an ISO-8601 period such as P1D, P2W, P3M, PT90M or PT0.5S, found {found:?}")]
    Syntax {
        /// The text, shortened when long.
        found: String,
    },
    /// Units that are no fixed multiples of each other.
    #[error(
        "expected a period of years and months only, of weeks and days only, or of hours, minutes and seconds only, \
         found {found}"
    )]
    Mixed {
        /// The text, shortened when long.
        found: String,
    },
    /// Nothing, or time backwards.
    #[error("expected a period longer than nothing, found {found}")]
    NotPositive {
        /// The period, shortened when long.
        found: String,
    },
    /// A part of a millisecond.
    #[error("expected a period of whole milliseconds, found {found}")]
    TooFine {
        /// The text, shortened when long.
        found: String,
    },
    /// Longer than [`Period::MAX_YEARS`].
    #[error("expected a period of at most {} years, found {found}", Period::MAX_YEARS)]
    TooLong {
        /// The period, shortened when long.
        found: String,
    },
}
