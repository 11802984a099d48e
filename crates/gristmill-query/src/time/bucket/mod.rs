//! Buckets of time: which one an instant is in, and which ones an interval touches.

mod cursor;
mod wall;

pub use cursor::{BucketCursor, Buckets};

use crate::request::Interval;
use crate::time::{Granularity, Zone};
use gristmill_storage::timestamp::{IsoText, MILLIS_PER_DAY};
use wall::Wall;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Instants further from 1970 count as this far, in milliseconds: some seventy million years either way, so that no
/// sum on the way to a bucket overflows.
const FURTHEST: i64 = i64::MAX / 4;

/// The instants from `start` on and before `end`, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The first instant, and the bucket's label.
    pub start: i64,
    /// The first instant that is out again.
    pub end: i64,
}

impl Bucket {
    /// Whether the instant lies in it.
    pub fn contains(&self, millis: i64) -> bool {
        self.start <= millis && millis < self.end
    }
}

/// Divides time into the buckets of a granularity, by the wall clock of a zone. Every instant is in exactly one.
///
/// - Second to hour: of a fixed length, counted on the wall clock, and cut where the zone's offset changes, so that an
///   hour that the clock shows twice is two buckets.
/// - Six and eight hours, day, week, month, quarter, year: from boundary to boundary on the wall clock. A boundary is the
///   first instant at which the clock shows it or a later reading ([`Zone::resolve`]). A day that the clock skips
///   as a whole is no bucket; what the clock shows again of a day that was over belongs to the day after.
/// - `all`: the interval. `none`: a millisecond each.
#[derive(Clone, Copy, Debug)]
pub struct Bucketer {
    zone: Zone,
    rule: Rule,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    /// One bucket for everything.
    All(Bucket),
    /// One for each millisecond.
    Each,
    /// Of that many milliseconds.
    Fixed(i64),
    /// From boundary to boundary on the wall clock.
    Wall(Wall),
}

impl Bucketer {
    /// The buckets of a granularity in a zone; the interval is that of the fetch, and decides the bucket of `all` only.
    pub fn new(granularity: Granularity, zone: Zone, interval: Interval) -> Self {
        let rule = match granularity {
            Granularity::All => Rule::All(Bucket { start: interval.start, end: interval.end }),
            Granularity::None => Rule::Each,
            Granularity::Second => Rule::Fixed(SECOND),
            Granularity::Minute => Rule::Fixed(MINUTE),
            Granularity::FiveMinute => Rule::Fixed(5 * MINUTE),
            Granularity::TenMinute => Rule::Fixed(10 * MINUTE),
            Granularity::FifteenMinute => Rule::Fixed(15 * MINUTE),
            Granularity::ThirtyMinute => Rule::Fixed(30 * MINUTE),
            Granularity::Hour => Rule::Fixed(HOUR),
            Granularity::SixHour => Rule::Wall(Wall::hours(6)),
            Granularity::EightHour => Rule::Wall(Wall::hours(8)),
            Granularity::Day => Rule::Wall(Wall::hours(24)),
            Granularity::Week => Rule::Wall(Wall::WEEK),
            Granularity::Month => Rule::Wall(Wall::Months(1)),
            Granularity::Quarter => Rule::Wall(Wall::Months(3)),
            Granularity::Year => Rule::Wall(Wall::Months(12)),
        };
        Self { zone, rule }
    }

    /// The bucket around an instant in milliseconds since 1970-01-01T00:00:00Z. For many instants near each other, a
    /// [`Bucketer::cursor`] is cheaper. With `all` it is the interval, wherever the instant lies.
    pub fn bucket_of(&self, millis: i64) -> Bucket {
        self.cursor().bucket_of(millis)
    }

    /// A cursor, which finds the buckets of instants near each other cheaply.
    pub fn cursor(&self) -> BucketCursor<'_> {
        BucketCursor::new(self)
    }

    /// The buckets that share an instant with an interval, in the order of time; the first may start before it and the
    /// last end after it. With `all` it is the one bucket, whatever the interval, an empty one too.
    pub fn buckets_overlapping(&self, interval: Interval) -> Buckets<'_> {
        Buckets::new(self, interval)
    }

    /// A number that [`Bucketer::buckets_overlapping`] does not exceed, found without counting.
    pub fn count_limit(&self, interval: Interval) -> u64 {
        let length = interval.end.saturating_sub(interval.start);
        if length <= 0 {
            return u64::from(matches!(self.rule, Rule::All(_)));
        }
        let count = match self.rule {
            Rule::All(_) => 1,
            Rule::Each => length,
            // Each stretch of the same offset may cut a bucket at either end.
            Rule::Fixed(width) => length / width + 2 * self.zone.count_spans(interval.start, interval.end),
            Rule::Wall(wall) => length.saturating_add(2 * MILLIS_PER_DAY) / wall.shortest() + 2,
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The bucket's start as the zone's clock shows it, which is how an answer labels the bucket.
    pub fn label(&self, bucket: Bucket) -> IsoText {
        self.zone.text_of(bucket.start)
    }
}

#[cfg(test)]
mod tests;
