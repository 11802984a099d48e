//! How long requests took.

use std::time::Duration;

/// How long requests took.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Requests a second, their median and their 99th percentile.
    pub(crate) fn told(&mut self, seconds: f64) -> String {
        self.0.sort_unstable();
        let at = |percent: usize| self.0.get(self.0.len() * percent / 100).map(Duration::as_secs_f64);
        match (at(50), at(99)) {
            (Some(p50), Some(p99)) => {
                let a_second = self.0.len() as f64 / seconds;
                format!("{a_second:.0}, {:.2}, {:.2}", p50 * 1e3, p99 * 1e3)
            }
            _ => String::new(),
        }
    }
}
