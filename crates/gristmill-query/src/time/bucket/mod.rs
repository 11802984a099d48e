//! Buckets of time: which one an instant is in, and which ones an interval touches.

mod cursor;
mod rule;
mod wall;

pub use cursor::{BucketCursor, Buckets};

use crate::request::Interval;
use crate::time::{Granularity, Zone};
use gristmill_storage::timestamp::{IsoText, MILLIS_PER_DAY};
use rule::Rule;

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
/// - Times that divide an hour, second to hour among them: of a fixed length, counted on the wall clock, and cut where
///   the zone's offset changes, so that an hour that the clock shows twice is two buckets.
/// - Whole hours that divide a day, six and eight among them, days, weeks, months, years: from boundary to boundary on the
///   wall clock. A boundary is the first instant at which the clock shows it or a later reading ([`Zone::resolve`]). A
///   day that the clock skips as a whole is no bucket; what the clock shows again of a day that was over belongs to the
///   day after. Hours are counted from midnight, days from 1970-01-01, whole weeks from Monday 1970-01-05, months and
///   years from January 1970.
/// - Other times: elapsed, counted from the first instant of 1970-01-01 in the zone.
/// - With an origin, days and months are counted from its reading on the wall clock; where a month has no such day, its
///   last one is the boundary. Times are elapsed time, counted from the origin.
/// - `all`: the interval. `none`: a millisecond each.
#[derive(Clone, Copy, Debug)]
pub struct Bucketer {
    zone: Zone,
    rule: Rule,
}

impl Bucketer {
    /// The buckets of a granularity in a zone; the interval is that of the fetch, and decides the bucket of `all` only.
    pub fn new(granularity: Granularity, zone: Zone, interval: Interval) -> Self {
        let rule = Rule::new(granularity, zone, interval);
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
            Rule::Fixed(width) => {
                (length / width).saturating_add(2 * self.zone.count_spans(interval.start, interval.end))
            }
            Rule::Elapsed { width, .. } => (length / width).saturating_add(2),
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
