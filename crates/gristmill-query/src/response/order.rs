//! The order of an answer's rows.

use crate::exec::Merged;
use crate::narrow;
use crate::request::{Direction, Fetch, OrderColumn};
use crate::response::MetricColumn;
use gristmill_storage::hash::HashMap;
use std::cmp::Ordering;

/// The groups of an answer in its order: what was asked for, then bucket and group values; of `kept`, or of all, those that
/// the fetch's limits leave. `None` where it is all of them as they are.
pub(crate) fn order(
    fetch: &Fetch,
    merged: &Merged,
    metrics: &[MetricColumn],
    kept: Option<Vec<u32>>,
) -> Option<Vec<u32>> {
    let window = Window::of(fetch);
    let by_value = merged.groups.iter().all(|(_, values)| values.are_sorted());
    let is_whole = kept.is_none() && fetch.limit_per_bucket.is_none() && window.holds(merged.len());
    if fetch.order_by.is_empty() && by_value && is_whole {
        return None;
    }
    let mut rows = kept.unwrap_or_else(|| (0..narrow::id(merged.len())).collect());
    if !(fetch.order_by.is_empty() && by_value) {
        // No two groups are equal in all of this.
        let compare = |a: &u32, b: &u32| {
            let (a, b) = (*a as usize, *b as usize);
            let default = || if by_value { a.cmp(&b) } else { by_default(merged, a, b) };
            by_request(fetch, merged, metrics, a, b).then_with(default)
        };
        if fetch.limit_per_bucket.is_none() && window.end < rows.len() {
            keep_candidates(&mut rows, window.end, first_keys(fetch, merged, metrics));
            if window.end < rows.len() {
                rows.select_nth_unstable_by(window.end, compare);
                rows.truncate(window.end);
            }
        }
        // Groups are in order nearly always, which a stable sort makes use of.
        rows.sort_by(compare);
    }
    if let Some(limit) = fetch.limit_per_bucket {
        let mut given: HashMap<i64, u64> = HashMap::default();
        rows.retain(|row| {
            let given = given.entry(merged.starts[*row as usize]).or_default();
            *given += 1;
            *given <= limit
        });
    }
    rows.truncate(window.end);
    rows.drain(..window.start.min(rows.len()));
    Some(rows)
}

/// Which rows of the ordered answer are given, by position.
struct Window {
    start: usize,
    end: usize,
}

impl Window {
    fn of(fetch: &Fetch) -> Self {
        let rows = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        let end = fetch.limit.map_or(usize::MAX, |limit| rows(fetch.offset.saturating_add(limit)));
        Self { start: rows(fetch.offset), end }
    }

    /// Whether all of so many rows are given, as far as this decides.
    fn holds(&self, rows: usize) -> bool {
        self.start == 0 && rows <= self.end
    }
}

/// Lets go of rows that cannot be among the first `limit`, by what decides first.
fn keep_candidates(rows: &mut Vec<u32>, limit: usize, keys: Option<Vec<u64>>) {
    let (Some(keys), Some(last)) = (keys, limit.checked_sub(1)) else { return };
    let threshold = nth_smallest(rows.iter().map(|row| keys[*row as usize]), last);
    rows.retain(|row| keys[*row as usize] <= threshold);
}

/// The number that stands at a position of all numbers, which is one of theirs, once they are sorted. Only those are
/// kept that may stand before it.
fn nth_smallest(keys: impl Iterator<Item = u64>, position: usize) -> u64 {
    let mut kept: Vec<u64> = Vec::new();
    let mut threshold = u64::MAX;
    for key in keys {
        if key < threshold || kept.len() <= position {
            kept.push(key);
            if kept.len() == 2 * (position + 1) {
                threshold = *kept.select_nth_unstable(position).1;
                kept.truncate(position + 1);
            }
        }
    }
    *kept.select_nth_unstable(position).1
}

/// By bucket, then by group values.
fn by_default(merged: &Merged, a: usize, b: usize) -> Ordering {
    let by_values = || {
        let orders = merged.groups.iter().map(|(ids, values)| values.compare(ids[a], ids[b]));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    merged.starts[a].cmp(&merged.starts[b]).then_with(by_values)
}

/// A number for each group that sorts as the first of `order_by` does; absent where that takes more than a number.
fn first_keys(fetch: &Fetch, merged: &Merged, metrics: &[MetricColumn]) -> Option<Vec<u64>> {
    let first = fetch.order_by.first()?;
    let mut keys: Vec<u64> = match first.column {
        OrderColumn::Metric(at) => metrics[at].sort_keys(),
        OrderColumn::Timestamp => merged.starts.iter().map(|start| start.cast_unsigned() ^ 1 << 63).collect(),
        OrderColumn::Group(_) => return None,
    };
    if first.direction == Direction::Descending {
        keys.iter_mut().for_each(|key| *key = !*key);
    }
    Some(keys)
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
