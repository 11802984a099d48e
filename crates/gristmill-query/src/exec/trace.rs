//! What a subscriber of `tracing` is told: a span for each fetch, in it one for each segment that is scanned.
//!
//! They hold numbers and the names of ways only, nothing that an event or a query says. Nothing here is done for a row.

use super::explain::How;
use crate::response::{Answer, Touched};
use gristmill_storage::segment::Segment;
use tracing::field::Empty;
use tracing::{Span, debug_span};

/// What a filter of spans calls them.
const TARGET: &str = "gristmill::fetch";

/// A fetch from so many segments.
pub(super) fn fetch(segments: usize) -> Span {
    debug_span!(target: TARGET, "fetch", segments, rows = Empty, rows_matched = Empty, bytes_touched = Empty)
}

/// How a fetch has ended.
pub(super) fn answered(fetch: &Span, answer: &Answer) {
    if fetch.is_disabled() {
        return;
    }
    let Touched { rows, bytes } = answer.touched();
    fetch.record("rows", answer.len());
    fetch.record("rows_matched", rows);
    fetch.record("bytes_touched", bytes);
}

/// A segment of that fetch, on whichever thread. A segment in memory has no number.
pub(super) fn segment(fetch: &Span, segment: &Segment, rows_in_range: u64) -> Span {
    let number = segment.meta().id;
    debug_span!(
        target: TARGET,
        parent: fetch,
        "segment",
        number,
        rows_in_range,
        rows_matched = Empty,
        bytes_touched = Empty,
        grouping = Empty,
        threads = Empty
    )
}

/// How a segment was scanned.
pub(super) fn scanned(segment: &Span, how: &How, touched: Touched) {
    if segment.is_disabled() {
        return;
    }
    segment.record("rows_matched", touched.rows);
    segment.record("bytes_touched", touched.bytes);
    segment.record("grouping", how.way);
    segment.record("threads", how.threads);
}
