//! Which rows of segments are meant by a deletion.

use super::account::Account;
use super::error::ExecError;
use super::prepare::{left_out, locate, prepare};
use super::run::ExecOptions;
use super::stop::Stop;
use crate::filter::{RowSet, select};
use crate::plan::Plan;
use crate::request::Delete;
use gristmill_storage::segment::Segment;
use rayon::prelude::*;
use roaring::RoaringBitmap;
use std::convert::Infallible;
use std::sync::Arc;

/// Rows that are taken over at once.
const BATCH_ROWS: usize = 2048;

/// The rows of each segment that a deletion means and that are not deleted yet, on the threads of `pool`. There is no limit
/// of time.
///
/// # Errors
/// A segment that may hold some of them and cannot be read.
pub fn rows_of(
    delete: &Delete,
    segments: &[Arc<Segment>],
    options: &ExecOptions,
    pool: &rayon::ThreadPool,
) -> Result<Vec<RoaringBitmap>, ExecError> {
    let mut options = options.clone();
    options.budget.time = None;
    let fetch = delete.to_fetch();
    let account = Account::new(&options, &fetch);
    let plan = Plan::new(&fetch, &options, Stop::new(&options.budget, None), &account, false)?;
    let rows = |segment: &Arc<Segment>| rows_of_segment(&plan, segment);
    pool.install(|| segments.par_iter().with_max_len(1).map(rows).collect())
}

fn rows_of_segment(plan: &Plan<'_>, segment: &Segment) -> Result<RoaringBitmap, ExecError> {
    let mut found = RoaringBitmap::new();
    if left_out(plan, segment).is_some() {
        return Ok(found);
    }
    let Some(located) = locate(plan, segment)? else { return Ok(found) };
    let Some(prepared) = prepare(plan, segment, &located)? else { return Ok(found) };
    for span in &prepared.spans {
        add(&mut found, &select(&prepared.filter, &span.rows, plan.options.tuning));
    }
    Ok(found)
}

fn add(found: &mut RoaringBitmap, rows: &RowSet) {
    if let RowSet::Range(rows) = rows {
        found.insert_range(rows.clone());
        return;
    }
    let Ok(()) = rows.try_for_each_batch(&rows.hull(), &mut [0; BATCH_ROWS], |rows| {
        found.extend(rows);
        Ok::<(), Infallible>(())
    });
}
