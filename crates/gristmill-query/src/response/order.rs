//! The order of an answer's rows.

use crate::exec::Merged;
use crate::narrow;
use crate::request::{Direction, Fetch, OrderColumn};
use crate::response::MetricColumn;
use std::cmp::Ordering;

/// The groups of an answer in its order: what was asked for, then bucket and group values; at most `limit` of them.
/// `None` where it is all of them as they are.
pub(crate) fn order(fetch: &Fetch, merged: &Merged, metrics: &[MetricColumn]) -> Option<Vec<u32>> {
    let limit = fetch.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    if fetch.order_by.is_empty() {
        return (limit < merged.len()).then(|| (0..narrow::id(limit)).collect());
    }
    let ranks: Vec<Option<Vec<u32>>> = merged.groups.iter().map(|(_, values)| values.ranks()).collect();
    let mut rows: Vec<u32> = (0..narrow::id(merged.len())).collect();
    // Groups come in the default order, so that their places decide ties and an unstable sort is a stable one.
    let compare = |a: &u32, b: &u32| by_request(fetch, merged, &ranks, metrics, *a, *b).then(a.cmp(b));
    if limit < rows.len() {
        rows.select_nth_unstable_by(limit, compare);
        rows.truncate(limit);
    }
    rows.sort_unstable_by(compare);
    Some(rows)
}

fn by_request(
    fetch: &Fetch,
    merged: &Merged,
    ranks: &[Option<Vec<u32>>],
    metrics: &[MetricColumn],
    a: u32,
    b: u32,
) -> Ordering {
    let (a, b) = (a as usize, b as usize);
    for key in &fetch.order_by {
        let order = match key.column {
            OrderColumn::Timestamp => merged.starts[a].cmp(&merged.starts[b]),
            OrderColumn::Group(at) => {
                let (ids, ranks) = (&merged.groups[at].0, &ranks[at]);
                let rank = |id: u32| ranks.as_ref().map_or(id, |ranks| ranks[id as usize]);
                rank(ids[a]).cmp(&rank(ids[b]))
            }
            OrderColumn::Metric(at) => metrics[at].compare(a, b),
        };
        let order = match key.direction {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}
