//! Which events share a segment, and what has to be rewritten for that.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::schema::Dimension;
use crate::segment::file::Form;
use crate::segment::{Dictionary, Run, Segment, SegmentError, Selection, Timestamps};
use crate::timestamp::MILLIS_PER_DAY;

use super::quarter;

/// A compacted segment has up to this many times the events of a sealed one, 4 Mi by default: few enough for its
/// columns to be merged in memory, and enough for a large tenant's month to have one dictionary.
const SEGMENTS_IN_ONE: u64 = 4;
/// An organization with at least a sealed segment's events divided by this in a quarter, 128 Ki by default, has segments
/// of its own. Then its dictionaries hold its own values only; below, the files would be too many and too small.
const OWN_DIVISOR: u64 = 8;
/// Late events leave the segment that holds those of many quarters when each segment they would go to gets at least a sealed
/// segment's events divided by this, 16 Ki by default: below, they are a file each and nothing is read faster for it.
const PIECE_DIVISOR: u64 = 64;

/// Segments to write, and those that they replace together.
#[derive(Debug, Default)]
pub(super) struct Job {
    /// Positions of the segments that are replaced; rising.
    pub(super) sources: Vec<usize>,
    /// What is written, which is all they hold.
    pub(super) targets: Vec<Target>,
}

impl Job {
    /// Events to write.
    pub(super) fn rows(&self) -> u64 {
        self.targets.iter().map(|target| target.rows).sum()
    }
}

/// A segment as it should be.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) selection: Selection,
    pub(super) rows: u64,
    /// How many of its events lie in which segment.
    pub(super) sources: BTreeMap<usize, u64>,
}

/// From so many events on, an organization has segments of its own in a quarter.
pub(super) fn own_rows(segment_rows: u64) -> u64 {
    (segment_rows / OWN_DIVISOR).max(1)
}

/// Finds what to rewrite, where a sealed segment has up to `segment_rows` events.
pub(super) fn jobs(sources: &[Arc<Segment>], segment_rows: u32) -> Result<Vec<Job>, SegmentError> {
    let mut targets = targets(sources, u64::from(segment_rows.max(1)))?;
    targets.retain(|target| !lies(target, sources));
    Ok(joined(targets))
}

/// The one job that merges all of some segments, where a sealed segment has up to `segment_rows` events. Events of several
/// quarters stay together until each of these would get [`PIECE_DIVISOR`] of a sealed segment's, or together they have more.
pub(super) fn whole_job(
    sources: &[Arc<Segment>],
    segment_rows: u32,
    is_wide: bool,
) -> Result<Job, SegmentError> {
    let segment_rows = u64::from(segment_rows.max(1));
    let mut targets = targets(sources, segment_rows)?;
    let rows = targets.iter().map(|target| target.rows).sum();
    let least = (segment_rows / PIECE_DIVISOR).max(1).saturating_mul(targets.len() as u64);
    if is_wide && rows <= segment_rows && rows < least {
        targets = vec![united(targets, rows)];
    }
    Ok(Job { sources: (0..sources.len()).collect(), targets })
}

/// One target of several, which hold `rows` together.
fn united(targets: Vec<Target>, rows: u64) -> Target {
    let (mut organizations, mut sources) = (BTreeSet::new(), Counts::new());
    let mut time: Option<Range<i64>> = None;
    for target in targets {
        organizations.extend(target.selection.organizations);
        add(&mut sources, &target.sources);
        let Range { start, end } = target.selection.time;
        time = Some(time.map_or(start..end, |time| time.start.min(start)..time.end.max(end)));
    }
    let selection =
        Selection { organizations: organizations.into_iter().collect(), time: time.unwrap_or_default() };
    Target { selection, rows, sources }
}

/// Whether a target is there already.
fn lies(target: &Target, sources: &[Arc<Segment>]) -> bool {
    let mut from = target.sources.iter();
    let (Some((&source, &rows)), None) = (from.next(), from.next()) else { return false };
    let source = &sources[source];
    rows == u64::from(source.meta().rows) && source.form() == Some(Form::Compressed)
}

/// Puts targets that have a source in common into one job: a segment is replaced as a whole.
fn joined(targets: Vec<Target>) -> Vec<Job> {
    let mut jobs: Vec<(BTreeSet<usize>, Vec<Target>)> = Vec::new();
    for target in targets {
        let mut sources: BTreeSet<usize> = target.sources.keys().copied().collect();
        let mut together = vec![target];
        for (other, targets) in
            jobs.extract_if(.., |(other, _)| !other.is_disjoint(&sources)).collect::<Vec<_>>()
        {
            sources.extend(other);
            // Those of before come first.
            together.splice(0..0, targets);
        }
        jobs.push((sources, together));
    }
    jobs.into_iter()
        .map(|(sources, targets)| Job { sources: sources.into_iter().collect(), targets })
        .collect()
}

/// Events by source.
type Counts = BTreeMap<usize, u64>;

fn total(counts: &Counts) -> u64 {
    counts.values().sum()
}

fn add(to: &mut Counts, counts: &Counts) {
    for (&source, rows) in counts {
        *to.entry(source).or_default() += rows;
    }
}

/// The segments as they should be.
fn targets(sources: &[Arc<Segment>], segment_rows: u64) -> Result<Vec<Target>, SegmentError> {
    let most = segment_rows.saturating_mul(SEGMENTS_IN_ONE);
    let mut targets = Vec::new();
    for (start, organizations) in count(sources)? {
        let time = quarter::of(start);
        let mut shared: Option<Target> = None;
        for (organization, counts) in organizations {
            let rows = total(&counts);
            let target = Target {
                selection: Selection { organizations: vec![organization], time: time.clone() },
                rows,
                sources: counts,
            };
            if rows > most {
                targets.extend(by_days(&target, sources, most)?);
            } else if rows >= own_rows(segment_rows) {
                targets.push(target);
            } else if let Some(shared) = shared.as_mut().filter(|shared| shared.rows + rows <= most) {
                shared.selection.organizations.extend(target.selection.organizations);
                shared.rows += rows;
                add(&mut shared.sources, &target.sources);
            } else {
                targets.extend(shared.replace(target));
            }
        }
        targets.extend(shared);
    }
    Ok(targets)
}

/// The events of each quarter, named by its start, by organization.
fn count(sources: &[Arc<Segment>]) -> Result<BTreeMap<i64, BTreeMap<Arc<str>, Counts>>, SegmentError> {
    let mut quarters: BTreeMap<i64, BTreeMap<Arc<str>, Counts>> = BTreeMap::new();
    for (source, segment) in sources.iter().enumerate() {
        let timestamps = timestamps(segment, |run| quarter::of(run.min_time).contains(&run.max_time))?;
        each_run(segment, |organization, run| {
            each_stretch(segment, run, timestamps.as_deref(), quarter::of, |quarter, rows| {
                let organizations = quarters.entry(quarter.start).or_default();
                let counts = match organizations.get_mut(organization) {
                    Some(counts) => counts,
                    None => organizations.entry(organization.into()).or_default(),
                };
                *counts.entry(source).or_default() += rows;
            });
        })?;
    }
    Ok(quarters)
}

/// Cuts a target of one organization between days, so that each part has at most so many events, or is one day.
fn by_days(target: &Target, sources: &[Arc<Segment>], most: u64) -> Result<Vec<Target>, SegmentError> {
    let Selection { organizations, time } = &target.selection;
    let mut days: BTreeMap<i64, Counts> = BTreeMap::new();
    for &source in target.sources.keys() {
        let timestamps = timestamps(&sources[source], |run| day(run.min_time).contains(&run.max_time))?;
        each_run(&sources[source], |organization, run| {
            if organizations.iter().any(|wanted| **wanted == *organization) {
                each_stretch(&sources[source], run, timestamps.as_deref(), day, |day, rows| {
                    if time.contains(&day.start) {
                        *days.entry(day.start).or_default().entry(source).or_default() += rows;
                    }
                });
            }
        })?;
    }
    let mut parts: Vec<Target> = Vec::new();
    for (start, counts) in days {
        let rows = total(&counts);
        if let Some(part) = parts.last_mut().filter(|part| part.rows + rows <= most) {
            part.rows += rows;
            add(&mut part.sources, &counts);
            continue;
        }
        if let Some(before) = parts.last_mut() {
            before.selection.time.end = start;
        }
        let selection = Selection { organizations: organizations.clone(), time: start..time.end };
        parts.push(Target { selection, rows, sources: counts });
    }
    Ok(parts)
}

/// The day in UTC that an instant belongs to.
fn day(instant: i64) -> Range<i64> {
    let start = instant.div_euclid(MILLIS_PER_DAY) * MILLIS_PER_DAY;
    start..start + MILLIS_PER_DAY
}

/// The timestamps of a segment, unless for every run its bounds are enough.
fn timestamps(
    segment: &Segment,
    is_enough: impl Fn(&Run) -> bool,
) -> Result<Option<Arc<Timestamps>>, SegmentError> {
    if segment.runs()?.all().iter().all(is_enough) { Ok(None) } else { segment.timestamps().map(Some) }
}

/// Calls `visit` with every run and its organization.
fn each_run(segment: &Segment, mut visit: impl FnMut(&str, &Run)) -> Result<(), SegmentError> {
    let organizations = segment.dictionary(Dimension::OrganizationId)?;
    for run in segment.runs()?.all() {
        if let Dictionary::Text(texts) = &*organizations {
            visit(texts.get(run.organization).unwrap_or_default(), run);
        }
    }
    Ok(())
}

/// Cuts a run into stretches of time, and calls `visit` with each one that has events, and their number. Without
/// timestamps the run lies in one.
fn each_stretch(
    segment: &Segment,
    run: &Run,
    timestamps: Option<&Timestamps>,
    stretch: impl Fn(i64) -> Range<i64>,
    mut visit: impl FnMut(Range<i64>, u64),
) {
    let mut visit = |time, rows| match segment.alive().count_in(rows) {
        0 => {}
        events => visit(time, u64::from(events)),
    };
    let Some(timestamps) = timestamps else {
        return visit(stretch(run.min_time), run.rows.clone());
    };
    let mut rows = run.rows.clone();
    while !rows.is_empty() {
        let time = stretch(timestamps.get(rows.start as usize));
        let next = timestamps.first_at_or_after(rows.clone(), time.end);
        visit(time, rows.start..next);
        rows.start = next;
    }
}
