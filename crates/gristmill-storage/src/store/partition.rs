//! Which events share a segment: those of one UTC day, or of several quiet days next to each other.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::segment::SegmentBuilder;

use super::StoreError;
use super::staging::Staging;

const DAY_MILLIS: i64 = 86_400_000;
/// Days are joined until they have a segment's worth of events divided by this. So however many days some events are
/// spread over, they make no more than twice this many segments for each segment's worth of them.
const JOIN_DIVISOR: u32 = 16;

/// Writes the events of a builder as segments by day, on so many threads.
///
/// Events keep their order within a tenant and instant. A day with more than `segment_rows` events makes several
/// segments.
pub(super) fn write(
    builder: SegmentBuilder,
    segment_rows: u32,
    threads: usize,
    staging: &mut Staging<'_>,
) -> Result<(), StoreError> {
    if builder.is_empty() {
        return Ok(());
    }
    let days = count_days(builder.timestamps());
    let ends = stretch_ends(&days, u64::from(segment_rows / JOIN_DIVISOR));
    let mut last = None;
    let sorted = builder.sort(threads, ends.len(), |timestamp| {
        let day = day_of(timestamp);
        match last {
            // Events tend to come in the order of time.
            Some((known, stretch)) if known == day => stretch,
            _ => {
                let stretch = u32::try_from(ends.partition_point(|&end| end < day)).unwrap_or(u32::MAX);
                last = Some((day, stretch));
                stretch
            }
        }
    });
    let parts: Vec<Range<u32>> = sorted.parts().flat_map(|rows| pieces(rows, segment_rows.max(1))).collect();
    staging.add_all(threads, parts.len(), |at| sorted.segment(&parts[at]))
}

fn day_of(timestamp: i64) -> i64 {
    timestamp.div_euclid(DAY_MILLIS)
}

/// How many events there are on each day.
fn count_days(timestamps: &[i64]) -> BTreeMap<i64, u64> {
    let mut events = BTreeMap::new();
    for same in timestamps.chunk_by(|&a, &b| day_of(a) == day_of(b)) {
        *events.entry(day_of(same[0])).or_default() += same.len() as u64;
    }
    events
}

/// Cuts days into stretches: a day of at least `join` events by itself, others joined until they have as many. Gives
/// the last day of each stretch.
fn stretch_ends(events: &BTreeMap<i64, u64>, join: u64) -> Vec<i64> {
    let mut ends: Vec<i64> = Vec::new();
    // Events in the last stretch while it can take more days.
    let mut open: Option<u64> = None;
    for (&day, &count) in events {
        match (open, ends.last_mut()) {
            (Some(before), Some(end)) if count < join => {
                *end = day;
                open = Some(before + count);
            }
            _ => {
                ends.push(day);
                open = Some(count);
            }
        }
        open = open.filter(|&count| count < join);
    }
    ends
}

/// Cuts rows into pieces of at most so many.
fn pieces(rows: Range<u32>, most: u32) -> impl Iterator<Item = Range<u32>> {
    let end = rows.end;
    rows.step_by(most as usize).map(move |start| start..end.min(start.saturating_add(most)))
}
