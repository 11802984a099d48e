//! One figure of a group, from the events in it.

use super::answer::Cell;
use super::exact_sum::ExactSum;
use super::filter::{matches, values};
use gristmill::event::Event;
use gristmill::request::{Aggregation, Distinct, Metric};
use gristmill::schema::Dimension;
use std::collections::BTreeSet;

/// The figure that a metric gives for these events.
pub(super) fn aggregate(metric: &Metric, events: &[&Event]) -> Cell {
    let events: Vec<&Event> = events.iter().copied().filter(|event| matches(&metric.filter, event)).collect();
    let numbers = || events.iter().filter_map(|event| event.value);
    match &metric.aggregation {
        Aggregation::Count => integer(events.len()),
        Aggregation::Sum => float(numbers().collect::<ExactSum>().rounded()),
        Aggregation::Avg => {
            let sum = numbers().collect::<ExactSum>().rounded();
            float(sum.filter(|_| numbers().next().is_some()).map(|sum| sum / numbers().count() as f64))
        }
        // By the total order, in which -0.0 is smaller than 0.0.
        Aggregation::Min => float(numbers().min_by(f64::total_cmp)),
        Aggregation::Max => float(numbers().max_by(f64::total_cmp)),
        Aggregation::Uniq(Distinct::Values(dimensions)) => {
            let of = |event: &Event| -> Vec<Option<String>> {
                dimensions.iter().flat_map(|dimension| values(event, *dimension)).collect()
            };
            let distinct: BTreeSet<String> = events.iter().flat_map(|event| of(event)).flatten().collect();
            integer(distinct.len())
        }
        Aggregation::Uniq(Distinct::Rows(dimensions)) => {
            let distinct: BTreeSet<Vec<Option<String>>> =
                events.iter().flat_map(|event| combinations(event, dimensions)).collect();
            integer(distinct.len())
        }
    }
}

/// One for each way to take a value of each dimension; null is a value.
fn combinations(event: &Event, dimensions: &[Dimension]) -> Vec<Vec<Option<String>>> {
    let Some((first, others)) = dimensions.split_first() else { return vec![Vec::new()] };
    let rests = combinations(event, others);
    let of_value = |value: Option<String>| {
        rests.iter().map(move |rest| [std::slice::from_ref(&value), rest].concat()).collect::<Vec<_>>()
    };
    values(event, *first).into_iter().flat_map(of_value).collect()
}

fn integer(count: usize) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn float(number: Option<f64>) -> Cell {
    number.map_or(Cell::Null, Cell::Float)
}
