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

/// Events that are merged at once, unless one segment has more. Each such step reads every source once, and takes about
/// 100 bytes of memory an event.
const STEP_ROWS: u64 = 8 << 20;

/// Writes the segments of a job; nothing lists them yet.
pub(super) fn write<'s>(
    store: &'s Store,
    job: &Job,
    sources: &[Arc<Segment>],
    threads: usize,
    progress: &mut CompactionProgress,
    observe: &(dyn Fn(CompactionProgress) + Sync),
) -> Result<Staging<'s>, StoreError> {
    let mut staging = Staging::new(store);
    for targets in steps(&job.targets) {
        let needed: BTreeSet<usize> =
            targets.iter().flat_map(|target| target.sources.keys()).copied().collect();
        let needed: Vec<Arc<Segment>> =
            needed.into_iter().map(|source| Arc::clone(&sources[source])).collect();
        let selections: Vec<Selection> = targets.iter().map(|target| target.selection.clone()).collect();
        let segments = merge(store, &needed, &selections, threads)?;
        let done = AtomicU64::new(progress.done);
        staging.add_compressed(threads, &segments, |segment| {
            let rows = u64::from(segment.meta().rows);
            let done = done.fetch_add(rows, Ordering::Relaxed) + rows;
            observe(CompactionProgress { done, ..*progress });
        })?;
        progress.done = done.into_inner();
    }
    Ok(staging)
}

fn merge(
    store: &Store,
    sources: &[Arc<Segment>],
    selections: &[Selection],
    threads: usize,
) -> Result<Vec<Segment>, StoreError> {
    let merge = Merge::new(sources, selections)?;
    let columns: Vec<Column> = Column::all().collect();
    let merged = try_map(threads, columns, |column| {
        store.check_open()?;
        Ok::<_, StoreError>(merge.column(column)?)
    })?;
    Ok(merge.finish(merged)?)
}

/// Targets that are merged at once.
fn steps(targets: &[Target]) -> impl Iterator<Item = &[Target]> {
    let mut rows = 0;
    targets.chunk_by(move |before, next| {
        rows += before.rows;
        let fits = rows + next.rows <= STEP_ROWS;
        if !fits {
            rows = 0;
        }
        fits
    })
}
