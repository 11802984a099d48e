//! Buckets without a row, in an answer without groups.

use crate::exec::{ExecError, Merged};
use crate::narrow;
use crate::plan::Plan;
use crate::request::EmptyBuckets;
use crate::time::Granularity;

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
    let count = count(plan)?;
    plan.account.take(count.saturating_mul(Merged::bytes_a_group(&plan.needs, 0)))?;
    let buckets: Vec<i64> =
        plan.bucketer.buckets_overlapping(fetch.interval).map(|bucket| bucket.start).collect();
    if buckets.len() == merged.len() {
        return Ok(());
    }
    // Both are in the order of time, and every bucket with a row is among those of the interval. The place past the last group stands for
    // an empty one.
    let groups = merged.len();
    merged.accumulators.resize(&plan.needs, groups + 1);
    let mut present = merged.starts.iter().peekable();
    let mut next = 0;
    let order: Vec<u32> = buckets
        .iter()
        .map(|start| {
            if present.next_if_eq(&start).is_none() {
                return narrow::id(groups);
            }
            next += 1;
            next - 1
        })
        .collect();
    merged.accumulators = merged.accumulators.gather(&order);
    for counts in &mut merged.distinct {
        counts.push(0);
        *counts = order.iter().map(|group| counts[*group as usize]).collect();
    }
    for (kind, states) in plan.needs.states.iter().zip(&mut merged.states) {
        states.push(kind.empty());
        *states = order.iter().map(|group| states[*group as usize].clone()).collect();
    }
    merged.starts = buckets;
    Ok(())
}

/// How many buckets the interval has, at most; an error where they are more than the budget allows.
fn count(plan: &Plan<'_>) -> Result<usize, ExecError> {
    let (budget, interval) = (plan.options.budget, plan.fetch.interval);
    let mut limit = plan.bucketer.count_limit(interval);
    if budget.check_groups(limit).is_err() {
        // It is a little more than there are.
        let most = usize::try_from(budget.groups.saturating_add(1)).unwrap_or(usize::MAX);
        limit = plan.bucketer.buckets_overlapping(interval).take(most).count() as u64;
    }
    budget.check_groups(limit)?;
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}
