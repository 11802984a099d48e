//! Execution: prepare each segment, scan its rows in tasks, merge the partials, make the answer.

mod accumulate;
mod batch_rows;
mod buckets;
mod budget;
mod distinct;
mod error;
mod group;
mod interner;
mod key;
mod merge;
mod partial;
mod prepare;
mod scan;
mod sum;
mod tuning;

pub use budget::Budget;
pub use error::ExecError;
pub use tuning::{GroupStrategy, RowStrategy, Tuning};

pub(crate) use accumulate::Needs;
pub(crate) use interner::{NULL_ID, Values};
pub(crate) use key::KeyLayout;
pub(crate) use merge::Merged;

use crate::plan::Plan;
use crate::request::{Fetch, Interval};
use crate::response::{Answer, Missing};
use gristmill_storage::segment::{Segment, SegmentError};
use prepare::Prepared;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// How a fetch is run: what it may use, and which ways it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExecOptions {
    /// What it may use.
    pub budget: Budget,
    /// Which ways it takes.
    pub tuning: Tuning,
}

/// Answers a fetch from some segments, on the threads of the rayon pool that it is called in.
///
/// The same events give the same answer, whichever segments they lie in and however many threads there are.
///
/// # Errors
/// A segment that cannot be read (unless the fetch allows a partial answer), or a budget that is exceeded.
pub fn execute(fetch: &Fetch, segments: &[Arc<Segment>], options: &ExecOptions) -> Result<Answer, ExecError> {
    let plan = Plan::new(fetch, options)?;
    let outcomes: Vec<_> = segments.par_iter().map(|segment| prepare::prepare(&plan, segment)).collect();
    let mut missing = Vec::new();
    let mut prepared: Vec<Prepared<'_>> = Vec::new();
    for (outcome, segment) in outcomes.into_iter().zip(segments) {
        match outcome {
            Ok(ready) => prepared.extend(ready),
            Err(error) if fetch.allow_partial => missing.push(missing_segment(segment, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let task_rows = options.tuning.task_rows.unwrap_or_else(|| task_rows(&prepared));
    let tasks = tasks(&prepared, task_rows);
    let partials = tasks
        .par_iter()
        .map(|(at, spans)| scan::scan(&plan, &prepared[*at], spans))
        .collect::<Result<Vec<_>, _>>()?;
    let merged = merge::merge(&plan, &partials)?;
    Answer::new(&plan, merged, missing)
}

fn missing_segment(segment: &Segment, error: &SegmentError) -> Missing {
    let meta = segment.meta();
    Missing {
        reason: error.to_string(),
        rows: u64::from(meta.rows),
        interval: Interval { start: meta.min_time, end: meta.max_time.saturating_add(1) },
    }
}

/// Tasks for each thread: enough that one which ends early finds more to do.
const TASKS_PER_THREAD: usize = 4;

/// Fewer rows than this are not worth a task of their own, whose groups have to be merged.
const MIN_TASK_ROWS: usize = 64 * 1024;

/// How many rows make a task, for the rows there are and the threads of this pool.
fn task_rows(prepared: &[Prepared<'_>]) -> u32 {
    let threads = rayon::current_num_threads();
    if threads == 1 {
        return u32::MAX;
    }
    let rows: usize = prepared.iter().flat_map(|prepared| &prepared.spans).map(ExactSizeIterator::len).sum();
    u32::try_from((rows / (threads * TASKS_PER_THREAD)).max(MIN_TASK_ROWS)).unwrap_or(u32::MAX)
}

/// Pieces of work of about `task_rows` rows each, in segment order: a position in `prepared`, and spans of it.
fn tasks(prepared: &[Prepared<'_>], task_rows: u32) -> Vec<(usize, Vec<Range<u32>>)> {
    let task_rows = task_rows.max(1);
    let mut tasks = Vec::new();
    for (at, prepared) in prepared.iter().enumerate() {
        let mut spans = Vec::new();
        let mut room = task_rows;
        for span in &prepared.spans {
            let mut start = span.start;
            while start < span.end {
                let end = span.end.min(start.saturating_add(room));
                spans.push(start..end);
                room -= end - start;
                start = end;
                if room == 0 {
                    tasks.push((at, std::mem::take(&mut spans)));
                    room = task_rows;
                }
            }
        }
        if !spans.is_empty() {
            tasks.push((at, spans));
        }
    }
    tasks
}
