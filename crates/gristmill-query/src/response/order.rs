//! The order of an answer's rows.

use crate::exec::{KeyLayout, Merged};
use crate::narrow;
use crate::request::{Direction, Fetch, OrderColumn};
use crate::response::MetricColumn;
use std::cmp::Ordering;

/// The groups of an answer in its order: what was asked for, then bucket and group values; at most `limit` of them.
pub(crate) fn order(fetch: &Fetch, merged: &Merged, metrics: &[MetricColumn]) -> Vec<u32> {
    let ranks: Vec<Vec<u32>> = merged.groups.iter().map(|(_, values)| values.ranks()).collect();
    let mut rows = by_default(merged, &ranks);
    let limit = fetch.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    if !fetch.order_by.is_empty() {
        // Places in the default order decide ties, so that an unstable sort is a stable one.
        let mut places: Vec<u32> = (0..narrow::id(rows.len())).collect();
        let compare = |a: &u32, b: &u32| {
            by_request(fetch, merged, &ranks, metrics, rows[*a as usize], rows[*b as usize]).then(a.cmp(b))
        };
        if limit < places.len() {
            places.select_nth_unstable_by(limit, compare);
            places.truncate(limit);
        }
        places.sort_unstable_by(compare);
        rows = places.into_iter().map(|place| rows[place as usize]).collect();
    }
    rows.truncate(limit);
    rows
}

/// By bucket, then by group values.
fn by_default(merged: &Merged, ranks: &[Vec<u32>]) -> Vec<u32> {
    let starts = ranked(&merged.starts);
    let radices: Vec<u64> = std::iter::once(merged.len().max(1) as u64)
        .chain(merged.groups.iter().map(|(_, values)| values.len() as u64))
        .collect();
    let rank = |group: usize, part: usize| match part.checked_sub(1) {
        None => u64::from(starts[group]),
        Some(dimension) => u64::from(ranks[dimension][merged.groups[dimension].0[group] as usize]),
    };
    // One number a row where the ranks fit, which sorts several times faster than a comparison of columns.
    if KeyLayout::new(&radices, u64::MAX).dense_keys().is_some() {
        let key = |group: usize| {
            radices.iter().enumerate().fold(0, |key, (part, radix)| key * radix + rank(group, part))
        };
        let mut keys: Vec<(u64, u32)> =
            (0..merged.len()).map(|group| (key(group), narrow::id(group))).collect();
        keys.sort_unstable();
        return keys.into_iter().map(|(_, group)| group).collect();
    }
    let mut rows: Vec<u32> = (0..narrow::id(merged.len())).collect();
    rows.sort_unstable_by(|a, b| {
        let parts = 0..radices.len();
        parts
            .map(|part| rank(*a as usize, part).cmp(&rank(*b as usize, part)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    rows
}

/// The place of each number among the distinct ones.
fn ranked(numbers: &[i64]) -> Vec<u32> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    numbers.iter().map(|number| narrow::id(sorted.partition_point(|other| other < number))).collect()
}

fn by_request(
    fetch: &Fetch,
    merged: &Merged,
    ranks: &[Vec<u32>],
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
                ranks[ids[a] as usize].cmp(&ranks[ids[b] as usize])
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
