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
    let by_value = merged.groups.iter().all(|(_, values)| values.are_sorted());
    if fetch.order_by.is_empty() && by_value {
        return (limit < merged.len()).then(|| (0..narrow::id(limit)).collect());
    }
    let mut rows: Vec<u32> = (0..narrow::id(merged.len())).collect();
    // No two groups are equal in all of this.
    let compare = |a: &u32, b: &u32| {
        let (a, b) = (*a as usize, *b as usize);
        let default = || if by_value { a.cmp(&b) } else { by_default(merged, a, b) };
        by_request(fetch, merged, metrics, a, b).then_with(default)
    };
    if limit < rows.len() {
        rows.select_nth_unstable_by(limit, compare);
        rows.truncate(limit);
    }
    // Groups are in order nearly always, which a stable sort makes use of.
    rows.sort_by(compare);
    Some(rows)
}

/// By bucket, then by group values.
fn by_default(merged: &Merged, a: usize, b: usize) -> Ordering {
    let by_values = || {
        let orders = merged.groups.iter().map(|(ids, values)| values.compare(ids[a], ids[b]));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    merged.starts[a].cmp(&merged.starts[b]).then_with(by_values)
}

fn by_request(fetch: &Fetch, merged: &Merged, metrics: &[MetricColumn], a: usize, b: usize) -> Ordering {
    for key in &fetch.order_by {
        let order = match key.column {
            OrderColumn::Timestamp => merged.starts[a].cmp(&merged.starts[b]),
            OrderColumn::Group(at) => {
                let (ids, values) = &merged.groups[at];
                values.compare(ids[a], ids[b])
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
