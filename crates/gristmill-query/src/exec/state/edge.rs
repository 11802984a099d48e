//! The value of the earliest event, or of the latest.

use crate::exec::cell::{Extreme, from_extreme, to_extreme};

/// The value of the earliest event that has one, or of the latest. Of several at the same instant the smallest is the first
/// and the largest the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    latest: bool,
    /// Instant and value.
    seen: Option<(i64, Extreme)>,
}

impl Edge {
    pub(super) fn new(latest: bool) -> Self {
        Self { latest, seen: None }
    }

    pub(super) fn add(&mut self, instant: i64, value: f64) {
        self.take(Some((instant, to_extreme(value))));
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.take(other.seen);
    }

    fn take(&mut self, other: Option<(i64, Extreme)>) {
        self.seen = match (self.seen, other) {
            (Some(seen), Some(other)) => Some(if self.latest { seen.max(other) } else { seen.min(other) }),
            (seen, other) => seen.or(other),
        };
    }

    pub(super) fn value(self) -> Option<f64> {
        self.seen.map(|(_, value)| from_extreme(value))
    }
}
