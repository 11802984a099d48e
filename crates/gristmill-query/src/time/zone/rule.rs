//! The rule of a zone after its last recorded transition: a POSIX `TZ` string, with the hours that RFC 9636 allows.

use crate::time::zone::tzif::TzifError;
use gristmill_storage::timestamp::Date;

/// What a zone does for ever after. Offsets are in seconds east of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing.
    Fixed,
    /// Two changes a year.
    Yearly {
        /// The offset of the winter.
        standard: i32,
        /// The offset of the summer.
        daylight: i32,
        /// When the summer starts, on the winter's clock.
        starts: Change,
        /// When the summer ends, on the summer's clock.
        ends: Change,
    },
}

/// A moment of the local year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    day: Day,
    /// Seconds from the day's midnight, within a week either way.
    seconds: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// Day 1 to 365, 29 February left out.
    Common(i64),
    /// Day 0 to 365.
    Ordinal(i64),
    /// The weekday (Sunday is 0) of that name in the month, counted from 1; 5 is the last.
    Weekday { month: u8, week: u8, weekday: u8 },
}

impl Rule {
    /// Reads a `TZ` string.
    pub(super) fn parse(text: &str) -> Result<Self, TzifError> {
        let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
        let rule = reader.rule()?;
        if reader.at < text.len() {
            return Err(reader.error("the end of the rule"));
        }
        Ok(rule)
    }

    /// The changes of a year in the order of time: when, in seconds since 1970-01-01T00:00:00Z, and the offset from
    /// then on.
    pub(super) fn changes(&self, year: i32) -> Option<[(i64, i32); 2]> {
        let Self::Yearly { standard, daylight, starts, ends } = *self else { return None };
        let start = (starts.local(year) - i64::from(standard), daylight);
        let end = (ends.local(year) - i64::from(daylight), standard);
        Some(if start.0 <= end.0 { [start, end] } else { [end, start] })
    }
}

impl Change {
    /// Seconds from 1970-01-01T00:00 to the change, on the wall clock.
    fn local(self, year: i32) -> i64 {
        self.day.days(year) * 86_400 + i64::from(self.seconds)
    }
}

impl Day {
    /// Days since 1970-01-01.
    fn days(self, year: i32) -> i64 {
        let first = |month| Date { year, month, day: 1 }.to_days();
        match self {
            Self::Common(day) => {
                let leap = Date::days_in_month(year, 2) == 29;
                first(1) + day - 1 + i64::from(leap && day >= 60)
            }
            Self::Ordinal(day) => first(1) + day,
            Self::Weekday { month, week, weekday } => {
                // 1970-01-01 was a Thursday.
                let until_weekday = (i64::from(weekday) - 4 - first(month)).rem_euclid(7);
                let day = until_weekday + (i64::from(week) - 1) * 7;
                let beyond = day >= i64::from(Date::days_in_month(year, month));
                first(month) + if beyond { day - 7 } else { day }
            }
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn rule(&mut self) -> Result<Rule, TzifError> {
        self.name()?;
        let standard = -self.signed_clock(24)?;
        if self.peek().is_none() {
            return Ok(Rule::Fixed);
        }
        self.name()?;
        let daylight = if self.peek() == Some(b',') { standard + 3600 } else { -self.signed_clock(24)? };
        let starts = self.change()?;
        let ends = self.change()?;
        if standard == daylight {
            return Ok(Rule::Fixed);
        }
        Ok(Rule::Yearly { standard, daylight, starts, ends })
    }

    /// The abbreviation, which nobody needs.
    fn name(&mut self) -> Result<(), TzifError> {
        let start = self.at;
        if self.take(b'<') {
            while self.peek().is_some_and(|byte| byte != b'>') {
                self.at += 1;
            }
            return self.expect(b'>', "> after an abbreviation");
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        if self.at == start { Err(self.error("an abbreviation")) } else { Ok(()) }
    }

    fn change(&mut self) -> Result<Change, TzifError> {
        self.expect(b',', ", and a day of change")?;
        let day = if self.take(b'M') {
            let month = self.number(1, 12)?;
            self.expect(b'.', ". after a month")?;
            let week = self.number(1, 5)?;
            self.expect(b'.', ". after a week")?;
            let weekday = self.number(0, 6)?;
            let small = |number| u8::try_from(number).unwrap_or_default();
            Day::Weekday { month: small(month), week: small(week), weekday: small(weekday) }
        } else if self.take(b'J') {
            Day::Common(i64::from(self.number(1, 365)?))
        } else {
            Day::Ordinal(i64::from(self.number(0, 365)?))
        };
        let seconds = if self.take(b'/') { self.signed_clock(167)? } else { 2 * 3600 };
        Ok(Change { day, seconds })
    }

    /// `[+-]HH[:MM[:SS]]`, in seconds.
    fn signed_clock(&mut self, max_hours: i32) -> Result<i32, TzifError> {
        let sign = if self.take(b'-') { -1 } else { 1 };
        if sign == 1 {
            self.take(b'+');
        }
        let mut seconds = self.number(0, max_hours)? * 3600;
        if self.take(b':') {
            seconds += self.number(0, 59)? * 60;
            if self.take(b':') {
                seconds += self.number(0, 59)?;
            }
        }
        Ok(sign * seconds)
    }

    fn number(&mut self, min: i32, max: i32) -> Result<i32, TzifError> {
        let start = self.at;
        let mut number = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            number = number * 10 + i32::from(digit - b'0');
            self.at += 1;
            if number > max {
                break;
            }
        }
        if self.at == start || !(min..=max).contains(&number) {
            return Err(TzifError::in_rule(start, "a number in its range"));
        }
        Ok(number)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), TzifError> {
        if self.take(byte) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn error(&self, expected: &'static str) -> TzifError {
        TzifError::in_rule(self.at, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gristmill_storage::timestamp::IsoText;

    fn changes(rule: &str, year: i32) -> Vec<(String, i32)> {
        let changes = Rule::parse(rule).unwrap().changes(year).unwrap();
        changes.map(|(time, offset)| (IsoText::new(time * 1000, 0).to_string(), offset)).to_vec()
    }

    fn at(text: &str, offset: i32) -> (String, i32) {
        (format!("{text}:00.000Z"), offset)
    }

    #[test]
    fn weekdays_of_a_month() {
        let helsinki = "EET-2EEST,M3.5.0/3,M10.5.0/4";
        assert_eq!(changes(helsinki, 2021), [at("2021-03-28T01:00", 10_800), at("2021-10-31T01:00", 7200)]);
        let auckland = "NZST-12NZDT,M9.5.0,M4.1.0/3";
        assert_eq!(changes(auckland, 2500), [at("2500-04-03T14:00", 43_200), at("2500-09-25T14:00", 46_800)]);
    }

    #[test]
    fn hours_beyond_the_day() {
        let gaza = "EET-2EEST,M3.4.4/50,M10.4.4/50";
        assert_eq!(changes(gaza, 2100), [at("2100-03-27T00:00", 10_800), at("2100-10-29T23:00", 7200)]);
        let nuuk = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0";
        assert_eq!(changes(nuuk, 2100), [at("2100-03-28T01:00", -3600), at("2100-10-31T01:00", -7200)]);
    }

    #[test]
    fn days_of_the_year() {
        let rule = "AAA3BBB,J60/0,60/12:30:15";
        let second = |text: &str, offset| (format!("{text}.000Z"), offset);
        assert_eq!(
            changes(rule, 2020),
            [second("2020-03-01T03:00:00", -7200), second("2020-03-01T14:30:15", -10_800)]
        );
        assert_eq!(
            changes(rule, 2021),
            [second("2021-03-01T03:00:00", -7200), second("2021-03-02T14:30:15", -10_800)]
        );
    }

    #[test]
    fn no_change() {
        for rule in ["UTC0", "<+0530>-5:30", "<-00>0"] {
            assert_eq!(Rule::parse(rule), Ok(Rule::Fixed));
        }
    }

    #[test]
    fn faulty_rules() {
        for rule in [
            "",
            "EET",
            "EET-",
            "EET-2EEST",
            "EET-2EEST,M3.5.0/3",
            "EET-2EEST,M13.5.0,M10.5.0",
            "EET-2x",
            "<+02-2",
        ] {
            Rule::parse(rule).unwrap_err();
        }
        let rule = "EET-2EEST,M3.5.0/3,M10.5.0/4";
        for len in 0..rule.len() {
            let _ = Rule::parse(&rule[..len]);
        }
    }
}
