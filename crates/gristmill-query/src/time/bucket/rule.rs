//! Where the buckets of a granularity start.

use crate::request::Interval;
use crate::time::bucket::wall::Wall;
use crate::time::bucket::{Bucket, FURTHEST};
use crate::time::period::DAYS_PER_WEEK;
use crate::time::{Granularity, Period, PeriodUnit, Zone};
use gristmill_storage::timestamp::MILLIS_PER_DAY;

/// Where buckets start.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// One bucket for everything.
    All(Bucket),
    /// One for each millisecond.
    Each,
    /// Of that many milliseconds on the wall clock, cut where its offset changes.
    Fixed(i64),
    /// Of that many milliseconds as they pass.
    Elapsed {
        /// How many.
        width: i64,
        /// The start of one of them.
        origin: i64,
    },
    /// From boundary to boundary on the wall clock.
    Wall(Wall),
}

/// 1970-01-05, a Monday, on the wall clock.
const MONDAY: i64 = 4 * MILLIS_PER_DAY;

impl Rule {
    pub(super) fn new(granularity: Granularity, zone: Zone, interval: Interval) -> Self {
        let Some(period) = granularity.period() else {
            return match granularity {
                Granularity::All => Self::All(Bucket { start: interval.start, end: interval.end }),
                _ => Self::Each,
            };
        };
        match granularity {
            Granularity::Period { origin: Some(origin), .. } => {
                Self::from_origin(period, zone, origin.clamp(-FURTHEST, FURTHEST))
            }
            _ => Self::usual(period, zone),
        }
    }

    /// Counted from where a bucket of that length usually starts.
    fn usual(period: Period, zone: Zone) -> Self {
        let (count, hour) = (period.count(), Period::HOUR.count());
        match period.unit() {
            PeriodUnit::Month => Self::Wall(Wall::months(count, 0)),
            PeriodUnit::Day => {
                let origin = if count % DAYS_PER_WEEK == 0 { MONDAY } else { 0 };
                Self::Wall(Wall::Every { width: count * MILLIS_PER_DAY, origin })
            }
            PeriodUnit::Millisecond if hour % count == 0 => Self::Fixed(count),
            PeriodUnit::Millisecond
                if count % hour == 0 && MILLIS_PER_DAY % count == 0 && count < MILLIS_PER_DAY =>
            {
                Self::Wall(Wall::Every { width: count, origin: 0 })
            }
            PeriodUnit::Millisecond => Self::Elapsed { width: count, origin: zone.resolve(0) },
        }
    }

    fn from_origin(period: Period, zone: Zone, origin: i64) -> Self {
        let count = period.count();
        let reading = origin + zone.span_at(origin).offset_millis();
        match period.unit() {
            PeriodUnit::Month => Self::Wall(Wall::months(count, reading)),
            PeriodUnit::Day => Self::Wall(Wall::Every { width: count * MILLIS_PER_DAY, origin: reading }),
            PeriodUnit::Millisecond => Self::Elapsed { width: count, origin },
        }
    }
}
