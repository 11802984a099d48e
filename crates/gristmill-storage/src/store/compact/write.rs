//! Making the segments of a job.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::parallel::try_map;
use crate::schema::Column;
use crate::segment::{Merge, Segment, Selection};
use crate::store::staging::Staging;
use crate::store::{Store, StoreError};

use super::CompactionProgress;
use super::plan::{Job, Target};

/// How segments are made.
pub(super) struct Effort<'e> {
    /// Threads that merge and compress; with 0 only the caller's works, and waits for the disk.
    pub(super) threads: usize,
    /// Events that are merged at once, unless one segment has more.
    pub(super) step_rows: u64,
    /// Whether to give up; asked before each column and each segment.
    pub(super) is_stopped: &'e (dyn Fn() -> bool + Sync),
}

impl Effort<'_> {
    fn check(&self, store: &Store) -> Result<(), StoreError> {
        store.check_open()?;
        if (self.is_stopped)() { Err(StoreError::Stopped) } else { Ok(()) }
    }
}

/// Writes the segments of a job; nothing lists them yet.
pub(super) fn write<'s>(
    store: &'s Store,
    job: &Job,
    sources: &[Arc<Segment>],
    effort: &Effort<'_>,
    progress: &mut CompactionProgress,
    observe: &(dyn Fn(CompactionProgress) + Sync),
) -> Result<Staging<'s>, StoreError> {
    let mut staging = Staging::new(store);
    for targets in steps(&job.targets, effort.step_rows) {
        let needed: BTreeSet<usize> =
            targets.iter().flat_map(|target| target.sources.keys()).copied().collect();
        let needed: Vec<Arc<Segment>> =
            needed.into_iter().map(|source| Arc::clone(&sources[source])).collect();
        let selections: Vec<Selection> = targets.iter().map(|target| target.selection.clone()).collect();
        let segments = merge(store, &needed, &selections, effort)?;
        let done = AtomicU64::new(progress.done);
        staging.add_compressed(effort.threads, &segments, |segment| {
            let rows = u64::from(segment.meta().rows);
            let done = done.fetch_add(rows, Ordering::Relaxed) + rows;
            observe(CompactionProgress { done, ..*progress });
            effort.check(store)
        })?;
        progress.done = done.into_inner();
    }
    Ok(staging)
}

fn merge(
    store: &Store,
    sources: &[Arc<Segment>],
    selections: &[Selection],
    effort: &Effort<'_>,
) -> Result<Vec<Segment>, StoreError> {
    let merge = Merge::new(sources, selections)?;
    let columns: Vec<Column> = Column::all().collect();
    let merged = try_map(effort.threads, columns, |column| {
        effort.check(store)?;
        Ok::<_, StoreError>(merge.column(column)?)
    })?;
    Ok(merge.finish(merged)?)
}

/// Targets that are merged at once.
fn steps(targets: &[Target], most: u64) -> impl Iterator<Item = &[Target]> {
    let mut rows = 0;
    targets.chunk_by(move |before, next| {
        rows += before.rows;
        let fits = rows + next.rows <= most;
        if !fits {
            rows = 0;
        }
        fits
    })
}
