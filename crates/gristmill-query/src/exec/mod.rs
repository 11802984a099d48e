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
pub use tuning::{GroupStrategy, Instructions, RowStrategy, Tuning};

pub(crate) use accumulate::Needs;
pub(crate) use interner::{NULL_ID, Values};
pub(crate) use key::KeyLayout;
pub(crate) use merge::Merged;

use crate::plan::Plan;
use crate::request::{Fetch, Interval};
use crate::response::{Answer, Missing};
use gristmill_storage::segment::{Segment, SegmentError};
use partial::Partial;
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
    let tasks_per_segment = tasks_per_segment(&plan, segments);
    let outcomes: Vec<_> =
        segments.par_iter().map(|segment| scan_segment(&plan, segment, tasks_per_segment)).collect();
    let mut missing = Vec::new();
    let mut partials = Vec::new();
    for (outcome, segment) in outcomes.into_iter().zip(segments) {
        match outcome {
            Ok(found) => partials.extend(found),
            Err(ExecError::Segment(error)) if fetch.allow_partial => {
                missing.push(missing_segment(segment, &error));
            }
            Err(error) => return Err(error),
        }
    }
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

/// Into how many tasks each segment is cut, so that every thread has something to do.
fn tasks_per_segment(plan: &Plan<'_>, segments: &[Arc<Segment>]) -> usize {
    let threads = rayon::current_num_threads();
    if threads == 1 {
        return 1;
    }
    let segments = segments.iter().filter(|segment| prepare::in_interval(plan, segment)).count();
    (threads * TASKS_PER_THREAD).div_ceil(segments.max(1))
}

/// Scans a segment in at most so many tasks. Its columns are let go of before the next segment's are loaded.
fn scan_segment(plan: &Plan<'_>, segment: &Segment, tasks: usize) -> Result<Vec<Partial>, ExecError> {
    let Some(prepared) = prepare::prepare(plan, segment)? else { return Ok(Vec::new()) };
    let rows: usize = prepared.spans.iter().map(ExactSizeIterator::len).sum();
    let task_rows = plan
        .options
        .tuning
        .task_rows
        .unwrap_or_else(|| u32::try_from(rows.div_ceil(tasks).max(MIN_TASK_ROWS)).unwrap_or(u32::MAX));
    cut(&prepared.spans, task_rows).par_iter().map(|spans| scan::scan(plan, &prepared, spans)).collect()
}

/// Spans cut into pieces of about `task_rows` rows each, in their order.
fn cut(spans: &[Range<u32>], task_rows: u32) -> Vec<Vec<Range<u32>>> {
    let task_rows = task_rows.max(1);
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    let mut room = task_rows;
    for span in spans {
        let mut start = span.start;
        while start < span.end {
            let end = span.end.min(start.saturating_add(room));
            piece.push(start..end);
            room -= end - start;
            start = end;
            if room == 0 {
                pieces.push(std::mem::take(&mut piece));
                room = task_rows;
            }
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn pieces_hold_every_row_once_and_in_order() {
        let spans = [0..10, 20..25, 30..31];
        assert_eq!(cut(&spans, u32::MAX), [spans.to_vec()]);
        assert_eq!(cut(&spans, 12), [vec![0..10, 20..22], vec![22..25, 30..31]]);
        assert_eq!(cut(&spans, 5).concat(), [0..5, 5..10, 20..25, 30..31]);
        assert_eq!(cut(&spans, 5).len(), 4);
        assert_eq!(cut(&spans, 0).len(), 16);
        assert_eq!(cut(&[], 5), Vec::<Vec<std::ops::Range<u32>>>::new());
    }
}
