//! Whether an event matches a filter.

use super::answer::Cell;
use super::{like, ordering};
use gristmill::event::Event;
use gristmill::request::{Bound, Fetch, Filter, Having, InstantTest, Limits, NumberTest, Test};
use gristmill::schema::{Dimension, Kind};
use regex::Regex;
use std::cmp::Ordering;

/// Whether an event matches. A filter is two-valued: `not` is the exact complement, null rows included.
pub fn matches(filter: &Filter, event: &Event) -> bool {
    match filter {
        Filter::True => true,
        Filter::False => false,
        Filter::And(all) => all.iter().all(|filter| matches(filter, event)),
        Filter::Or(any) => any.iter().any(|filter| matches(filter, event)),
        Filter::Not(inner) => !matches(inner, event),
        Filter::Dimension(dimension, test) => {
            values(event, *dimension).iter().any(|value| passes(test, value.as_deref()))
        }
        Filter::Value(test) => number_passes(test, event.value),
        Filter::Timestamp(InstantTest::Within(ranges)) => {
            ranges.iter().any(|range| range.contains(&event.timestamp.millis()))
        }
        Filter::SameValue(dimensions) => same_value(dimensions, event),
    }
}

/// Whether a row of an answer matches; its cells are the grouped dimensions and then the metrics of `fetch`.
pub(super) fn having(fetch: &Fetch, having: &Having, start: i64, cells: &[Cell]) -> bool {
    let self_on = |field: &Having| self::having(fetch, field, start, cells);
    match having {
        Having::True => true,
        Having::False => false,
        Having::And(all) => all.iter().all(self_on),
        Having::Or(any) => any.iter().any(self_on),
        Having::Not(inner) => !self_on(inner),
        Having::Group(dimension, test) => {
            let at = fetch.group_by.iter().position(|by| by == dimension);
            match at.map(|at| &cells[at]) {
                Some(Cell::Text(text)) => passes(test, Some(text)),
                Some(Cell::Integer(integer)) => passes(test, Some(&integer.to_string())),
                _ => passes(test, None),
            }
        }
        Having::Metric(at, test) => {
            let figure = match &cells[fetch.group_by.len() + at] {
                Cell::Integer(integer) => Some(*integer as f64),
                Cell::Float(float) => Some(*float),
                _ => None,
            };
            number_passes(test, figure)
        }
        Having::Timestamp(InstantTest::Within(ranges)) => ranges.iter().any(|range| range.contains(&start)),
    }
}

/// The values of a dimension as texts. There is at least one: a row without any has the one value null.
pub(super) fn values(event: &Event, dimension: Dimension) -> Vec<Option<String>> {
    match dimension.kind() {
        Kind::Text => vec![event.text(dimension).map(str::to_owned)],
        Kind::Integer => vec![Some(event.event_version.to_string())],
        Kind::Source => vec![Some(event.source.name().to_owned())],
        Kind::MultiText if event.properties().len() == 0 => vec![None],
        Kind::MultiText => event.properties().map(|text| Some(text.to_owned())).collect(),
    }
}

fn passes(test: &Test, value: Option<&str>) -> bool {
    match (test, value) {
        (Test::Texts(texts), _) => texts.iter().any(|text| text.as_deref() == value),
        (_, None) => false,
        (Test::Integers(integers), Some(text)) => {
            text.parse().is_ok_and(|integer: i64| integers.contains(&integer))
        }
        (Test::Bound(bound), Some(text)) => within_bound(bound, text),
        (Test::Like(pattern), Some(text)) => like::matches(pattern, text),
        (Test::Regex(pattern), Some(text)) => {
            // A checked fetch holds no pattern that does not compile.
            Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
        }
        (Test::Contains { fragments, case_sensitive: true }, Some(text)) => {
            fragments.iter().all(|fragment| text.contains(fragment))
        }
        (Test::Contains { fragments, case_sensitive: false }, Some(text)) => {
            let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
            let text = lower(text);
            fragments.iter().all(|fragment| text.contains(&lower(fragment)))
        }
    }
}

fn within_bound(bound: &Bound, text: &str) -> bool {
    match bound {
        Bound::Lexicographic(limits) => within(limits, |limit| text.cmp(limit)),
        Bound::Strlen(limits) => within(limits, |limit| ordering::strlen(text, limit)),
        Bound::Alphanumeric(limits) => within(limits, |limit| ordering::alphanumeric(text, limit)),
        Bound::Numeric(limits) => text
            .parse()
            .is_ok_and(|number: f64| number.is_finite() && within(limits, |limit| by_number(number, *limit))),
    }
}

fn number_passes(test: &NumberTest, value: Option<f64>) -> bool {
    match test {
        NumberTest::In(numbers) => numbers.contains(&value),
        NumberTest::Bound(limits) => {
            value.is_some_and(|number| within(limits, |limit| by_number(number, *limit)))
        }
    }
}

/// Numbers compare by their worth: -0.0 and 0.0 are equal. Neither side is ever a NaN.
fn by_number(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// Whether a value is within its limits, given how it compares with a limit.
fn within<T>(limits: &Limits<T>, compare: impl Fn(&T) -> Ordering) -> bool {
    let past_lower = limits.lower.as_ref().is_none_or(|limit| match compare(&limit.value) {
        Ordering::Less => false,
        Ordering::Equal => !limit.strict,
        Ordering::Greater => true,
    });
    let before_upper = limits.upper.as_ref().is_none_or(|limit| match compare(&limit.value) {
        Ordering::Less => true,
        Ordering::Equal => !limit.strict,
        Ordering::Greater => false,
    });
    past_lower && before_upper
}

/// Druid's column comparison: any two of the dimensions have a value in common, where null is a value.
fn same_value(dimensions: &[Dimension], event: &Event) -> bool {
    dimensions.iter().all(|&a| {
        let values_a = values(event, a);
        dimensions.iter().all(|&b| values(event, b).iter().any(|value| values_a.contains(value)))
    })
}
