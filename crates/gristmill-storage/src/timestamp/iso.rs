//! Instants as ISO-8601 text.

use crate::timestamp::civil::{Date, MILLIS_PER_DAY};
use std::fmt;

/// Where the year ends, its digits being right-aligned: a sign and nine digits are the most it takes.
const YEAR_END: usize = 10;
/// Where the offset starts: after `-MM-DDTHH:MM:SS.mmm`.
const OFFSET_START: usize = YEAR_END + 19;
/// `+HH:MM:SS` is the longest offset.
const CAPACITY: usize = OFFSET_START + 9;

/// An instant as `YYYY-MM-DDTHH:MM:SS.mmm` and its offset, on the stack.
///
/// The offset is `Z` when zero, else `+HH:MM`, or `+HH:MM:SS` where it has seconds (local mean time of the nineteenth
/// century). A year outside 0000 to 9999 has a sign and at least six digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IsoText {
    bytes: [u8; CAPACITY],
    start: usize,
    end: usize,
}

impl IsoText {
    /// The text of an instant, in milliseconds since 1970-01-01T00:00:00Z, on a clock that many seconds east of UTC.
    pub fn new(millis: i64, offset_seconds: i32) -> Self {
        let local = millis.saturating_add(i64::from(offset_seconds) * 1000);
        let mut text = Self { bytes: *TEMPLATE, start: 0, end: 0 };
        text.date(Date::from_days(local.div_euclid(MILLIS_PER_DAY)));
        text.clock(u32::try_from(local.rem_euclid(MILLIS_PER_DAY)).unwrap_or_default());
        text.offset(offset_seconds);
        text
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text's bytes, all ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn date(&mut self, date: Date) {
        match u32::try_from(date.year) {
            Ok(year @ 0..=9999) => {
                self.two_digits(YEAR_END - 4, year / 100);
                self.two_digits(YEAR_END - 2, year % 100);
                self.start = YEAR_END - 4;
            }
            _ => self.long_year(date.year),
        }
        self.two_digits(YEAR_END + 1, u32::from(date.month));
        self.two_digits(YEAR_END + 4, u32::from(date.day));
    }

    fn long_year(&mut self, year: i32) {
        let text = format!("{year:+07}");
        self.start = YEAR_END.saturating_sub(text.len());
        for (to, from) in self.bytes[self.start..YEAR_END].iter_mut().zip(text.bytes()) {
            *to = from;
        }
    }

    fn clock(&mut self, millis: u32) {
        self.two_digits(YEAR_END + 7, millis / 3_600_000);
        self.two_digits(YEAR_END + 10, millis / 60_000 % 60);
        self.two_digits(YEAR_END + 13, millis / 1000 % 60);
        self.two_digits(YEAR_END + 16, millis / 10 % 100);
        self.bytes[YEAR_END + 18] = digit(millis % 10);
    }

    fn offset(&mut self, seconds: i32) {
        if seconds == 0 {
            self.bytes[OFFSET_START] = b'Z';
            self.end = OFFSET_START + 1;
            return;
        }
        self.bytes[OFFSET_START] = if seconds < 0 { b'-' } else { b'+' };
        let seconds = seconds.unsigned_abs();
        self.two_digits(OFFSET_START + 1, seconds / 3600 % 100);
        self.two_digits(OFFSET_START + 4, seconds / 60 % 60);
        self.two_digits(OFFSET_START + 7, seconds % 60);
        self.end = if seconds.is_multiple_of(60) { OFFSET_START + 6 } else { OFFSET_START + 9 };
    }

    /// Inlined, `at` is a constant, and no bound is checked while running.
    #[inline]
    fn two_digits(&mut self, at: usize, number: u32) {
        self.bytes[at] = digit(number / 10);
        self.bytes[at + 1] = digit(number % 10);
    }
}

/// What no number overwrites; the positions are those of the constants above.
const TEMPLATE: &[u8; CAPACITY] = b"__________-__-__T__:__:__.___+__:__:__";

fn digit(digit: u32) -> u8 {
    b'0' + u8::try_from(digit % 10).unwrap_or_default()
}

impl fmt::Display for IsoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for IsoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
