//! The buckets of every zone against a calendar of its own, jiff: around every change of the clock from 1900 to 2100.
//!
//! By default each zone is tried at some of its changes, others in each granularity. With `GRISTMILL_FULL_PROOF` set,
//! at all of them, in every granularity, at every instant around them.

#![expect(clippy::unwrap_used, reason = "a test's own data; clippy allows it in test functions only")]

use gristmill_query::request::Interval;
use gristmill_query::time::{Bucket, Bucketer, Granularity, Zone, zone_names};
use jiff::civil::{Date, DateTime, DateTimeRound};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{RoundMode, Span, Timestamp, ToSpan, Unit};
use std::collections::BTreeMap;

/// A zone of jiff, with the instants from 1890 to 2110 at which its offset changed.
struct Peer {
    zone: TimeZone,
    changes: Vec<i64>,
}

impl Peer {
    fn new(name: &str) -> Self {
        let zone = TimeZoneDatabase::bundled().get(name).unwrap();
        let start: Timestamp = "1890-01-01T00:00Z".parse().unwrap();
        let end: Timestamp = "2110-01-01T00:00Z".parse().unwrap();
        let mut changes = Vec::new();
        let mut offset = zone.to_offset(start);
        for transition in zone.following(start).take_while(|transition| transition.timestamp() < end) {
            if transition.offset() != offset {
                offset = transition.offset();
                changes.push(transition.timestamp().as_millisecond());
            }
        }
        Self { zone, changes }
    }

    fn offset(&self, millis: i64) -> Offset {
        self.zone.to_offset(Timestamp::from_millisecond(millis).unwrap())
    }

    fn shown(&self, millis: i64) -> DateTime {
        self.offset(millis).to_datetime(Timestamp::from_millisecond(millis).unwrap())
    }

    /// The first instant at which the clock shows a reading or a later one.
    fn first(&self, reading: DateTime) -> i64 {
        match self.zone.to_ambiguous_timestamp(reading).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(reading).unwrap().as_millisecond()
            }
            AmbiguousOffset::Gap { before, .. } => {
                // Read by the clock before the gap, it is an instant after the change.
                let after = before.to_timestamp(reading).unwrap().as_millisecond();
                self.changes[self.changes.partition_point(|&change| change <= after) - 1]
            }
        }
    }

    /// The bucket of a granularity that is cut at changes of the offset.
    fn cut(&self, millis: i64, unit: Unit, increment: i64) -> Bucket {
        let next = self.changes.partition_point(|&change| change <= millis);
        let floor = DateTimeRound::new().smallest(unit).increment(increment).mode(RoundMode::Trunc);
        let start = self.shown(millis).round(floor).unwrap();
        let length = match unit {
            Unit::Second => increment.seconds(),
            Unit::Minute => increment.minutes(),
            _ => increment.hours(),
        };
        let at = |reading: DateTime| self.offset(millis).to_timestamp(reading).unwrap().as_millisecond();
        let since = if next == 0 { i64::MIN } else { self.changes[next - 1] };
        let until = self.changes.get(next).copied().unwrap_or(i64::MAX);
        Bucket { start: at(start).max(since), end: at(start + length).min(until) }
    }

    /// The bucket between the boundaries around an instant: of all near it, the last that has come and the first that
    /// has not.
    fn between(&self, millis: i64, boundaries: impl Iterator<Item = DateTime>) -> Bucket {
        let mut bucket = Bucket { start: i64::MIN, end: i64::MAX };
        for first in boundaries.map(|boundary| self.first(boundary)) {
            if first <= millis {
                bucket.start = bucket.start.max(first);
            } else {
                bucket.end = bucket.end.min(first);
            }
        }
        bucket
    }

    fn bucket(&self, granularity: Granularity, millis: i64) -> Bucket {
        use Granularity as G;
        let today = self.shown(millis).date();
        let from = |first: Date, step: Span, count: i64| {
            (-1..=count)
                .map(move |at| first.checked_add(step.checked_mul(at).unwrap()).unwrap().at(0, 0, 0, 0))
        };
        let hours = |width: usize| {
            from(today, 1.day(), 2).flat_map(move |midnight| {
                (0..24).step_by(width).map(move |hour| midnight.with().hour(hour).build().unwrap())
            })
        };
        match granularity {
            G::Second => self.cut(millis, Unit::Second, 1),
            G::Minute => self.cut(millis, Unit::Minute, 1),
            G::FiveMinute => self.cut(millis, Unit::Minute, 5),
            G::TenMinute => self.cut(millis, Unit::Minute, 10),
            G::FifteenMinute => self.cut(millis, Unit::Minute, 15),
            G::ThirtyMinute => self.cut(millis, Unit::Minute, 30),
            G::Hour => self.cut(millis, Unit::Hour, 1),
            G::SixHour => self.between(millis, hours(6)),
            G::EightHour => self.between(millis, hours(8)),
            G::Day => self.between(millis, from(today, 1.day(), 3)),
            G::Week => {
                let monday = today - i64::from(today.weekday().to_monday_zero_offset()).days();
                self.between(millis, from(monday, 1.week(), 2))
            }
            G::Month => self.between(millis, from(today.first_of_month(), 1.month(), 2)),
            G::Quarter => {
                let months = from(today.first_of_month(), 1.month(), 5).chain(from(
                    today.first_of_month(),
                    -1.month(),
                    5,
                ));
                self.between(millis, months.filter(|month| matches!(month.month(), 1 | 4 | 7 | 10)))
            }
            G::Year => self.between(millis, from(today.first_of_year(), 1.year(), 2)),
            G::All | G::None | G::Period { .. } => unreachable!("not among the granularities tried"),
        }
    }
}

const CALENDAR: [Granularity; 14] = [
    Granularity::Second,
    Granularity::Minute,
    Granularity::FiveMinute,
    Granularity::TenMinute,
    Granularity::FifteenMinute,
    Granularity::ThirtyMinute,
    Granularity::Hour,
    Granularity::SixHour,
    Granularity::EightHour,
    Granularity::Day,
    Granularity::Week,
    Granularity::Month,
    Granularity::Quarter,
    Granularity::Year,
];

/// Milliseconds from a change of the clock at which buckets are tried.
fn distances() -> impl Iterator<Item = i64> {
    const NEAR: [i64; 15] = [
        0, 1, 999, 59_999, 60_000, 599_999, 1_799_999, 1_800_000, 3_599_999, 3_600_000, 7_200_000,
        21_600_001, 43_199_999, 86_400_000, 90_000_000,
    ];
    NEAR.into_iter().flat_map(|distance| [distance, -1 - distance])
}

fn bucketer(granularity: Granularity, zone: Zone) -> Bucketer {
    Bucketer::new(granularity, zone, Interval { start: 0, end: 0 })
}

#[test]
fn every_bucket_is_the_calendars() {
    let full = std::env::var_os("GRISTMILL_FULL_PROOF").is_some();
    let mut checks = 0_u64;
    for (at_zone, name) in zone_names().enumerate() {
        let zone = Zone::from_name(name).unwrap();
        let peer = Peer::new(name);
        let quiet: Timestamp = "2021-06-15T12:34:56.789Z".parse().unwrap();
        let within =
            Timestamp::from_second(-2_208_988_800).unwrap()..Timestamp::from_second(4_102_444_800).unwrap();
        let changes = peer
            .changes
            .iter()
            .filter(|&&change| within.contains(&Timestamp::from_millisecond(change).unwrap()));
        for (at_change, &change) in changes.chain([&quiet.as_millisecond()]).enumerate() {
            for (at, granularity) in CALENDAR.into_iter().enumerate() {
                // The sample moves on by a granularity from change to change and from zone to zone.
                if !full && (at_zone + at_change + at) % 29 != 0 {
                    continue;
                }
                let bucketer = bucketer(granularity, zone);
                let mut cursor = bucketer.cursor();
                for millis in distances().map(|distance| change + distance) {
                    let expected = peer.bucket(granularity, millis);
                    let shown = || Timestamp::from_millisecond(millis).unwrap();
                    assert_eq!(bucketer.bucket_of(millis), expected, "{name} {granularity:?} {}", shown());
                    assert_eq!(
                        cursor.bucket_of(millis),
                        expected,
                        "cursor: {name} {granularity:?} {}",
                        shown()
                    );
                    checks += 1;
                }
            }
        }
    }
    assert!(checks > 500_000, "only {checks} buckets were tried");
}

#[test]
fn buckets_partition_time() {
    for name in
        zone_names().step_by(5).chain(["Pacific/Apia", "Pacific/Kwajalein", "America/Juneau", "Asia/Manila"])
    {
        let zone = Zone::from_name(name).unwrap();
        for (granularity, days) in
            CALENDAR.into_iter().zip([0, 1, 1, 3, 3, 3, 30, 300, 300, 900, 900, 9000, 9000, 90_000])
        {
            let bucketer = bucketer(granularity, zone);
            let start = -2_840_140_801_000;
            let mut span = zone.span_at(start);
            for _ in 0..8 {
                let from = span.from.max(start) - 4_000_000;
                let asked = Interval { start: from, end: from + 8_000_000 + days * 86_400_000 };
                let mut edge = None;
                for bucket in bucketer.buckets_overlapping(asked) {
                    assert!(bucket.start < bucket.end);
                    assert!(edge.is_none_or(|edge| edge == bucket.start), "{name} {granularity:?}");
                    assert_eq!(bucketer.bucket_of(bucket.start), bucket);
                    assert_eq!(bucketer.bucket_of(bucket.end - 1), bucket);
                    assert!(edge.is_some() || bucket.contains(from));
                    edge = Some(bucket.end);
                }
                assert!(edge.unwrap() >= asked.end);
                if span.until == i64::MAX {
                    break;
                }
                span = zone.span_at(span.until);
            }
        }
    }
}

/// A label tells an instant: no two buckets share one.
#[test]
fn labels_read_back() {
    for name in zone_names() {
        let zone = Zone::from_name(name).unwrap();
        let days = bucketer(Granularity::Hour, zone);
        let mut seen = BTreeMap::new();
        for start in [-3_000_000_000_000, -1_000_000_000_000, 1_617_000_000_000, 1_635_600_000_000] {
            for bucket in days.buckets_overlapping(Interval { start, end: start + 100 * 3_600_000 }) {
                let label = days.label(bucket);
                assert_eq!(Zone::UTC.parse_instant(label.as_str()), Ok(bucket.start), "{name} {label}");
                assert_eq!(seen.insert(label.to_string(), bucket.start), None, "{name} {label}");
            }
        }
    }
}
