//! What is to be told of the store.

use gristmill::{Activity, Catalog, Durations, Error, Store};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use std::fmt;
use std::iter::once;
use std::time::Duration;

/// What is to be told of a store, as it was when it was read.
#[derive(Debug)]
pub(crate) struct StoreFigures {
    activity: Activity,
    segments: usize,
    quarantined: usize,
    losses: usize,
    sealed_events: u64,
    deleted_events: u64,
    segment_bytes: u64,
    maintenance_fails: bool,
}

impl StoreFigures {
    /// Reads them. It may wait for the disk.
    pub(crate) fn of(store: &Store) -> Result<Self, Error> {
        let Catalog { segments, losses, .. } = store.catalog()?;
        let deletions = segments.iter().filter_map(|segment| segment.deletion.as_ref());
        Ok(Self {
            activity: store.activity()?,
            segments: segments.len(),
            quarantined: segments.iter().filter(|segment| segment.quarantined).count(),
            losses: losses.len(),
            sealed_events: segments.iter().map(|segment| u64::from(segment.rows)).sum(),
            deleted_events: deletions.map(|deletion| u64::from(deletion.rows)).sum(),
            segment_bytes: segments.iter().map(|segment| segment.files.bytes()).sum(),
            maintenance_fails: store.maintenance()?.failure.is_some(),
        })
    }
}

impl Collector for StoreFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counters = [
            ("appends", "Batches of events that were stored", self.activity.batches),
            ("events", "Events that were stored", self.activity.events),
        ];
        for (name, help, value) in counters {
            let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            metric.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        let count = |count: usize| count as u64;
        let gauges = [
            (
                "append_queue_batches",
                "Batches that wait to be written to the log",
                None,
                self.activity.waiting,
            ),
            ("unsealed_events", "Events in the log and not in segments", None, self.activity.unsealed_events),
            (
                "unsealed",
                "Events in the log and not in segments",
                Some(Unit::Bytes),
                self.activity.unsealed_bytes,
            ),
            ("segments", "Segments of the store", None, count(self.segments)),
            ("segment_events", "Events in segments, deleted ones included", None, self.sealed_events),
            (
                "segment_deleted_events",
                "Deleted events whose bytes are in segments",
                None,
                self.deleted_events,
            ),
            ("segment_files", "Files of segments", Some(Unit::Bytes), self.segment_bytes),
            ("quarantined_segments", "Segments that are damaged and not read", None, count(self.quarantined)),
            ("recorded_losses", "Losses that a repair has recorded", None, count(self.losses)),
            (
                "maintenance_failing",
                "1 where work in the background fails",
                None,
                u64::from(self.maintenance_fails),
            ),
        ];
        for (name, help, unit, value) in gauges {
            let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            metric.encode_gauge(&value)?;
        }
        let help = "Time that syncs of the log took";
        let mut metric =
            encoder.encode_descriptor("log_sync", help, Some(&Unit::Seconds), MetricType::Histogram)?;
        let syncs = &self.activity.syncs;
        metric.encode_histogram::<NoLabelSet>(syncs.total.as_secs_f64(), syncs.count(), &buckets(syncs), None)
    }
}

/// Each bound in seconds, with the count of what lies between it and the one before.
fn buckets(durations: &Durations) -> Vec<(f64, u64)> {
    let bounds = Durations::BOUNDS.iter().map(Duration::as_secs_f64).chain(once(f64::INFINITY));
    bounds.zip(durations.counts).collect()
}
