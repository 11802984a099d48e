//! `aggregations`: the columns of figures.

use super::filter;
use super::group_by;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{
    Aggregation, Distinct, Estimator, Filter, Metric, RequestLimits, TIMESTAMP_FIELD, names, number,
};
use crate::time::Zone;
use gristmill_storage::schema::{Column, Dimension};

/// The aggregations without a dimension, which are also those of a request that names none.
const PLAIN: [(&str, Aggregation); 5] = [
    ("count", Aggregation::Count),
    ("sum", Aggregation::Sum),
    ("avg", Aggregation::Avg),
    ("min", Aggregation::Min),
    ("max", Aggregation::Max),
];

/// What follows a dimension's name to count its distinct values.
const UNIQ: &str = "_uniq";

/// The types of the object form, each with what it stands for.
const TYPES: [(&str, Type); 31] = [
    ("count", Type::Count),
    ("sum", Type::OfValue(Aggregation::Sum, "sum")),
    ("doubleSum", Type::OfValue(Aggregation::Sum, "sum")),
    ("longSum", Type::OfValue(Aggregation::Sum, "sum")),
    ("floatSum", Type::OfValue(Aggregation::Sum, "sum")),
    ("avg", Type::OfValue(Aggregation::Avg, "avg")),
    ("doubleMean", Type::OfValue(Aggregation::Avg, "avg")),
    ("min", Type::OfValue(Aggregation::Min, "min")),
    ("doubleMin", Type::OfValue(Aggregation::Min, "min")),
    ("longMin", Type::OfValue(Aggregation::Min, "min")),
    ("floatMin", Type::OfValue(Aggregation::Min, "min")),
    ("max", Type::OfValue(Aggregation::Max, "max")),
    ("doubleMax", Type::OfValue(Aggregation::Max, "max")),
    ("longMax", Type::OfValue(Aggregation::Max, "max")),
    ("floatMax", Type::OfValue(Aggregation::Max, "max")),
    ("uniq", Type::Uniq),
    ("hyperUnique", Type::Uniq),
    ("cardinality", Type::Uniq),
    ("approx_uniq", Type::ApproxUniq),
    ("quantile", Type::Quantile),
    ("variance", Type::Spread(Aggregation::Variance, "variance")),
    ("stddev", Type::Spread(Aggregation::StdDev, "stddev")),
    ("first", Type::OfValue(Aggregation::First, "first")),
    ("doubleFirst", Type::OfValue(Aggregation::First, "first")),
    ("longFirst", Type::OfValue(Aggregation::First, "first")),
    ("floatFirst", Type::OfValue(Aggregation::First, "first")),
    ("last", Type::OfValue(Aggregation::Last, "last")),
    ("doubleLast", Type::OfValue(Aggregation::Last, "last")),
    ("longLast", Type::OfValue(Aggregation::Last, "last")),
    ("floatLast", Type::OfValue(Aggregation::Last, "last")),
    ("filtered", Type::Filtered),
];

/// The names of [`TYPES`].
pub(in crate::request) fn type_names() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, _)| *name)
}

/// What an object of `aggregations` is.
#[derive(Clone, Debug)]
enum Type {
    Count,
    /// A figure of `value`, and its plain name.
    OfValue(Aggregation, &'static str),
    Uniq,
    ApproxUniq,
    Quantile,
    /// How far values lie apart, and its plain name.
    Spread(fn(Estimator) -> Aggregation, &'static str),
    Filtered,
}

/// The words for what a variance is of.
pub(in crate::request) const ESTIMATORS: [(&str, Estimator); 2] =
    [("sample", Estimator::Sample), ("population", Estimator::Population)];

pub(super) fn check(
    request: &Object<'_, '_>,
    zone: Zone,
    group_by: &[Dimension],
    limits: &RequestLimits,
) -> Result<Vec<Metric>, FetchError> {
    let mut metrics: Vec<Metric> = Vec::new();
    if let Some(list) = request.get("aggregations") {
        for json in list.items_up_to(limits.aggregations, "a list of aggregations")? {
            let metric = metric(&json, zone, limits)?;
            if let Some(first) = metrics.iter().position(|seen| seen.name == metric.name) {
                let message = format!("{} stands twice, first at aggregations[{first}]", metric.name);
                return Err(json.error(FetchErrorKind::Duplicate, message));
            }
            let is_other = |name: &str| name == metric.name;
            if is_other(TIMESTAMP_FIELD) || group_by.iter().any(|dimension| is_other(dimension.name())) {
                let message =
                    format!("the answer has a column {} already; expected another name", metric.name);
                return Err(json.error(FetchErrorKind::Duplicate, message));
            }
            metrics.push(metric);
        }
    }
    if metrics.is_empty() {
        metrics = default_metrics();
    }
    Ok(metrics)
}

fn metric(json: &Json<'_, '_>, zone: Zone, limits: &RequestLimits) -> Result<Metric, FetchError> {
    if json.is_object() {
        return of_object(&json.object("an aggregation")?, zone, limits);
    }
    let name = json.text("an aggregation's name")?;
    match named_aggregation(&name) {
        Ok(aggregation) => Ok(Metric::new(name, aggregation)),
        Err(message) => Err(json.error(FetchErrorKind::Unknown, message)),
    }
}

/// The columns of a request that names none.
pub(in crate::request) fn default_metrics() -> Vec<Metric> {
    PLAIN.map(|(name, aggregation)| Metric::new(name, aggregation)).into()
}

/// The aggregation of a name; the error says which names there are.
pub(in crate::request) fn named_aggregation(name: &str) -> Result<Aggregation, String> {
    aggregation(name).ok_or_else(|| {
        let known: Vec<String> = names().collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        names::unknown("aggregation", name, &known)
    })
}

fn of_object(object: &Object<'_, '_>, zone: Zone, limits: &RequestLimits) -> Result<Metric, FetchError> {
    const OF: &str = "of this aggregation";
    let json = object.require("type", "an aggregation's type")?;
    let name = json.text("an aggregation's type")?;
    let Some((_, kind)) = TYPES.iter().find(|(known, _)| *known == name) else {
        return Err(json.unknown("type of aggregation", &name, &TYPES.map(|(known, _)| known)));
    };
    let metric = match kind {
        Type::Count => {
            object.expect_keys(&["type", "name"], OF)?;
            Metric::new("count", Aggregation::Count)
        }
        Type::OfValue(aggregation, plain) => {
            object.expect_keys(&["type", "name", FIELD, FIELDS], OF)?;
            of_value(object)?;
            Metric::new(*plain, aggregation.clone())
        }
        Type::Uniq => {
            object.expect_keys(&["type", "name", FIELD, FIELDS, "byRow", "round"], OF)?;
            let dimensions = dimensions(object)?;
            let name = joined(&dimensions, UNIQ);
            let of = if object.flag("byRow")? { Distinct::Rows } else { Distinct::Values };
            Metric::new(name, Aggregation::Uniq(of(dimensions)))
        }
        Type::ApproxUniq => {
            object.expect_keys(&["type", "name", FIELD, FIELDS], OF)?;
            let dimensions = dimensions(object)?;
            Metric::new(joined(&dimensions, "_approx_uniq"), Aggregation::ApproxUniq(dimensions))
        }
        Type::Quantile => {
            object.expect_keys(&["type", "name", FIELD, FIELDS, "fraction"], OF)?;
            of_value(object)?;
            Metric::new("quantile", Aggregation::Quantile(fraction(object)?))
        }
        Type::Spread(aggregation, plain) => {
            object.expect_keys(&["type", "name", FIELD, FIELDS, "estimator"], OF)?;
            of_value(object)?;
            let estimator = object
                .get("estimator")
                .map_or(Ok(Estimator::Sample), |json| json.word("estimator", &ESTIMATORS))?;
            Metric::new(*plain, aggregation(estimator))
        }
        Type::Filtered => {
            object.expect_keys(&["type", "name", "filter", "aggregator"], OF)?;
            filtered(object, zone, limits)?
        }
    };
    named(object, metric)
}

/// The names of some dimensions and what follows them.
fn joined(dimensions: &[Dimension], ending: &str) -> String {
    let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name()).collect();
    format!("{}{ending}", names.join("_"))
}

/// Which part of all values lies before a quantile.
fn fraction(object: &Object<'_, '_>) -> Result<f64, FetchError> {
    const EXPECTED: &str = "a number from 0 to 1";
    let json = object.require("fraction", EXPECTED)?;
    let text = json.number().ok_or_else(|| json.wrong_type(EXPECTED))?;
    number::finite(text)
        .filter(|fraction| (0.0..=1.0).contains(fraction))
        .ok_or_else(|| json.invalid(EXPECTED))
}

/// The metric under the name that its object gives it.
fn named(object: &Object<'_, '_>, metric: Metric) -> Result<Metric, FetchError> {
    let Some(json) = object.get("name") else { return Ok(metric) };
    let name = json.text("a column's name")?;
    if name.is_empty() {
        return Err(json.invalid("a name of one character at least"));
    }
    Ok(Metric { name: name.into_owned(), ..metric })
}

/// An aggregation over those rows that match a filter besides.
fn filtered(object: &Object<'_, '_>, zone: Zone, limits: &RequestLimits) -> Result<Metric, FetchError> {
    let filter_json = object.require("filter", "a filter object")?;
    let filter = filter::of_metric(&filter_json, zone, limits)?;
    let aggregator = object.require("aggregator", "an aggregation")?;
    let metric = metric(&aggregator, zone, limits)?;
    Ok(Metric {
        filter: match metric.filter {
            Filter::True => filter,
            inner => Filter::And(vec![filter, inner]),
        },
        ..metric
    })
}

/// One field, as Druid has it.
const FIELD: &str = "fieldName";
/// Several fields.
const FIELDS: &str = "fields";

/// Sees to it that the only field is `value`, or that none is named.
fn of_value(object: &Object<'_, '_>) -> Result<(), FetchError> {
    let expected = "\"value\", which is what events have to add up";
    let is_value = |json: &Json<'_, '_>| -> Result<(), FetchError> {
        if json.text(expected)? == Column::VALUE { Ok(()) } else { Err(json.invalid(expected)) }
    };
    if let Some(json) = object.get(FIELD) {
        is_value(&json)?;
    }
    match object.get(FIELDS) {
        Some(list) => list.items(expected)?.try_for_each(|json| is_value(&json)),
        None => Ok(()),
    }
}

/// The dimensions of an object: a list of them, or one.
fn dimensions(object: &Object<'_, '_>) -> Result<Vec<Dimension>, FetchError> {
    const EXPECTED: &str = "a list of one or more dimensions";
    if let Some(json) = object.get(FIELD) {
        if object.get(FIELDS).is_some() {
            let message = format!("expected one of {FIELD} and {FIELDS}");
            return Err(object.error_at(FIELDS, FetchErrorKind::Duplicate, message));
        }
        return Ok(vec![group_by::dimension(&json)?]);
    }
    let list = object.require(FIELDS, EXPECTED)?;
    let mut dimensions: Vec<Dimension> = Vec::new();
    for json in list.items(EXPECTED)? {
        let dimension = group_by::dimension(&json)?;
        if dimensions.contains(&dimension) {
            return Err(json.error(FetchErrorKind::Duplicate, format!("{dimension} stands twice")));
        }
        dimensions.push(dimension);
    }
    if dimensions.is_empty() {
        return Err(list.invalid(EXPECTED));
    }
    Ok(dimensions)
}

fn aggregation(name: &str) -> Option<Aggregation> {
    match name.strip_suffix(UNIQ).and_then(Dimension::from_name) {
        Some(dimension) => Some(Aggregation::Uniq(Distinct::Values(vec![dimension]))),
        None => PLAIN.into_iter().find(|(known, _)| *known == name).map(|(_, aggregation)| aggregation),
    }
}

/// Every name that [`aggregation`] knows.
pub(in crate::request) fn names() -> impl Iterator<Item = String> {
    let plain = PLAIN.into_iter().map(|(name, _)| name.to_owned());
    plain.chain(Dimension::ALL.into_iter().map(|dimension| format!("{dimension}{UNIQ}")))
}

#[cfg(test)]
mod tests {
    use super::{aggregation, names};
    use gristmill_storage::schema::Column;

    #[test]
    fn no_metric_has_the_name_of_a_column() {
        for name in names() {
            assert!(aggregation(&name).is_some(), "{name}");
            assert_eq!(Column::from_name(&name), None);
        }
    }
}
