//! The order of an answer's rows, and where it is cut.

use super::answer::Cell;
use gristmill::request::{Direction, Fetch, OrderBy, OrderColumn};
use std::cmp::Ordering;

/// A row of the answer before its bucket got a label.
pub(super) struct Row {
    /// The start of its bucket.
    pub(super) start: i64,
    /// The values of the grouped dimensions, then the metrics.
    pub(super) cells: Vec<Cell>,
}

/// Puts rows that are in the default order into the order asked for, and leaves what the limits let through.
pub(super) fn arrange(fetch: &Fetch, rows: &mut Vec<Row>) {
    // Stable: what is equal by every key stays in the default order.
    rows.sort_by(|a, b| {
        fetch
            .order_by
            .iter()
            .map(|key| by_key(fetch, *key, a, b))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    if let Some(limit) = fetch.limit_per_bucket {
        let mut before: Vec<i64> = Vec::new();
        rows.retain(|row| {
            let same = before.iter().filter(|start| **start == row.start).count();
            before.push(row.start);
            (same as u64) < limit
        });
    }
    let many = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
    rows.drain(..many(fetch.offset).min(rows.len()));
    if let Some(limit) = fetch.limit {
        rows.truncate(many(limit));
    }
}

fn by_key(fetch: &Fetch, key: OrderBy, a: &Row, b: &Row) -> Ordering {
    let ascending = match key.column {
        OrderColumn::Timestamp => a.start.cmp(&b.start),
        OrderColumn::Group(at) => by_cell(&a.cells[at], &b.cells[at]),
        OrderColumn::Metric(at) => {
            let at = fetch.group_by.len() + at;
            by_cell(&a.cells[at], &b.cells[at])
        }
    };
    match key.direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}

/// Null before everything else; floats by the total order. A column has cells of one kind and null.
fn by_cell(a: &Cell, b: &Cell) -> Ordering {
    match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
        (Cell::Float(a), Cell::Float(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        _ => (*b == Cell::Null).cmp(&(*a == Cell::Null)),
    }
}
