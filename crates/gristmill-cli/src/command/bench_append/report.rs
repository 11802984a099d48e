//! What was measured, as one line of JSON.

use super::round::Round;
use crate::render::whole;
use crate::settings::BenchAppendSettings;
use gristmill::event::Batch;
use serde_json::{Value, json};
use std::sync::Arc;

/// Pairs of measurements that were taken one after the other.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Pair>);

#[derive(Debug)]
struct Pair {
    one: Round,
    windows: Round,
}

impl Report {
    pub(super) fn push(&mut self, one: Round, windows: Round) {
        self.0.push(Pair { one, windows });
    }

    /// Medians of all pairs. `sync_bound` is what one thread could reach if there were nothing but its syncs.
    pub(super) fn to_json(&self, settings: &BenchAppendSettings, batches: &[Arc<Batch>]) -> Value {
        let bytes: usize = batches.iter().map(|batch| batch.payload().len()).sum();
        let sync_bound = |pair: &Pair| 1e3 / pair.one.sync_ms();
        json!({
            "threads": settings.appenders.threads,
            "window": settings.appenders.window,
            "batch_events": settings.batch_events,
            "batch_bytes": bytes / batches.len().max(1),
            "durability": settings.durability.to_string(),
            "runs": self.0.len(),
            "windows": self.measured(settings, |pair| pair.windows),
            "one_thread": self.measured(settings, |pair| pair.one),
            "ratio": rounded(self.median(|pair| pair.windows.batches_per_second() / pair.one.batches_per_second()), 2),
            "sync_bound_per_s": whole(self.median(sync_bound)),
            "ratio_to_sync_bound":
                rounded(self.median(|pair| pair.windows.batches_per_second() / sync_bound(pair)), 2),
        })
    }

    fn measured(&self, settings: &BenchAppendSettings, round: impl Fn(&Pair) -> Round) -> Value {
        let median = |of: &dyn Fn(Round) -> f64| self.median(|pair| of(round(pair)));
        let batches = median(&|round| round.batches_per_second());
        json!({
            "batches_per_s": whole(batches),
            "events_per_s": whole(batches * settings.batch_events as f64),
            "syncs": whole(median(&|round| round.syncs.count as f64)),
            "batches_per_sync": rounded(median(&|round| round.batches as f64 / round.syncs.count.max(1) as f64), 2),
            "sync_ms": rounded(median(&|round| round.sync_ms()), 3),
        })
    }

    fn median(&self, of: impl Fn(&Pair) -> f64) -> f64 {
        let mut numbers: Vec<f64> = self.0.iter().map(of).collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or_default()
    }
}

/// With so many digits after the point: more would be noise.
fn rounded(number: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (number * unit).round() / unit
}
