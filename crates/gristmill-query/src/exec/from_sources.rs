//! A fetch from events that become segments while it runs.

use super::ExecError;
use super::demand;
use super::explain::{described_source, micros};
use super::merge::Merged;
use super::prepare::locate;
use super::run::{PARALLEL_ROWS, Run, Scanned, Start, Task, add_up, scan_segment};
use super::scan::SharedBuckets;
use super::trace;
use crate::filter::Compiled;
use crate::plan::Plan;
use crate::request::Interval;
use crate::response::{Missing, Pass, Touched};
use gristmill_storage::segment::{RowRequest, SegmentError, SegmentSource};
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// All groups of a fetch, from events of which segments are made; and how they were found, where that is asked.
pub(super) fn merged_from(
    run: &Run<'_>,
    sources: &[Arc<dyn SegmentSource>],
    missing: &mut Vec<Missing>,
    touched: &mut Touched,
) -> Result<(Merged, Pass), ExecError> {
    let Run { plan, pool, .. } = *run;
    let start = Instant::now();
    let stopped = || plan.stop.check().is_err();
    let request = demand::request(plan, &stopped);
    let looked_at: Vec<Result<Option<&'static str>, SegmentError>> =
        pool.install(|| sources.par_iter().map(|source| left_out_of(plan, &**source, &request)).collect());
    let prune_micros = micros(start);
    let start = Instant::now();
    let is_wanted = |looked_at: &Result<Option<&str>, SegmentError>| !matches!(looked_at, Ok(Some(_)));
    let intervals: Vec<Option<Interval>> = sources
        .iter()
        .zip(&looked_at)
        .map(|(source, looked_at)| is_wanted(looked_at).then(|| interval_of(&**source, &request)))
        .collect();
    // Each source is read by one thread; where there are fewer of them than threads, these help with the scans.
    let wanted = intervals.iter().flatten().count();
    let threads = (pool.current_num_threads() / wanted.max(1)).max(1) as u64;
    let one = |(at, (source, looked_at)): (usize, (&Arc<dyn SegmentSource>, Result<_, _>))| {
        if let Some(reason) = looked_at? {
            return Ok(FromSource::LeftOut(reason));
        }
        let others = intervals.iter().enumerate().filter(|(other, _)| *other != at);
        let shared = SharedBuckets::of(others.filter_map(|(_, interval)| *interval).collect());
        scan_source(run, &**source, &request, &shared, threads)
    };
    let tasks: Vec<_> = sources.iter().zip(looked_at).enumerate().collect();
    let scanned: Vec<Result<FromSource, ExecError>> =
        pool.install(|| tasks.into_par_iter().with_max_len(1).map(one).collect());
    let mut pass = Pass { prune_micros, ..Pass::default() };
    let mut found = Vec::new();
    for (source, scanned) in sources.iter().zip(scanned) {
        let mut told = plan.explains.then(|| described_source(&**source));
        match scanned {
            Ok(FromSource::Scanned(scanned)) => {
                *touched = touched.and(scanned.touched);
                found.extend(scanned.sources);
                if let Some(told) = &mut told {
                    told.take(scanned.how, scanned.touched);
                }
            }
            Ok(FromSource::LeftOut(reason)) => {
                if let Some(told) = &mut told {
                    told.pruned = Some(reason);
                }
            }
            Err(ExecError::Segment(error)) if plan.fetch.allow_partial => {
                plan.stop.check()?;
                missing.push(Missing {
                    reason: error.to_string(),
                    rows: source.rows(),
                    interval: interval_of(&**source, &request),
                });
                if let Some(told) = &mut told {
                    told.pruned = Some("unreadable");
                }
            }
            Err(error) => {
                // What was not read to its end for want of time is no error of a file.
                plan.stop.check()?;
                return Err(error);
            }
        }
        pass.segments.extend(told);
    }
    pass.scan_micros = micros(start);
    let merged = add_up(plan, found, pool, &mut pass)?;
    Ok((merged, pass))
}

/// What one source gave.
enum FromSource {
    LeftOut(&'static str),
    Scanned(Scanned),
}

fn left_out_of(
    plan: &Plan<'_>,
    source: &dyn SegmentSource,
    request: &RowRequest<'_>,
) -> Result<Option<&'static str>, SegmentError> {
    if matches!(plan.filter, Compiled::False) {
        return Ok(Some("filter"));
    }
    source.left_out(request)
}

/// The instants that events of a source may have.
fn interval_of(source: &dyn SegmentSource, request: &RowRequest<'_>) -> Interval {
    let (start, end) = (request.time.start, request.time.end);
    match source.times() {
        None => Interval { start, end },
        Some((first, last)) => {
            let (start, end) = (start.max(first), end.min(last.saturating_add(1)));
            Interval { start, end: end.max(start) }
        }
    }
}

fn scan_source(
    run: &Run<'_>,
    source: &dyn SegmentSource,
    request: &RowRequest<'_>,
    shared: &SharedBuckets,
    threads: u64,
) -> Result<FromSource, ExecError> {
    let plan = run.plan;
    plan.stop.check()?;
    let start = Instant::now();
    let Some(segment) = source.read(request)? else { return Ok(FromSource::LeftOut("rows")) };
    let Some(located) = locate(plan, &segment)? else { return Ok(FromSource::LeftOut("rows")) };
    let threads = if located.rows < PARALLEL_ROWS { 1 } else { threads };
    let span = trace::segment(run.span, &segment, located.rows);
    let task = Task { segment: &segment, start: Start::Located(located), span };
    let Some(mut scanned) = scan_segment(plan, task, shared, threads)? else {
        return Ok(FromSource::LeftOut("filter"));
    };
    scanned.how.micros = micros(start);
    Ok(FromSource::Scanned(scanned))
}
