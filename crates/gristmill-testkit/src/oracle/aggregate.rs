//! One figure of a group, from the events in it.

use super::answer::Cell;
use super::exact_sum::ExactSum;
use super::filter::values;
use gristmill::event::Event;
use gristmill::request::Aggregation;
use std::collections::BTreeSet;

/// The figure that `aggregation` gives for these events.
pub(super) fn aggregate(aggregation: Aggregation, events: &[&Event]) -> Cell {
    let numbers = || events.iter().filter_map(|event| event.value);
    match aggregation {
        Aggregation::Count => integer(events.len()),
        Aggregation::Sum => float(numbers().collect::<ExactSum>().rounded()),
        Aggregation::Avg => {
            let sum = numbers().collect::<ExactSum>().rounded();
            float(sum.filter(|_| numbers().next().is_some()).map(|sum| sum / numbers().count() as f64))
        }
        // By the total order, in which -0.0 is smaller than 0.0.
        Aggregation::Min => float(numbers().min_by(f64::total_cmp)),
        Aggregation::Max => float(numbers().max_by(f64::total_cmp)),
        Aggregation::Uniq(dimension) => {
            let distinct: BTreeSet<String> =
                events.iter().flat_map(|event| values(event, dimension)).flatten().collect();
            integer(distinct.len())
        }
    }
}

fn integer(count: usize) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn float(number: Option<f64>) -> Cell {
    number.map_or(Cell::Null, Cell::Float)
}
