//! Boundaries on the wall clock.

use gristmill_storage::timestamp::{Date, MILLIS_PER_DAY};

const HOUR: i64 = 3_600_000;

/// A sequence of boundaries on the wall clock. Each has a number; readings are milliseconds from 1970-01-01T00:00 of the
/// same clock.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wall {
    /// Every so many milliseconds.
    Every {
        /// The distance.
        width: i64,
        /// One of the boundaries.
        origin: i64,
    },
    /// Every so many months, from a January.
    Months(i64),
}

impl Wall {
    /// Weeks from Monday; 1970-01-01 was a Thursday.
    pub(super) const WEEK: Self = Self::Every { width: 7 * MILLIS_PER_DAY, origin: -3 * MILLIS_PER_DAY };

    /// Every so many hours from midnight; a divisor of 24.
    pub(super) const fn hours(hours: i64) -> Self {
        Self::Every { width: hours * HOUR, origin: 0 }
    }

    /// The number of the last boundary that is not after a reading.
    pub(super) fn number_of(self, local: i64) -> i64 {
        match self {
            Self::Every { width, origin } => (local - origin).div_euclid(width),
            Self::Months(months) => {
                let date = Date::from_days(local.div_euclid(MILLIS_PER_DAY));
                (i64::from(date.year) * 12 + i64::from(date.month) - 1).div_euclid(months)
            }
        }
    }

    /// The reading at the boundary of a number.
    pub(super) fn reading(self, number: i64) -> i64 {
        match self {
            Self::Every { width, origin } => number * width + origin,
            Self::Months(months) => {
                let month = number * months;
                let year = i32::try_from(month.div_euclid(12)).unwrap_or_default();
                let month = u8::try_from(month.rem_euclid(12) + 1).unwrap_or_default();
                Date { year, month, day: 1 }.to_days() * MILLIS_PER_DAY
            }
        }
    }

    /// The shortest distance between two boundaries on the wall clock.
    pub(super) fn shortest(self) -> i64 {
        match self {
            Self::Every { width, .. } => width,
            // January and February together, and any other run of months, have 28 days and more for each.
            Self::Months(months) => months * 28 * MILLIS_PER_DAY,
        }
    }
}
