//! Which events share a segment: those of one UTC day, or of several quiet days next to each other.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use crate::segment::{Run, Segment, SegmentBuilder, SegmentError};

use super::StoreError;

const DAY_MILLIS: i64 = 86_400_000;
/// Days are joined until they have a segment's worth of events divided by this. So however many days some events are
/// spread over, they make no more than twice this many segments for each segment's worth of them.
const JOIN_DIVISOR: u32 = 16;

/// Sorts the events of some segments into new ones, by day.
///
/// Events keep their order within a tenant and instant. A day with more than `segment_rows` events makes several
/// segments.
pub(super) fn split(
    segments: &[Arc<Segment>],
    segment_rows: u32,
    mut write: impl FnMut(&Segment) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut events = BTreeMap::new();
    for segment in segments {
        count_days(segment, &mut events)?;
    }
    let stretches = stretches(&events, u64::from(segment_rows / JOIN_DIVISOR));
    if let ([segment], [_]) = (segments, &*stretches)
        && segment.meta().rows <= segment_rows
    {
        return write(segment);
    }
    for days in stretches {
        let mut part =
            Part { builder: SegmentBuilder::new(), limit: segment_rows.max(1) as usize, write: &mut write };
        let start = days.start().saturating_mul(DAY_MILLIS);
        let end = days.end().saturating_add(1).saturating_mul(DAY_MILLIS);
        for segment in segments {
            if segment.meta().max_time >= start && segment.meta().min_time < end {
                part.take(segment, start..end)?;
            }
        }
        part.finish()?;
    }
    Ok(())
}

/// Adds up how many events a segment has on each day.
fn count_days(segment: &Segment, events: &mut BTreeMap<i64, u64>) -> Result<(), StoreError> {
    let timestamps = segment.timestamps()?;
    for run in segment.runs()?.all() {
        let mut rows = run.rows.clone();
        while !rows.is_empty() {
            let day = timestamps.get(rows.start as usize).div_euclid(DAY_MILLIS);
            let next =
                timestamps.first_at_or_after(rows.clone(), day.saturating_add(1).saturating_mul(DAY_MILLIS));
            *events.entry(day).or_default() += u64::from(next - rows.start);
            rows.start = next;
        }
    }
    Ok(())
}

/// Cuts days into stretches: a day of at least `join` events by itself, others joined until they have as many.
fn stretches(events: &BTreeMap<i64, u64>, join: u64) -> Vec<RangeInclusive<i64>> {
    let mut stretches: Vec<RangeInclusive<i64>> = Vec::new();
    // Events in the last stretch while it can take more days.
    let mut open: Option<u64> = None;
    for (&day, &count) in events {
        match (open, stretches.last_mut()) {
            (Some(before), Some(last)) if count < join => {
                *last = *last.start()..=day;
                open = Some(before + count);
            }
            _ => {
                stretches.push(day..=day);
                open = Some(count);
            }
        }
        open = open.filter(|&count| count < join);
    }
    stretches
}

/// The rows of a segment within some milliseconds, in their order.
fn rows_within(segment: &Segment, time: &Range<i64>) -> Result<VecDeque<Range<u32>>, StoreError> {
    let timestamps = segment.timestamps()?;
    let within = |run: &Run| {
        let start = timestamps.first_at_or_after(run.rows.clone(), time.start);
        start..timestamps.first_at_or_after(start..run.rows.end, time.end)
    };
    Ok(segment.runs()?.all().iter().map(within).filter(|rows| !rows.is_empty()).collect())
}

/// Removes the first rows, at most `count` of them.
fn take_first(rows: &mut VecDeque<Range<u32>>, mut count: usize) -> Vec<Range<u32>> {
    let mut taken = Vec::new();
    while count > 0
        && let Some(first) = rows.pop_front()
    {
        let middle = first.end.min(first.start.saturating_add(u32::try_from(count).unwrap_or(u32::MAX)));
        if middle < first.end {
            rows.push_front(middle..first.end);
        }
        count -= (first.start..middle).len();
        taken.push(first.start..middle);
    }
    taken
}

/// The events of one stretch, as they become segments.
struct Part<'w, W> {
    builder: SegmentBuilder,
    /// Events a segment takes; it never holds as many.
    limit: usize,
    write: &'w mut W,
}

impl<W: FnMut(&Segment) -> Result<(), StoreError>> Part<'_, W> {
    /// Takes the events of a segment within some milliseconds.
    fn take(&mut self, segment: &Segment, time: Range<i64>) -> Result<(), StoreError> {
        let mut rows = rows_within(segment, &time)?;
        while !rows.is_empty() {
            let piece = take_first(&mut rows, self.limit - self.builder.len());
            match self.builder.push_rows(segment, &piece) {
                Err(SegmentError::Full { .. }) if !self.builder.is_empty() => {
                    self.cut()?;
                    self.builder.push_rows(segment, &piece)?;
                }
                result => result?,
            }
            if self.builder.len() == self.limit {
                self.cut()?;
            }
        }
        Ok(())
    }

    /// Makes a segment of what was taken so far.
    fn cut(&mut self) -> Result<(), StoreError> {
        let segment = std::mem::take(&mut self.builder).build()?;
        (self.write)(&segment)
    }

    fn finish(mut self) -> Result<(), StoreError> {
        if self.builder.is_empty() { Ok(()) } else { self.cut() }
    }
}
