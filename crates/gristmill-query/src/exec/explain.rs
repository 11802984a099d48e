//! What is noted of a fetch while it is answered, for its explanation.

use super::prepare::left_out;
use crate::plan::Plan;
use crate::response::{Pass, SegmentScan, Touched};
use gristmill_storage::segment::file::Form;
use gristmill_storage::segment::{Segment, SegmentSource};
use std::sync::Arc;
use std::time::Instant;

/// How a segment was scanned.
pub(super) struct How {
    /// Rows of the organization, vendor and interval.
    pub(super) rows: u64,
    /// Absent where nobody asks.
    pub(super) filter: Option<String>,
    pub(super) way: &'static str,
    pub(super) threads: u64,
    pub(super) micros: u64,
}

/// Whole microseconds since an instant.
pub(super) fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// A segment before it is looked at.
pub(super) fn described(plan: &Plan<'_>, segment: &Segment) -> SegmentScan {
    let meta = segment.meta();
    SegmentScan {
        rows: u64::from(meta.rows),
        first: Some(meta.min_time),
        last: Some(meta.max_time),
        form: match segment.form() {
            None => "memory",
            Some(Form::Plain) => "plain",
            Some(Form::Compressed) => "compressed",
        },
        pruned: left_out(plan, segment),
        ..SegmentScan::default()
    }
}

/// A source of segments before it is looked at.
pub(super) fn described_source(source: &dyn SegmentSource) -> SegmentScan {
    let times = source.times();
    SegmentScan {
        rows: source.rows(),
        first: times.map(|(first, _)| first),
        last: times.map(|(_, last)| last),
        form: "parquet",
        ..SegmentScan::default()
    }
}

/// Notes something about a segment, where it is explained.
pub(super) fn note(
    explained: &[Arc<Segment>],
    pass: &mut Pass,
    segment: &Segment,
    change: impl FnOnce(&mut SegmentScan),
) {
    let at = explained.iter().position(|known| std::ptr::eq(Arc::as_ptr(known), segment));
    if let Some(scan) = at.and_then(|at| pass.segments.get_mut(at)) {
        change(scan);
    }
}

impl SegmentScan {
    pub(super) fn take(&mut self, how: How, touched: Touched) {
        self.rows_in_range = how.rows;
        self.filter = how.filter;
        self.grouping = Some(how.way);
        self.threads = how.threads;
        self.rows_matched = touched.rows;
        self.bytes_touched = touched.bytes;
        self.micros = how.micros;
    }
}
