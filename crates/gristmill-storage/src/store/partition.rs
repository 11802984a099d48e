//! Which events share a segment: those of one UTC day, or of several quiet days next to each other.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use crate::segment::{Segment, SegmentBuilder, SegmentError};

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

/// The events of one stretch, as they become segments.
struct Part<'w, W> {
    builder: SegmentBuilder,
    /// Events a segment takes.
    limit: usize,
    write: &'w mut W,
}

impl<W: FnMut(&Segment) -> Result<(), StoreError>> Part<'_, W> {
    /// Takes the events of a segment within some milliseconds.
    fn take(&mut self, segment: &Segment, time: Range<i64>) -> Result<(), StoreError> {
        let meta = segment.meta();
        let whole = meta.min_time >= time.start && meta.max_time < time.end;
        if whole && self.builder.len() + meta.rows as usize <= self.limit {
            match self.builder.push_segment(segment) {
                Err(SegmentError::Full { .. }) if !self.builder.is_empty() => {}
                result => return Ok(result?),
            }
        }
        let timestamps = segment.timestamps()?;
        let rows = segment.rows()?;
        for run in segment.runs()?.all() {
            let start = timestamps.first_at_or_after(run.rows.clone(), time.start);
            let end = timestamps.first_at_or_after(start..run.rows.end, time.end);
            for row in start..end {
                if self.builder.len() >= self.limit {
                    self.cut()?;
                }
                let row = rows.get(row as usize);
                match self.builder.push(&row) {
                    Err(SegmentError::Full { .. }) if !self.builder.is_empty() => {
                        self.cut()?;
                        self.builder.push(&row)?;
                    }
                    result => result?,
                }
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
