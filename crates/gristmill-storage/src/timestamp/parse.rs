//! ISO-8601 text as a reading of a wall clock.

use crate::timestamp::TimestampError;
use crate::timestamp::civil::{Date, MILLIS_PER_DAY};

/// The furthest offset from UTC, in seconds, that a text may carry: eighteen hours.
const MAX_OFFSET: i32 = 18 * 3600;
/// How many characters of a faulty text an error repeats.
const EXCERPT_CHARS: usize = 64;

/// What a text says of an instant: the reading of a wall clock, and how far that clock is from UTC when told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CivilText {
    /// Milliseconds from 1970-01-01T00:00 to the reading, both on the same wall clock.
    pub local: i64,
    /// Seconds that the clock is east of UTC, within eighteen hours; `None` when the text does not say.
    pub offset: Option<i32>,
}

/// Reads `YYYY-MM-DD`, alone or followed by `T` or a space, `HH:MM`, and optionally `:SS`, a fraction and an offset.
///
/// - A fraction follows `.` or `,` and has any number of digits; what is finer than a millisecond is cut off, which is
///   towards the past in every year.
/// - An offset is `Z`, `+HH`, `+HHMM`, `+HH:MM` or `+HH:MM:SS` with `+` or `-`, up to eighteen hours. A bare date has
///   none.
/// - `t` and `z` are as good as `T` and `Z`.
/// - `24:00` is the midnight that ends the day. A second of 60 is a leap second: it is legal at the end of a day of UTC
///   (without an offset, of the clock's own day), and reads as the midnight that follows, as POSIX time has it.
pub fn parse_civil(text: &str) -> Result<CivilText, TimestampError> {
    let mut reader = Reader::new(text);
    let days = reader.date()?;
    let (clock, offset) = match reader.peek() {
        None => (Clock::default(), None),
        Some(b'T' | b't' | b' ') => {
            reader.at += 1;
            let clock = reader.clock()?;
            (clock, reader.offset("Z, an offset such as +02:00, or the end")?)
        }
        Some(_) => return Err(reader.syntax("T, a space, or the end")),
    };
    reader.end()?;
    let local = days * MILLIS_PER_DAY + i64::from(clock.seconds) * 1000 + i64::from(clock.millis);
    if clock.leap {
        let minute_end = i64::from(clock.seconds) - i64::from(offset.unwrap_or(0));
        if minute_end.rem_euclid(MILLIS_PER_DAY / 1000) != 0 {
            return Err(TimestampError::LeapSecond { text: reader.excerpt() });
        }
    }
    Ok(CivilText { local, offset })
}

/// Reads an offset from UTC by itself, as [`parse_civil`] does, in seconds to the east.
pub fn parse_offset(text: &str) -> Result<i32, TimestampError> {
    let mut reader = Reader::new(text);
    let expected = "Z, or an offset such as +02:00";
    let offset = reader.offset(expected)?.ok_or_else(|| reader.syntax(expected))?;
    reader.end()?;
    Ok(offset)
}

/// A time of day.
#[derive(Default)]
struct Clock {
    /// Seconds since midnight, up to and with 86,400.
    seconds: i32,
    /// Milliseconds of the second.
    millis: u16,
    /// Whether the text had a second of 60; `seconds` is then the minute that follows.
    leap: bool,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes the byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), TimestampError> {
        if self.take(byte) { Ok(()) } else { Err(self.syntax(expected)) }
    }

    fn end(&self) -> Result<(), TimestampError> {
        if self.at == self.text.len() { Ok(()) } else { Err(self.syntax("the end")) }
    }

    fn digit(&mut self) -> Option<u32> {
        let digit = self.peek().filter(u8::is_ascii_digit)?;
        self.at += 1;
        Some(u32::from(digit - b'0'))
    }

    fn number<const DIGITS: usize>(&mut self, expected: &'static str) -> Result<u32, TimestampError> {
        let mut number = 0;
        for _ in 0..DIGITS {
            let digit = self.digit().ok_or_else(|| self.syntax(expected))?;
            number = number * 10 + digit;
        }
        Ok(number)
    }

    fn field(&self, field: &'static str, found: u32, min: u32, max: u32) -> Result<u32, TimestampError> {
        if (min..=max).contains(&found) {
            return Ok(found);
        }
        Err(TimestampError::Field { text: self.excerpt(), field, found, min, max })
    }

    /// Days since 1970-01-01.
    fn date(&mut self) -> Result<i64, TimestampError> {
        let year = self.number::<4>("a year of four digits")?;
        self.expect(b'-', "- after the year")?;
        let month = self.number::<2>("a month of two digits")?;
        self.expect(b'-', "- after the month")?;
        let day = self.number::<2>("a day of two digits")?;
        let month = narrow(self.field("month", month, 1, 12)?);
        let year = i32::try_from(year).unwrap_or_default();
        let last = u32::from(Date::days_in_month(year, month));
        let day = narrow(self.field("day", day, 1, last)?);
        Ok(Date { year, month, day }.to_days())
    }

    fn clock(&mut self) -> Result<Clock, TimestampError> {
        let hour = self.number::<2>("an hour of two digits")?;
        self.expect(b':', ": after the hour")?;
        let minute = self.number::<2>("a minute of two digits")?;
        let mut second = 0;
        let mut fraction = Fraction::default();
        if self.take(b':') {
            second = self.number::<2>("a second of two digits")?;
            if self.take(b'.') || self.take(b',') {
                fraction = self.fraction()?;
            }
        }
        self.field("hour", hour, 0, 24)?;
        let day_is_over = hour == 24;
        let zero_then = if day_is_over { 0 } else { 59 };
        self.field("minute", minute, 0, zero_then)?;
        self.field("second", second, 0, if day_is_over { 0 } else { 60 })?;
        if day_is_over && !fraction.zero {
            return Err(self.syntax("nothing after 24:00:00"));
        }
        let leap = second == 60;
        let seconds = i32::try_from(hour * 3600 + minute * 60 + second).unwrap_or_default();
        // A leap second is one instant of POSIX time, whatever its fraction.
        Ok(Clock { seconds, millis: if leap { 0 } else { fraction.millis }, leap })
    }

    fn fraction(&mut self) -> Result<Fraction, TimestampError> {
        let mut fraction = Fraction::default();
        let start = self.at;
        let mut weight = 100;
        while let Some(digit) = self.digit() {
            fraction.zero &= digit == 0;
            fraction.millis += u16::from(narrow(digit)) * weight;
            weight /= 10;
        }
        if self.at == start {
            return Err(self.syntax("a digit of the fraction"));
        }
        Ok(fraction)
    }

    /// `None` at the end of the text.
    fn offset(&mut self, expected: &'static str) -> Result<Option<i32>, TimestampError> {
        let sign = match self.peek() {
            None => return Ok(None),
            Some(b'Z' | b'z') => {
                self.at += 1;
                return Ok(Some(0));
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return Err(self.syntax(expected)),
        };
        self.at += 1;
        let hours = self.number::<2>("the offset's hours, two digits")?;
        let mut minutes = 0;
        let mut seconds = 0;
        if self.take(b':') {
            minutes = self.number::<2>("the offset's minutes, two digits")?;
            if self.take(b':') {
                seconds = self.number::<2>("the offset's seconds, two digits")?;
            }
        } else if self.peek().is_some() {
            minutes = self.number::<2>("the offset's minutes, two digits")?;
        }
        self.field("the offset's hour", hours, 0, 18)?;
        self.field("the offset's minute", minutes, 0, if hours == 18 { 0 } else { 59 })?;
        self.field("the offset's second", seconds, 0, if hours == 18 { 0 } else { 59 })?;
        let offset = i32::try_from(hours * 3600 + minutes * 60 + seconds).unwrap_or(MAX_OFFSET);
        Ok(Some(sign * offset))
    }

    fn syntax(&self, expected: &'static str) -> TimestampError {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("{found:?}"),
            None => "the end".to_owned(),
        };
        TimestampError::Syntax { text: self.excerpt(), at: self.at, expected, found }
    }

    fn excerpt(&self) -> String {
        match self.text.char_indices().nth(EXCERPT_CHARS) {
            Some((end, _)) => format!("{}...", &self.text[..end]),
            None => self.text.to_owned(),
        }
    }
}

/// The digits after the second.
struct Fraction {
    millis: u16,
    /// Whether every digit is 0, those beyond the millisecond too.
    zero: bool,
}

impl Default for Fraction {
    fn default() -> Self {
        Self { millis: 0, zero: true }
    }
}

/// A number of two digits.
fn narrow(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
