//! A length of time, on the calendar or on a clock.

mod error;
mod parse;

pub use error::PeriodError;

use gristmill_storage::timestamp::MILLIS_PER_DAY;
use std::fmt;

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeriodUnit {
    /// Months of the calendar, of 28 to 31 days.
    Month,
    /// Days of the calendar, most of which have 24 hours.
    Day,
    /// Time as it passes.
    Millisecond,
}

/// A length of time in one unit: some months, some days, or some milliseconds, at least one and at most
/// [`Period::MAX_YEARS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    unit: PeriodUnit,
    count: i64,
}

impl Period {
    /// The most years that a period has: as many as instants are written with. No sum of an instant and a period
    /// overflows.
    pub const MAX_YEARS: i64 = 10_000;

    pub(super) const SECOND: Self = Self { unit: PeriodUnit::Millisecond, count: MILLIS_PER_SECOND };
    pub(super) const MINUTE: Self = Self::SECOND.times(60);
    pub(super) const HOUR: Self = Self::MINUTE.times(60);
    pub(super) const DAY: Self = Self { unit: PeriodUnit::Day, count: 1 };
    pub(super) const WEEK: Self = Self::DAY.times(DAYS_PER_WEEK);
    pub(super) const MONTH: Self = Self { unit: PeriodUnit::Month, count: 1 };
    pub(super) const YEAR: Self = Self::MONTH.times(MONTHS_PER_YEAR);

    /// So many of a unit.
    ///
    /// # Errors
    /// [`PeriodError::NotPositive`] below 1, [`PeriodError::TooLong`] above [`Period::MAX_YEARS`].
    pub fn new(unit: PeriodUnit, count: i64) -> Result<Self, PeriodError> {
        let found = || match unit {
            PeriodUnit::Month => format!("{count} months"),
            PeriodUnit::Day => format!("{count} days"),
            PeriodUnit::Millisecond => format!("{count} ms"),
        };
        if count < 1 {
            Err(PeriodError::NotPositive { found: found() })
        } else if count > unit.most() {
            Err(PeriodError::TooLong { found: found() })
        } else {
            Ok(Self { unit, count })
        }
    }

    /// So many of it; for constants.
    pub(super) const fn times(self, times: i64) -> Self {
        Self { unit: self.unit, count: self.count * times }
    }

    /// What it is counted in.
    pub fn unit(self) -> PeriodUnit {
        self.unit
    }

    /// How many of its unit; at least 1.
    pub fn count(self) -> i64 {
        self.count
    }
}

const MILLIS_PER_SECOND: i64 = 1000;
const MONTHS_PER_YEAR: i64 = 12;
pub(super) const DAYS_PER_WEEK: i64 = 7;
/// The calendar repeats after 400 years.
const DAYS_PER_400_YEARS: i64 = 146_097;

impl PeriodUnit {
    /// How many of them [`Period::MAX_YEARS`] have.
    const fn most(self) -> i64 {
        const DAYS: i64 = Period::MAX_YEARS / 400 * DAYS_PER_400_YEARS;
        match self {
            Self::Month => Period::MAX_YEARS * MONTHS_PER_YEAR,
            Self::Day => DAYS,
            Self::Millisecond => DAYS * MILLIS_PER_DAY,
        }
    }
}

impl fmt::Display for Period {
    /// ISO 8601 with one unit, the largest that will do: `P1Y`, `P5M`, `P2W`, `P10D`, `PT36H`, `PT90M`, `PT1.5S`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count;
        let mut whole = |prefix, units: &[(i64, &str)]| -> Option<fmt::Result> {
            let (size, letter) = units.iter().find(|(size, _)| count % size == 0)?;
            Some(write!(f, "{prefix}{}{letter}", count / size))
        };
        let (hour, minute) = (Self::HOUR.count, Self::MINUTE.count);
        let written = match self.unit {
            PeriodUnit::Month => whole("P", &[(MONTHS_PER_YEAR, "Y"), (1, "M")]),
            PeriodUnit::Day => whole("P", &[(DAYS_PER_WEEK, "W"), (1, "D")]),
            PeriodUnit::Millisecond => whole("PT", &[(hour, "H"), (minute, "M"), (MILLIS_PER_SECOND, "S")]),
        };
        let seconds = || write!(f, "PT{}.{:03}S", count / MILLIS_PER_SECOND, count % MILLIS_PER_SECOND);
        written.unwrap_or_else(seconds)
    }
}

#[cfg(test)]
mod tests;
