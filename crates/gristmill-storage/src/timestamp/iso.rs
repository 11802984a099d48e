//! Instants as ISO-8601 text.

use crate::timestamp::civil::{Date, MILLIS_PER_DAY};
use std::fmt;

/// The most bytes a text takes: a sign, nine digits of a year, the rest of a date-time, an offset with seconds.
const CAPACITY: usize = 40;

/// An instant as `YYYY-MM-DDTHH:MM:SS.mmm` and its offset, on the stack.
///
/// The offset is `Z` when zero, else `+HH:MM`, or `+HH:MM:SS` where it has seconds (local mean time of the nineteenth
/// century). A year outside 0000 to 9999 has a sign and at least six digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IsoText {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl IsoText {
    /// The text of an instant, in milliseconds since 1970-01-01T00:00:00Z, on a clock that many seconds east of UTC.
    pub fn new(millis: i64, offset_seconds: i32) -> Self {
        let local = millis.saturating_add(i64::from(offset_seconds) * 1000);
        let mut text = Self { bytes: [0; CAPACITY], len: 0 };
        text.date(Date::from_days(local.div_euclid(MILLIS_PER_DAY)));
        text.clock(local.rem_euclid(MILLIS_PER_DAY));
        text.offset(offset_seconds);
        text
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text's bytes, all ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn date(&mut self, date: Date) {
        match u32::try_from(date.year) {
            Ok(year @ 0..=9999) => {
                self.two_digits(year / 100);
                self.two_digits(year % 100);
            }
            _ => self.long_year(date.year),
        }
        self.byte(b'-');
        self.two_digits(u32::from(date.month));
        self.byte(b'-');
        self.two_digits(u32::from(date.day));
    }

    fn long_year(&mut self, year: i32) {
        self.byte(if year < 0 { b'-' } else { b'+' });
        for byte in format!("{:06}", year.unsigned_abs()).bytes() {
            self.byte(byte);
        }
    }

    fn clock(&mut self, millis_of_day: i64) {
        let millis = u32::try_from(millis_of_day).unwrap_or_default();
        self.byte(b'T');
        self.two_digits(millis / 3_600_000);
        self.byte(b':');
        self.two_digits(millis / 60_000 % 60);
        self.byte(b':');
        self.two_digits(millis / 1000 % 60);
        self.byte(b'.');
        self.two_digits(millis / 10 % 100);
        self.digit(millis % 10);
    }

    fn offset(&mut self, seconds: i32) {
        if seconds == 0 {
            self.byte(b'Z');
            return;
        }
        self.byte(if seconds < 0 { b'-' } else { b'+' });
        let seconds = seconds.unsigned_abs();
        self.two_digits(seconds / 3600 % 100);
        self.byte(b':');
        self.two_digits(seconds / 60 % 60);
        if !seconds.is_multiple_of(60) {
            self.byte(b':');
            self.two_digits(seconds % 60);
        }
    }

    fn two_digits(&mut self, number: u32) {
        self.digit(number / 10);
        self.digit(number % 10);
    }

    fn digit(&mut self, digit: u32) {
        self.byte(b'0' + u8::try_from(digit).unwrap_or_default());
    }

    fn byte(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }
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
