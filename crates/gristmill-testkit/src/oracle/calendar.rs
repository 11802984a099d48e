//! Buckets and labels by the wall clock of a zone, worked out with `jiff` and its bundled zone database.

use gristmill::time::{Granularity, Period, PeriodUnit, Zone};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Span, Timestamp, ToSpan as _};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// No wall clock was ever put forth or back by more than this, nor is any further from UTC.
const FARTHEST: i64 = 2 * DAY;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A stretch of time `[start, end)`, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The first instant.
    pub start: i64,
    /// The first instant that is out again; `i64::MAX` where that is past the calendar.
    pub end: i64,
}

/// The wall clock of one zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

/// How the starts of buckets stand on the wall clock.
enum Starts {
    /// At every multiple of so many milliseconds, for as long as the offset stays.
    Clock(i64),
    /// At the starts of local periods, one step apart, of which `origin` is one.
    Civil { origin: DateTime, step: Span },
    /// So many milliseconds apart, whatever the wall clock shows; `origin` is one of them.
    Elapsed { origin: i64, length: i64 },
}

impl Calendar {
    /// The wall clock of that zone.
    #[expect(clippy::panic, reason = "a zone one calendar knows and the other does not must stop the test")]
    pub fn new(zone: &Zone) -> Self {
        let name = zone.to_string();
        let zone = fixed_offset(&name).map(TimeZone::fixed);
        let zone = zone.or_else(|| TimeZoneDatabase::bundled().get(&name).ok());
        Self { zone: zone.unwrap_or_else(|| panic!("jiff does not know the zone {name:?}")) }
    }

    /// The bucket an instant is in, for any granularity but `all` and `none`, which need no calendar.
    pub fn bucket(&self, granularity: Granularity, at: i64) -> Bucket {
        match self.starts(granularity, at) {
            Starts::Clock(length) => self.clock_bucket(length, at),
            Starts::Civil { origin, step } => self.civil_bucket(origin, step, at),
            Starts::Elapsed { origin, length } => {
                let start = origin + (at - origin).div_euclid(length) * length;
                Bucket { start, end: start + length }
            }
        }
    }

    /// Where buckets of a granularity start; of those of the calendar, some that are near an instant.
    fn starts(&self, granularity: Granularity, at: i64) -> Starts {
        let near = civil(self.local(at));
        let date = near.date();
        let day = |date: Date, step: Span| Starts::Civil { origin: midnight(date), step };
        match granularity {
            // These two have no period; a millisecond is the shortest there is.
            Granularity::All | Granularity::None => Starts::Clock(1),
            Granularity::Second => Starts::Clock(SECOND),
            Granularity::Minute => Starts::Clock(MINUTE),
            Granularity::FiveMinute => Starts::Clock(5 * MINUTE),
            Granularity::TenMinute => Starts::Clock(10 * MINUTE),
            Granularity::FifteenMinute => Starts::Clock(15 * MINUTE),
            Granularity::ThirtyMinute => Starts::Clock(30 * MINUTE),
            Granularity::Hour => Starts::Clock(HOUR),
            Granularity::SixHour => day(date, 6.hours()),
            Granularity::EightHour => day(date, 8.hours()),
            Granularity::Day => day(date, 1.day()),
            Granularity::Week => day(monday(date), 1.week()),
            Granularity::Month => day(date.first_of_month(), 1.month()),
            Granularity::Quarter => day(first_of_quarter(date), 3.months()),
            Granularity::Year => day(date.first_of_year(), 1.year()),
            Granularity::Period { period, origin } => self.starts_of_period(period, origin),
        }
    }

    fn starts_of_period(&self, period: Period, origin: Option<i64>) -> Starts {
        let count = period.count();
        let reading = |usual: DateTime| origin.map_or(usual, |origin| civil(self.local(origin)));
        match (period.unit(), origin) {
            (PeriodUnit::Month, _) => Starts::Civil { origin: reading(EPOCH), step: count.months() },
            (PeriodUnit::Day, _) if count % 7 == 0 => {
                Starts::Civil { origin: reading(EPOCH + 4.days()), step: (count / 7).weeks() }
            }
            (PeriodUnit::Day, _) => Starts::Civil { origin: reading(EPOCH), step: count.days() },
            (PeriodUnit::Millisecond, Some(origin)) => Starts::Elapsed { origin, length: count },
            (PeriodUnit::Millisecond, None) if HOUR % count == 0 => Starts::Clock(count),
            (PeriodUnit::Millisecond, None)
                if [2, 3, 4, 6, 8, 12].map(|hours| hours * HOUR).contains(&count) =>
            {
                Starts::Civil { origin: EPOCH, step: (count / HOUR).hours() }
            }
            (PeriodUnit::Millisecond, None) => {
                Starts::Elapsed { origin: self.first_reaching(0), length: count }
            }
        }
    }

    /// The instant as local time: `Z` for a zero offset, else the offset, with seconds only where it has some.
    pub fn label(&self, at: i64) -> String {
        let local = civil(self.local(at));
        let (date, time) = (local.date(), local.time());
        let year = match date.year() {
            year @ 0..=9999 => format!("{year:04}"),
            year => format!("{year:+07}"),
        };
        format!(
            "{year}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}",
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond(),
            offset_label(self.offset(at) / SECOND)
        )
    }

    /// The names of all zones of the database.
    pub fn zone_names() -> Vec<String> {
        TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
    }

    /// The instants from `start` on and before `end` at which the offset becomes another.
    pub fn changes(&self, start: i64, end: i64) -> Vec<i64> {
        let next = |at: i64| Some(self.next_change(at)).filter(|&change| change < end);
        std::iter::successors(next(start - 1), |&change| next(change)).collect()
    }

    /// The first instant at which the wall clock shows a local time: the end of the gap where it skips it.
    pub fn first_showing(&self, local: i64) -> i64 {
        let reading = civil(local);
        let at = |offset: Offset| local - i64::from(offset.seconds()) * SECOND;
        match self.zone.to_ambiguous_timestamp(reading).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                at(offset)
            }
            // Read by the clock before the gap, it is an instant after the change.
            AmbiguousOffset::Gap { before, .. } => self.last_change(at(before)),
        }
    }

    /// A bucket starts at a multiple of its length on the wall clock, or where the offset changed since.
    fn clock_bucket(&self, length: i64, at: i64) -> Bucket {
        let start = at - self.local(at).rem_euclid(length);
        Bucket { start: start.max(self.last_change(at)), end: (start + length).min(self.next_change(at)) }
    }

    /// The latest boundary that is not after the instant, and the earliest one after it. A boundary is where the
    /// wall clock first reaches the start of a local period.
    fn civil_bucket(&self, origin: DateTime, step: Span, at: i64) -> Bucket {
        // So far ahead that no step of the clock could bring its boundary back before `at`.
        let ahead = civil(self.local(at) + FARTHEST);
        let start_of = |number| start_of_period(origin, step, number);
        let mut number = number_of_period(origin, step, ahead);
        let mut end = start_of(number + 1).map_or(i64::MAX, |next| self.first_reaching(millis(next)));
        loop {
            let boundary = start_of(number).map_or(i64::MIN, |start| self.first_reaching(millis(start)));
            if boundary <= at {
                return Bucket { start: boundary, end };
            }
            end = boundary;
            number -= 1;
        }
    }

    /// The first instant at which the wall clock shows that local time or a later one.
    fn first_reaching(&self, local: i64) -> i64 {
        let mut from = local - FARTHEST;
        loop {
            let reached = from.max(local - self.offset(from));
            let until = self.next_change(from);
            if reached < until {
                return reached;
            }
            from = until;
        }
    }

    fn local(&self, at: i64) -> i64 {
        at + self.offset(at)
    }

    /// The offset from UTC at an instant, in milliseconds.
    pub fn offset(&self, at: i64) -> i64 {
        i64::from(self.zone.to_offset(instant(at)).seconds()) * SECOND
    }

    /// The latest instant, at or before the given one, at which the offset became what it is; `i64::MIN` where it
    /// always was.
    fn last_change(&self, at: i64) -> i64 {
        self.zone
            .preceding(instant(at + 1))
            .map(|transition| transition.timestamp().as_millisecond())
            .find(|&change| self.offset(change - 1) != self.offset(at))
            .unwrap_or(i64::MIN)
    }

    /// The first instant after the given one at which the offset becomes another; `i64::MAX` where it never does.
    fn next_change(&self, at: i64) -> i64 {
        self.zone
            .following(instant(at))
            .map(|transition| transition.timestamp().as_millisecond())
            .find(|&change| self.offset(change) != self.offset(at))
            .unwrap_or(i64::MAX)
    }
}

fn offset_label(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    match (seconds, rest) {
        (0, _) => "Z".to_owned(),
        (_, 0) => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}:{minutes:02}:{rest:02}"),
    }
}

/// `UTC` or `+HH:MM`; other names are in the zone database.
fn fixed_offset(name: &str) -> Option<Offset> {
    if name == "UTC" {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    Offset::from_seconds(sign * minutes * 60).ok()
}

/// The start of the local period that is so many steps after one that starts at `origin`; `None` where the calendar
/// ends. A day that a month has not is its last one.
fn start_of_period(origin: DateTime, step: Span, number: i64) -> Option<DateTime> {
    origin.checked_add(step.checked_mul(number).ok()?).ok()
}

/// The number of the last local period that starts at a reading or before it.
fn number_of_period(origin: DateTime, step: Span, reading: DateTime) -> i64 {
    let begins = |number| match start_of_period(origin, step, number) {
        Some(start) => start <= reading,
        // Past one end of the calendar or the other.
        None => number < 0,
    };
    let (mut low, mut high) = (-1, 1);
    while !begins(low) {
        low *= 2;
    }
    while begins(high) {
        high *= 2;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if begins(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().since(Weekday::Monday)).days())
}

fn first_of_quarter(date: Date) -> Date {
    date.first_of_month().saturating_sub(i64::from((date.month() - 1) % 3).months())
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// The wall clock's reading so many milliseconds after it read 1970-01-01T00:00.
fn civil(local: i64) -> DateTime {
    EPOCH.saturating_add(SignedDuration::from_millis(local))
}

fn millis(local: DateTime) -> i64 {
    let since = local.duration_since(EPOCH);
    since.as_secs() * SECOND + i64::from(since.subsec_millis())
}

/// The instant for looking up offsets. The first and last hours that `jiff` cannot name have the offset of their
/// neighbours.
fn instant(at: i64) -> Timestamp {
    let (first, last) = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    Timestamp::from_millisecond(at.clamp(first, last)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str) -> Calendar {
        Calendar::new(&Zone::from_name(zone).expect("a zone"))
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("an instant").as_millisecond()
    }

    /// The label of the bucket, and how many hours it has.
    fn bucket(zone: &str, granularity: Granularity, instant: &str) -> (String, f64) {
        let calendar = calendar(zone);
        let bucket = calendar.bucket(granularity, at(instant));
        (calendar.label(bucket.start), (bucket.end - bucket.start) as f64 / HOUR as f64)
    }

    #[test]
    fn the_examples_of_the_specification() {
        for (zone, granularity, instant, label, hours) in [
            ("Europe/Helsinki", Granularity::Hour, "2021-10-31T00:30Z", "2021-10-31T03:00:00.000+03:00", 1.0),
            ("Europe/Helsinki", Granularity::Hour, "2021-10-31T01:30Z", "2021-10-31T03:00:00.000+02:00", 1.0),
            ("Europe/Helsinki", Granularity::Day, "2021-03-28T12:00Z", "2021-03-28T00:00:00.000+02:00", 23.0),
            ("America/Havana", Granularity::Day, "2021-11-07T05:30Z", "2021-11-07T00:00:00.000-04:00", 25.0),
            (
                "America/Sao_Paulo",
                Granularity::Day,
                "2018-11-04T05:00Z",
                "2018-11-04T01:00:00.000-02:00",
                23.0,
            ),
            (
                "Asia/Kathmandu",
                Granularity::ThirtyMinute,
                "2021-01-01T00:20Z",
                "2021-01-01T06:00:00.000+05:45",
                0.5,
            ),
            (
                "Australia/Lord_Howe",
                Granularity::Hour,
                "2021-04-03T15:10Z",
                "2021-04-04T01:30:00.000+10:30",
                0.5,
            ),
        ] {
            assert_eq!(bucket(zone, granularity, instant), (label.to_owned(), hours), "{zone} {instant}");
        }
    }

    #[test]
    fn repeated_hours_before_midnight_belong_to_the_day_that_began() {
        // St John's fell from 00:01 back to 23:01 of the day before.
        let (label, hours) = bucket("America/St_Johns", Granularity::Day, "2010-11-07T03:15Z");
        assert_eq!((label.as_str(), hours), ("2010-11-07T00:00:00.000-02:30", 25.0));
        let (label, hours) = bucket("America/St_Johns", Granularity::Day, "2010-11-07T02:15Z");
        assert_eq!((label.as_str(), hours), ("2010-11-06T00:00:00.000-02:30", 24.0));
    }

    #[test]
    fn a_day_that_never_was_has_no_bucket() {
        // Apia went from the end of 2011-12-29 straight to 2011-12-31.
        let (label, hours) = bucket("Pacific/Apia", Granularity::Day, "2011-12-30T09:59:59.999Z");
        assert_eq!((label.as_str(), hours), ("2011-12-29T00:00:00.000-10:00", 24.0));
        let (label, hours) = bucket("Pacific/Apia", Granularity::Day, "2011-12-30T10:00Z");
        assert_eq!((label.as_str(), hours), ("2011-12-31T00:00:00.000+14:00", 24.0));
    }

    #[test]
    fn weeks_quarters_and_eight_hours() {
        for (granularity, instant, label) in [
            (Granularity::Week, "2021-01-03T23:59:59.999Z", "2020-12-28T00:00:00.000Z"),
            (Granularity::Week, "2021-01-04T00:00Z", "2021-01-04T00:00:00.000Z"),
            (Granularity::Month, "2024-02-29T23:00Z", "2024-02-01T00:00:00.000Z"),
            (Granularity::Quarter, "2021-05-31T00:00Z", "2021-04-01T00:00:00.000Z"),
            (Granularity::Quarter, "2021-12-31T00:00Z", "2021-10-01T00:00:00.000Z"),
            (Granularity::Year, "0001-01-01T00:00Z", "0001-01-01T00:00:00.000Z"),
            (Granularity::Year, "9999-12-30T21:59:59.999Z", "9999-01-01T00:00:00.000Z"),
            (Granularity::SixHour, "1969-12-31T23:59:59.999Z", "1969-12-31T18:00:00.000Z"),
            (Granularity::EightHour, "2021-05-31T15:59Z", "2021-05-31T08:00:00.000Z"),
            (Granularity::Second, "1969-12-31T23:59:59.001Z", "1969-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(bucket("UTC", granularity, instant).0, label);
        }
        let last = calendar("UTC").bucket(Granularity::Year, gristmill::Timestamp::MAX.millis());
        assert_eq!(
            (calendar("UTC").label(last.start).as_str(), last.end),
            ("9999-01-01T00:00:00.000Z", i64::MAX)
        );
    }

    #[test]
    fn labels_show_the_seconds_of_an_old_offset() {
        let monrovia = calendar("Africa/Monrovia");
        assert_eq!(monrovia.label(at("1960-01-01T00:00Z")), "1959-12-31T23:15:30.000-00:44:30");
        assert_eq!(calendar("Europe/London").label(at("2021-07-01T00:00Z")), "2021-07-01T01:00:00.000+01:00");
        assert_eq!(calendar("Europe/London").label(at("2021-01-01T00:00Z")), "2021-01-01T00:00:00.000Z");
    }
}
