//! Boundaries on the wall clock.

use gristmill_storage::timestamp::{Date, MILLIS_PER_DAY};

const MONTHS_PER_YEAR: i64 = 12;

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
    /// Every so many months.
    Months {
        /// How many.
        count: i64,
        /// The month of one of the boundaries, counted from January of the year 0.
        month: i64,
        /// The day of every boundary, or the last one of a month that is shorter.
        day: u8,
        /// Milliseconds from midnight to every boundary.
        time: i64,
    },
}

impl Wall {
    /// Every so many months from a reading.
    pub(super) fn months(count: i64, origin: i64) -> Self {
        let date = Date::from_days(origin.div_euclid(MILLIS_PER_DAY));
        Self::Months { count, month: month_of(date), day: date.day, time: origin.rem_euclid(MILLIS_PER_DAY) }
    }

    /// The number of the last boundary that is not after a reading.
    pub(super) fn number_of(self, local: i64) -> i64 {
        match self {
            Self::Every { width, origin } => (local - origin).div_euclid(width),
            Self::Months { count, month, .. } => {
                let date = Date::from_days(local.div_euclid(MILLIS_PER_DAY));
                let number = (month_of(date) - month).div_euclid(count);
                // The boundary of the reading's own month may be later in it.
                if self.reading(number) > local { number - 1 } else { number }
            }
        }
    }

    /// The reading at the boundary of a number.
    pub(super) fn reading(self, number: i64) -> i64 {
        match self {
            Self::Every { width, origin } => number * width + origin,
            Self::Months { count, month, day, time } => {
                let month = number * count + month;
                let year = i32::try_from(month.div_euclid(MONTHS_PER_YEAR)).unwrap_or_default();
                let month = u8::try_from(month.rem_euclid(MONTHS_PER_YEAR) + 1).unwrap_or_default();
                let day = day.min(Date::days_in_month(year, month));
                Date { year, month, day }.to_days() * MILLIS_PER_DAY + time
            }
        }
    }

    /// The shortest distance between two boundaries on the wall clock.
    pub(super) fn shortest(self) -> i64 {
        match self {
            Self::Every { width, .. } => width,
            // From a day of January to that of February, and over any other run of months, there are 28 days and more
            // for each.
            Self::Months { count, .. } => count * 28 * MILLIS_PER_DAY,
        }
    }
}

/// Months from January of the year 0.
fn month_of(date: Date) -> i64 {
    i64::from(date.year) * MONTHS_PER_YEAR + i64::from(date.month) - 1
}
