//! How long the syncs of logs took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many durations there were, sorted by their length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// How many took at most as long as the bound at the same place of [`Durations::BOUNDS`], but longer than the one before;
    /// at the end those that took longer than all bounds.
    pub counts: [u64; Self::BOUNDS.len() + 1],
    /// All of them together.
    pub total: Duration,
}

impl Durations {
    /// From a memory-backed disk to one that hangs, in steps of about three.
    pub const BOUNDS: [Duration; 10] = [
        Duration::from_micros(100),
        Duration::from_micros(300),
        Duration::from_millis(1),
        Duration::from_millis(3),
        Duration::from_millis(10),
        Duration::from_millis(30),
        Duration::from_millis(100),
        Duration::from_millis(300),
        Duration::from_secs(1),
        Duration::from_secs(3),
    ];

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Counts durations, from any thread.
#[derive(Debug, Default)]
pub(crate) struct SyncTimes {
    counts: [AtomicU64; Durations::BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl SyncTimes {
    pub(crate) fn note(&self, time: Duration) {
        let place = Durations::BOUNDS.partition_point(|&bound| bound < time);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Durations {
        Durations {
            counts: self.counts.each_ref().map(|count| count.load(Ordering::Relaxed)),
            total: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_at_the_first_bound_that_it_does_not_exceed() {
        let times = SyncTimes::default();
        for microseconds in [0, 100, 101, 3_000_000, 3_000_001] {
            times.note(Duration::from_micros(microseconds));
        }
        let read = times.read();
        assert_eq!(read.counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((read.count(), read.total), (5, Duration::from_micros(6_000_202)));
    }
}
