//! Periods as ISO-8601 text.

use super::{DAYS_PER_WEEK, MILLIS_PER_SECOND, MONTHS_PER_YEAR, Period, PeriodError, PeriodUnit};
use crate::time::excerpt::excerpt;

/// The letters of a date's part and of a time's part, in their order, with what one of them is.
const DATE: [(char, Period); 4] = [
    ('Y', Period::MONTH.times(MONTHS_PER_YEAR)),
    ('M', Period::MONTH),
    ('W', Period::DAY.times(DAYS_PER_WEEK)),
    ('D', Period::DAY),
];
const TIME: [(char, Period); 3] = [('H', Period::HOUR), ('M', Period::MINUTE), ('S', Period::SECOND)];

/// The decimals of a second that are whole milliseconds.
const DECIMALS: usize = 3;

impl Period {
    /// Reads an ISO-8601 period: `P`, then numbers with `Y`, `M`, `W`, `D`, then `T` and numbers with `H`, `M`, `S`, in
    /// that order and any of them left out; the number of seconds may have a fraction with a point. What is zero
    /// counts as left out.
    ///
    /// # Errors
    /// Every [`PeriodError`].
    pub fn from_iso(text: &str) -> Result<Self, PeriodError> {
        let found = || excerpt(text);
        let syntax = || PeriodError::Syntax { found: found() };
        if text.starts_with("-P") || text.starts_with("P-") {
            return Err(PeriodError::NotPositive { found: found() });
        }
        let parts = text.strip_prefix('P').ok_or_else(syntax)?;
        let (date, time) = match parts.split_once('T') {
            Some((date, time)) if !time.is_empty() => (date, time),
            None if !parts.is_empty() => (parts, ""),
            _ => return Err(syntax()),
        };
        let mut sum = Sum { unit: None, count: 0, text };
        sum.add_all(date, &DATE)?;
        sum.add_all(time, &TIME)?;
        let unit = sum.unit.ok_or_else(|| PeriodError::NotPositive { found: found() })?;
        // It is longer than nothing, so that it can only be too long.
        Self::new(unit, sum.count).map_err(|_| PeriodError::TooLong { found: found() })
    }
}

/// The parts of a period that were read so far.
struct Sum<'t> {
    /// `None` while all parts are zero.
    unit: Option<PeriodUnit>,
    count: i64,
    /// The whole text.
    text: &'t str,
}

impl Sum<'_> {
    /// Adds numbers with letters, each letter once at most and in their order.
    fn add_all(&mut self, mut part: &str, mut letters: &[(char, Period)]) -> Result<(), PeriodError> {
        while !part.is_empty() {
            let syntax = || PeriodError::Syntax { found: excerpt(self.text) };
            let end = part.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(syntax)?;
            let (number, rest) = part.split_at(end);
            let letter =
                letters.iter().position(|(letter, _)| rest.starts_with(*letter)).ok_or_else(syntax)?;
            let (_, one) = letters[letter];
            let count = if one == Period::SECOND {
                self.decimal(number)?
            } else {
                self.integer(number)?.saturating_mul(one.count)
            };
            self.add(one.unit, count)?;
            part = &rest[1..];
            letters = &letters[letter + 1..];
        }
        Ok(())
    }

    fn add(&mut self, unit: PeriodUnit, count: i64) -> Result<(), PeriodError> {
        if count == 0 {
            return Ok(());
        }
        if self.unit.is_some_and(|other| other != unit) {
            return Err(PeriodError::Mixed { found: excerpt(self.text) });
        }
        self.unit = Some(unit);
        self.count = self.count.saturating_add(count);
        Ok(())
    }

    /// Digits; more than there is room for are as many as there is.
    fn integer(&self, digits: &str) -> Result<i64, PeriodError> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PeriodError::Syntax { found: excerpt(self.text) });
        }
        Ok(digits.parse().unwrap_or(i64::MAX))
    }

    /// Seconds with or without a fraction, in milliseconds.
    fn decimal(&self, number: &str) -> Result<i64, PeriodError> {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let whole = self.integer(whole)?.saturating_mul(MILLIS_PER_SECOND);
        self.integer(fraction)?;
        let (millis, finer) = fraction.split_at(fraction.len().min(DECIMALS));
        if finer.bytes().any(|digit| digit != b'0') {
            return Err(PeriodError::TooFine { found: excerpt(self.text) });
        }
        Ok(whole.saturating_add(self.integer(&format!("{millis:0<DECIMALS$}"))?))
    }
}
