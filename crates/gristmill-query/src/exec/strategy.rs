//! Which way a scan takes through the rows of one segment.

use super::prepare::Prepared;
use super::tuning::GroupStrategy;
use crate::plan::Plan;
use crate::time::Granularity;

/// Which way a scan takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A bucket at a time, across all spans, with a slot for each key: the slots of one bucket stay in the cache, and
    /// groups come out in order.
    BucketByBucket,
    /// All buckets of a piece at once, with a slot for each bucket and key.
    AllBuckets,
    /// Keys by hash table.
    Hashed,
}

/// Keys serve as ids where there are at most this many for each row: beyond, clearing so many slots costs more than
/// hashing a row.
const DENSE_KEYS_PER_ROW: u64 = 2;

/// So many keys always serve as ids.
const DENSE_KEYS_FREE: u64 = 4096;

/// Never more slots than this, even where dense ids are forced.
const DENSE_KEYS_MAX: u64 = 1 << 24;

/// Where a bucket has fewer rows than this in a span on average, finding its end costs more than giving each row the
/// number of its bucket.
const SLICE_ROWS: u64 = 16;

/// Adding a slot to another takes about as long as scanning two rows, so that with this many rows for each slot it is
/// some hundredths of the scan.
const ROWS_PER_ADDED_SLOT: u64 = 64;

/// What decides the way through one segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Rows of the spans.
    pub(crate) rows: u64,
    /// Buckets with a row, at most.
    pub(crate) buckets: u64,
    /// Buckets between the first and the last row, at most.
    all_buckets: u64,
    /// Keys within a bucket; `None` where they do not fit 64 bits.
    pub(crate) keys: Option<u64>,
    /// Spans.
    spans: u64,
    forced: GroupStrategy,
}

impl Shape {
    pub(crate) fn of(plan: &Plan<'_>, prepared: &Prepared<'_>) -> Self {
        let mut radices = prepared.columns.groups.iter().map(|column| column.dictionary.len() as u64);
        let all_buckets = match plan.fetch.granularity {
            Granularity::All => 1,
            _ => plan.bucketer.count_limit(prepared.interval).max(1),
        };
        Self {
            rows: prepared.rows,
            buckets: all_buckets.min(prepared.rows).max(1),
            all_buckets,
            keys: radices.try_fold(1, u64::checked_mul),
            spans: prepared.spans.len() as u64,
            forced: plan.options.tuning.groups,
        }
    }

    /// The way through pieces that share no bucket.
    pub(crate) fn way(&self) -> Way {
        let all_buckets = match self.forced {
            GroupStrategy::Slices => false,
            GroupStrategy::Dense => true,
            GroupStrategy::Auto | GroupStrategy::Hash => self.has_short_slices(),
        };
        if all_buckets && self.fit(self.slots()) {
            Way::AllBuckets
        } else if self.fit(self.keys) && (self.forced != GroupStrategy::Auto || !self.has_short_slices()) {
            Way::BucketByBucket
        } else {
            Way::Hashed
        }
    }

    /// Whether one array has a slot for every bucket and key, so that threads may each have one and add them up.
    pub(crate) fn fits_one_array(&self) -> bool {
        self.fit(self.slots())
    }

    /// Whether adding up an array of all slots for each thread costs next to nothing beside the scan.
    pub(crate) fn has_few_slots(&self) -> bool {
        self.fits_one_array() && self.slots().is_some_and(|slots| slots <= self.rows / ROWS_PER_ADDED_SLOT)
    }

    /// Whether so many slots are worth an array.
    fn fit(&self, slots: Option<u64>) -> bool {
        let most = match self.forced {
            GroupStrategy::Hash => return false,
            GroupStrategy::Auto => {
                self.rows.saturating_mul(DENSE_KEYS_PER_ROW).clamp(DENSE_KEYS_FREE, DENSE_KEYS_MAX)
            }
            GroupStrategy::Slices | GroupStrategy::Dense => DENSE_KEYS_MAX,
        };
        slots.is_some_and(|slots| slots <= most)
    }

    /// Whether buckets have few rows in a span.
    pub(crate) fn has_short_slices(&self) -> bool {
        self.rows / self.buckets.saturating_mul(self.spans).max(1) < SLICE_ROWS
    }

    fn slots(&self) -> Option<u64> {
        self.keys?.checked_mul(self.all_buckets)
    }
}
