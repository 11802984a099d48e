//! One figure of a group, from the events in it.

use super::answer::Cell;
use super::exact_sum::ExactSum;
use super::filter::{matches, values};
use gristmill::event::Event;
use gristmill::request::{Aggregation, Distinct, Estimator, Metric};
use gristmill::schema::Dimension;
use num_bigint::BigInt;
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
        // Random events have too few distinct values for an estimate.
        Aggregation::ApproxUniq(dimensions) => {
            let of = Aggregation::Uniq(Distinct::Values(dimensions.clone()));
            aggregate(&Metric::new("", of), &events)
        }
        Aggregation::Quantile(fraction) => float(quantile(numbers().collect(), *fraction)),
        Aggregation::Variance(of) => float(variance(&numbers().collect::<Vec<_>>(), *of)),
        Aggregation::StdDev(of) => float(variance(&numbers().collect::<Vec<_>>(), *of).map(f64::sqrt)),
        Aggregation::First => float(in_time(&events).first().copied()),
        Aggregation::Last => float(in_time(&events).last().copied()),
    }
}

/// The values in the order of time, and at the same instant in that of numbers.
fn in_time(events: &[&Event]) -> Vec<f64> {
    let mut values: Vec<(i64, f64)> =
        events.iter().filter_map(|event| Some((event.timestamp.millis(), event.value?))).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    values.into_iter().map(|(_, value)| value).collect()
}

/// The value at a fraction, of which all but eight bits of the fraction are cut off.
fn quantile(mut values: Vec<f64>, fraction: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    // The first place that is not below the fraction, which is meant as its shortest decimal: in whole numbers of the unit
    // of its last digit.
    let decimal = format!("{fraction}");
    let (whole, rest) = decimal.split_once('.').unwrap_or((&decimal, ""));
    let units: BigInt = format!("{whole}{rest}").parse().ok()?;
    let one = BigInt::from(10).pow(u32::try_from(rest.len()).ok()?);
    let place = (1..=values.len()).find(|place| place * &one >= values.len() * &units)?;
    let exact = values[place - 1];
    let cut = f64::from_bits(exact.to_bits() >> 44 << 44);
    Some(cut.clamp(*values.first()?, *values.last()?) + 0.0)
}

/// By exact integers: n times the sum of squares less the square of the sum, rounded once, over n times n or n - 1.
fn variance(values: &[f64], of: Estimator) -> Option<f64> {
    let count = values.len();
    let others = match of {
        Estimator::Population => count,
        Estimator::Sample => count.checked_sub(1)?,
    };
    if others == 0 || values.iter().any(|value| value.abs() >= 2_f64.powi(450)) {
        return None;
    }
    let counted = |value: &f64| if value.abs() < 2_f64.powi(-400) { 0.0 } else { *value };
    let integers: Vec<BigInt> = values.iter().map(|value| scaled(counted(value))).collect();
    let squares: BigInt = integers.iter().map(|integer| integer * integer).sum();
    let sum: BigInt = integers.iter().sum();
    let numerator = BigInt::from(count) * squares - &sum * &sum;
    Some(rounded(&numerator, -2 * 1074)? / (count * others) as f64)
}

/// A number times 2^1074, which is a whole number.
fn scaled(value: f64) -> BigInt {
    let bits = value.to_bits();
    let (exponent, fraction) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
    let magnitude = if exponent == 0 {
        BigInt::from(fraction)
    } else {
        BigInt::from(fraction | 1 << 52) << (exponent - 1)
    };
    if value < 0.0 { -magnitude } else { magnitude }
}

/// An integer that is not negative, times a power of two, as the nearest number, ties to even.
fn rounded(integer: &BigInt, exponent: i32) -> Option<f64> {
    let dropped = integer.bits().saturating_sub(53);
    let kept = integer >> dropped;
    let rest = integer - (&kept << dropped);
    let half = if dropped == 0 { BigInt::ZERO } else { BigInt::from(1) << (dropped - 1) };
    let up = dropped > 0 && (rest > half || rest == half && kept.bit(0));
    let mantissa = u64::try_from(kept + u32::from(up)).ok()? as f64;
    // In two steps, since the power alone may be too small for a number.
    let power = exponent + i32::try_from(dropped).ok()?;
    Some(mantissa * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2))
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
