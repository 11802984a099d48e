//! How long a number of runs took.

use std::time::Duration;

/// How long each of a number of runs took.
#[derive(Debug, Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn push(&mut self, time: Duration) {
        let at = self.0.partition_point(|known| *known <= time);
        self.0.insert(at, time);
    }

    /// The shortest, in milliseconds; 0 without a run.
    pub(super) fn min_ms(&self) -> f64 {
        self.0.first().map_or(0.0, milliseconds)
    }

    /// The one in the middle, in milliseconds, or the mean of the two there; 0 without a run.
    pub(super) fn median_ms(&self) -> f64 {
        let middle = self.0.len() / 2;
        let around =
            if self.0.len().is_multiple_of(2) { middle.saturating_sub(1)..=middle } else { middle..=middle };
        let times: Vec<f64> = self.0.get(around).unwrap_or_default().iter().map(milliseconds).collect();
        times.iter().sum::<f64>() / times.len().max(1) as f64
    }
}

/// Whole microseconds: more digits would be noise.
fn milliseconds(time: &Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: &[u64]) -> Times {
        let mut times = Times::default();
        millis.iter().for_each(|&time| times.push(Duration::from_millis(time)));
        times
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        for (runs, median, min) in [
            (&[][..], 0.0, 0.0),
            (&[5], 5.0, 5.0),
            (&[9, 2, 4], 4.0, 2.0),
            (&[8, 1, 2, 3], 2.5, 1.0),
            (&[3, 3, 1, 3], 3.0, 1.0),
        ] {
            assert_eq!((times(runs).median_ms(), times(runs).min_ms()), (median, min), "{runs:?}");
        }
    }
}
