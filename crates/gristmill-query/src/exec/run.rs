//! A fetch from beginning to end.

use super::account::Account;
use super::accumulate::Needs;
use super::budget::Budget;
use super::error::ExecError;
use super::explain::{How, described, micros, note};
use super::from_sources::merged_from;
use super::merge::{Dictionaries, Merged, Source, merge};
use super::prepare::{Located, Prepared, left_out, locate, prepare};
use super::scan::{Found, SharedBuckets, scan};
use super::shared_memory::SharedMemory;
use super::stop::{Cancel, Stop};
use super::trace;
use super::tuning::Tuning;
use crate::plan::Plan;
use crate::request::{EmptyBuckets, Fetch, Filter, Interval, Metric};
use crate::response::{Answer, Explanation, Missing, Pass, Touched, fill};
use gristmill_storage::segment::{Segment, SegmentError, SegmentSource};
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;
use tracing::Span;

/// How a fetch is run: what it may use, and which ways it takes.
#[derive(Clone, Debug, Default)]
pub struct ExecOptions {
    /// What it may use.
    pub budget: Budget,
    /// Which ways it takes.
    pub tuning: Tuning,
    /// What it may take together with other fetches; as much as its budget allows where absent.
    pub memory: Option<Arc<SharedMemory>>,
}

/// What was found for the figures that share a filter.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) merged: Merged,
    pub(crate) needs: Needs,
}

/// Fewer rows than this are scanned on the calling thread: handing them to another one takes longer than the scan.
pub(super) const PARALLEL_ROWS: u64 = 32 * 1024;

/// More segments than this are opened by all threads, since each may have to be read from its file.
const PARALLEL_SEGMENTS: usize = 4;

/// Answers a fetch from some segments, on the threads of `pool` and the calling one, unless `cancel` stops it.
///
/// The same events give the same answer, whichever segments they lie in and however many threads there are.
///
/// # Errors
/// A segment that cannot be read (unless the fetch allows a partial answer), a budget that is exceeded, or
/// [`ExecError::Canceled`].
pub fn execute(
    fetch: &Fetch,
    segments: &[Arc<Segment>],
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
    cancel: Option<&Cancel>,
) -> Result<Answer, ExecError> {
    let stop = Stop::new(&options.budget, cancel);
    answer(fetch, &Events::Segments(segments), options, pool, stop, None)
}

/// As [`execute`], from events of which segments are made as they are needed. A few of these are in memory at a time.
///
/// # Errors
/// As [`execute`].
pub fn execute_from(
    fetch: &Fetch,
    sources: &[Arc<dyn SegmentSource>],
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
    cancel: Option<&Cancel>,
) -> Result<Answer, ExecError> {
    let stop = Stop::new(&options.budget, cancel);
    answer(fetch, &Events::Sources(sources), options, pool, stop, None)
}

/// As [`execute`], and tells how the answer was found.
///
/// # Errors
/// As [`execute`].
pub fn explain(
    fetch: &Fetch,
    segments: &[Arc<Segment>],
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
) -> Result<(Answer, Explanation), ExecError> {
    explained(fetch, &Events::Segments(segments), options, pool)
}

/// As [`execute_from`], and tells how the answer was found.
///
/// # Errors
/// As [`execute`].
pub fn explain_from(
    fetch: &Fetch,
    sources: &[Arc<dyn SegmentSource>],
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
) -> Result<(Answer, Explanation), ExecError> {
    explained(fetch, &Events::Sources(sources), options, pool)
}

/// Where the events are.
enum Events<'e> {
    Segments(&'e [Arc<Segment>]),
    Sources(&'e [Arc<dyn SegmentSource>]),
}

impl Events<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Segments(segments) => segments.len(),
            Self::Sources(sources) => sources.len(),
        }
    }
}

fn explained(
    fetch: &Fetch,
    events: &Events<'_>,
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
) -> Result<(Answer, Explanation), ExecError> {
    let start = Instant::now();
    let mut explanation = Explanation::default();
    let stop = Stop::new(&options.budget, None);
    let answer = answer(fetch, events, options, pool, stop, Some(&mut explanation.passes))?;
    explanation.rows = answer.len() as u64;
    explanation.micros = micros(start);
    Ok((answer, explanation))
}

fn answer(
    fetch: &Fetch,
    events: &Events<'_>,
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
    stop: Stop<'_>,
    mut passes: Option<&mut Vec<Pass>>,
) -> Result<Answer, ExecError> {
    let span = trace::fetch(events.len());
    let _entered = span.enter();
    let mut touched = Touched::default();
    let account = Account::new(options, fetch);
    let mut tally = |fetch: &Fetch, missing: &mut Vec<Missing>| -> Result<Tally, ExecError> {
        let plan = Plan::new(fetch, options, stop, &account, passes.is_some())?;
        let before = account.taken();
        let run = Run { plan: &plan, pool, span: &span };
        let (mut merged, pass) = match events {
            Events::Segments(segments) => merged(&run, segments, missing, &mut touched)?,
            Events::Sources(sources) => merged_from(&run, sources, missing, &mut touched)?,
        };
        if let Some(passes) = &mut passes {
            passes.push(pass);
        }
        fill(&plan, &mut merged)?;
        // What the scans found has been let go of.
        account.settle(before + merged.heap_bytes(&plan.needs) as u64);
        Ok(Tally { merged, needs: plan.needs })
    };
    let mut missing = Vec::new();
    let all = tally(&of_all_rows(fetch), &mut missing)?;
    // The same segments are missing for figures of some rows.
    let of_filters = fetch.filters_of_metrics().into_iter().map(|filter| {
        let part = Fetch {
            metrics: metrics_of(fetch, filter),
            filter: Filter::And(vec![fetch.filter.clone(), filter.clone()]),
            empty_buckets: EmptyBuckets::Skip,
            ..fetch.clone()
        };
        tally(&part, &mut Vec::new())
    });
    let of_filters = of_filters.collect::<Result<Vec<_>, _>>()?;
    let answer = Answer::new(fetch, &options.budget, all, of_filters, missing, touched)?;
    trace::answered(&span, &answer);
    Ok(answer)
}

/// What tells of all rows, and which groups there are.
fn of_all_rows(fetch: &Fetch) -> Cow<'_, Fetch> {
    if fetch.filters_of_metrics().is_empty() {
        return Cow::Borrowed(fetch);
    }
    Cow::Owned(Fetch { metrics: metrics_of(fetch, &Filter::True), ..fetch.clone() })
}

fn metrics_of(fetch: &Fetch, filter: &Filter) -> Vec<Metric> {
    fetch.metrics.iter().filter(|metric| metric.filter == *filter).cloned().collect()
}

/// All groups of a fetch, those of several segments added up; and how they were found, where that is asked.
fn merged(
    run: &Run<'_>,
    segments: &[Arc<Segment>],
    missing: &mut Vec<Missing>,
    touched: &mut Touched,
) -> Result<(Merged, Pass), ExecError> {
    let Run { plan, pool, .. } = *run;
    let start = Instant::now();
    let mut pass = Pass::default();
    let explained = if plan.explains { segments } else { &[] };
    pass.segments = explained.iter().map(|segment| described(plan, segment)).collect();
    let kept: Vec<&Segment> = segments
        .iter()
        .map(|segment| &**segment)
        .filter(|segment| left_out(plan, segment).is_none())
        .collect();
    let located = run.each(&kept, kept.len() > PARALLEL_SEGMENTS, |segment| locate(plan, segment));
    let mut found = Vec::new();
    for (segment, located) in kept.iter().zip(located) {
        match run.or_missing(segment, located.map_err(ExecError::from), missing)? {
            Some(Some(located)) => found.push((*segment, located)),
            Some(None) => note(explained, &mut pass, segment, |scan| scan.pruned = Some("rows")),
            None => note(explained, &mut pass, segment, |scan| scan.pruned = Some("unreadable")),
        }
    }
    pass.prune_micros = micros(start);
    let start = Instant::now();
    let mut sources = Vec::new();
    for (segment, scanned) in run.scan(found) {
        match run.or_missing(segment, scanned, missing)? {
            Some(Some(scanned)) => {
                *touched = touched.and(scanned.touched);
                sources.extend(scanned.sources);
                note(explained, &mut pass, segment, |scan| scan.take(scanned.how, scanned.touched));
            }
            Some(None) => note(explained, &mut pass, segment, |scan| scan.pruned = Some("filter")),
            None => note(explained, &mut pass, segment, |scan| scan.pruned = Some("unreadable")),
        }
    }
    pass.scan_micros = micros(start);
    let merged = add_up(plan, sources, pool, &mut pass)?;
    Ok((merged, pass))
}

/// Adds up what the scans found.
pub(super) fn add_up(
    plan: &Plan<'_>,
    sources: Vec<Source>,
    pool: &rayon::ThreadPool,
    pass: &mut Pass,
) -> Result<Merged, ExecError> {
    let start = Instant::now();
    let merged = merge(plan, sources, pool)?;
    pass.merge_micros = micros(start);
    pass.groups = merged.len() as u64;
    if plan.explains {
        pass.metrics = plan.fetch.metrics.iter().map(|metric| metric.name.clone()).collect();
    }
    Ok(merged)
}

/// What all segments of a fetch share.
pub(super) struct Run<'r> {
    pub(super) plan: &'r Plan<'r>,
    pub(super) pool: &'r rayon::ThreadPool,
    /// That of the fetch.
    pub(super) span: &'r Span,
}

/// What one segment gave.
pub(super) struct Scanned {
    pub(super) sources: Vec<Source>,
    pub(super) touched: Touched,
    pub(super) how: How,
}

/// A segment and the scan of it, or why there is none.
type Outcome<'s> = (&'s Segment, Result<Option<Scanned>, ExecError>);

impl Run<'_> {
    /// Scans what was located. The columns of a segment are let go of when it was scanned, so that the part cache
    /// decides what stays in memory.
    fn scan<'s>(&self, located: Vec<(&'s Segment, Located)>) -> Vec<Outcome<'s>> {
        let intervals: Vec<Interval> = located.iter().map(|(_, located)| located.interval).collect();
        let names_few = self.names_few_rows(&located);
        let tasks: Vec<Task<'_, 's>> =
            located.into_iter().map(|(segment, located)| self.task(segment, located, names_few)).collect();
        let rows: u64 = tasks.iter().map(Task::rows).sum();
        let is_small = rows < PARALLEL_ROWS || !self.plan.looks_at_rows();
        let threads = if is_small { 1 } else { self.pool.current_num_threads() as u64 };
        let one = |(at, task): (usize, Task<'_, 's>)| {
            let others = intervals.iter().enumerate().filter(|(other, _)| *other != at);
            let shared = SharedBuckets::of(others.map(|(_, interval)| *interval).collect());
            // Every segment gets its part of the threads, twice over, so that the last one has help.
            let threads = (threads * 2 * task.rows()).div_ceil(rows.max(1)).clamp(1, threads);
            (task.segment, scan_segment(self.plan, task, &shared, threads))
        };
        let tasks = tasks.into_iter().enumerate();
        if threads == 1 {
            return tasks.map(one).collect();
        }
        let tasks: Vec<_> = tasks.collect();
        self.pool.install(|| tasks.into_par_iter().with_max_len(1).map(one).collect())
    }

    /// Whether the filter names values that few rows are likely to have.
    fn names_few_rows(&self, located: &[(&Segment, Located)]) -> bool {
        let expected = |(segment, located): &(&Segment, Located)| {
            self.plan.filter.rows_expected(segment.meta(), located.rows)
        };
        let rows = located.iter().map(expected).try_fold(0_u64, |sum, rows| Some(sum.saturating_add(rows?)));
        rows.is_some_and(|rows| rows < PARALLEL_ROWS)
    }

    /// Where few rows are likely to be left, the filter is bound at once: other threads may not be worth waking.
    fn task<'s>(&self, segment: &'s Segment, located: Located, names_few: bool) -> Task<'_, 's> {
        let span = trace::segment(self.span, segment, located.rows);
        let start = if names_few {
            Start::Prepared(span.in_scope(|| prepare(self.plan, segment, &located)))
        } else {
            Start::Located(located)
        };
        Task { segment, start, span }
    }

    fn each<'s, T: Send>(
        &self,
        segments: &[&'s Segment],
        parallel: bool,
        call: impl Fn(&'s Segment) -> T + Sync,
    ) -> Vec<T> {
        if parallel {
            self.pool.install(|| segments.par_iter().map(|segment| call(segment)).collect())
        } else {
            segments.iter().map(|segment| call(segment)).collect()
        }
    }

    /// What a segment gave; `None` where it cannot be read and the fetch allows that.
    fn or_missing<T>(
        &self,
        segment: &Segment,
        outcome: Result<T, ExecError>,
        missing: &mut Vec<Missing>,
    ) -> Result<Option<T>, ExecError> {
        match outcome {
            Ok(found) => Ok(Some(found)),
            Err(ExecError::Segment(error)) if self.plan.fetch.allow_partial => {
                missing.push(missing_segment(segment, &error));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// A segment to be scanned.
pub(super) struct Task<'p, 's> {
    pub(super) segment: &'s Segment,
    pub(super) start: Start<'p>,
    pub(super) span: Span,
}

/// How far a segment is on its way to the scan.
pub(super) enum Start<'p> {
    Located(Located),
    Prepared(Result<Option<Prepared<'p>>, ExecError>),
}

impl Task<'_, '_> {
    /// The rows to be looked at, as far as that is known.
    fn rows(&self) -> u64 {
        match &self.start {
            Start::Located(located) => located.rows,
            Start::Prepared(Ok(Some(prepared))) => prepared.filter.rows_at_most(prepared.rows),
            Start::Prepared(_) => 0,
        }
    }
}

pub(super) fn scan_segment(
    plan: &Plan<'_>,
    task: Task<'_, '_>,
    shared: &SharedBuckets,
    threads: u64,
) -> Result<Option<Scanned>, ExecError> {
    plan.stop.check()?;
    let _entered = task.span.enter();
    let start = Instant::now();
    let prepared = match task.start {
        Start::Located(located) => prepare(plan, task.segment, &located)?,
        Start::Prepared(prepared) => prepared?,
    };
    let Some(prepared) = prepared else { return Ok(None) };
    let Found { sources, matched, way } = scan(plan, &prepared, shared, threads)?;
    let dictionaries = Arc::new(Dictionaries::of(&prepared.columns, prepared.rows));
    let sources = sources.into_iter().filter(|groups| groups.len() > 0);
    let how = How {
        rows: prepared.rows,
        filter: plan.explains.then(|| prepared.filter.to_string()),
        way,
        threads,
        micros: micros(start),
    };
    let touched = prepared.touched(matched);
    trace::scanned(&task.span, &how, touched);
    Ok(Some(Scanned {
        sources: sources.map(|groups| Source { dictionaries: Arc::clone(&dictionaries), groups }).collect(),
        touched,
        how,
    }))
}

fn missing_segment(segment: &Segment, error: &SegmentError) -> Missing {
    let meta = segment.meta();
    Missing {
        reason: error.to_string(),
        rows: u64::from(segment.events()),
        interval: Interval { start: meta.min_time, end: meta.max_time.saturating_add(1) },
    }
}
