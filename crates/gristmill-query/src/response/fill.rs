//! Buckets without a row, in an answer without groups.

use crate::exec::{ExecError, Merged};
use crate::plan::Plan;
use crate::request::EmptyBuckets;
use crate::time::Granularity;
use gristmill_storage::hash::HashSet;

/// Adds the buckets that no row fell into, where the fetch asks for them.
pub(crate) fn fill(plan: &Plan<'_>, merged: &mut Merged) -> Result<(), ExecError> {
    let fetch = plan.fetch;
    if !fetch.group_by.is_empty() || fetch.empty_buckets == EmptyBuckets::Skip {
        return Ok(());
    }
    // There is nothing between two instants.
    if fetch.granularity == Granularity::None {
        return Ok(());
    }
    plan.options.budget.check_groups(plan.bucketer.count_limit(fetch.interval))?;
    let present: HashSet<i64> = merged.starts.iter().copied().collect();
    let buckets = plan.bucketer.buckets_overlapping(fetch.interval);
    merged.starts.extend(buckets.map(|bucket| bucket.start).filter(|start| !present.contains(start)));
    let groups = merged.starts.len();
    merged.accumulators.resize(&plan.needs, groups);
    merged.distinct.iter_mut().for_each(|counts| counts.resize(groups, 0));
    Ok(())
}
