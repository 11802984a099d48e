//! `aggregations`: the columns of figures.

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{Aggregation, Metric};
use gristmill_storage::schema::Dimension;

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

pub(super) fn check(request: &Object<'_, '_>) -> Result<Vec<Metric>, FetchError> {
    let mut metrics: Vec<Metric> = Vec::new();
    if let Some(list) = request.get("aggregations") {
        for json in list.items("a list of aggregations")? {
            let metric = metric(&json)?;
            if let Some(first) = metrics.iter().position(|seen| seen.name == metric.name) {
                let message = format!("{} stands twice, first at aggregations[{first}]", metric.name);
                return Err(json.error(FetchErrorKind::Duplicate, message));
            }
            metrics.push(metric);
        }
    }
    if metrics.is_empty() {
        metrics.extend(PLAIN.map(|(name, aggregation)| Metric { name: name.to_owned(), aggregation }));
    }
    Ok(metrics)
}

fn metric(json: &Json<'_, '_>) -> Result<Metric, FetchError> {
    if json.is_object() {
        let message = format!(
            "the object form is not supported by this version; expected {} or a dimension's name followed by {UNIQ}",
            PLAIN.map(|(name, _)| name).join(", "),
        );
        return Err(json.error(FetchErrorKind::Unsupported, message));
    }
    let name = json.text("an aggregation's name")?;
    let Some(aggregation) = aggregation(&name) else {
        let known: Vec<String> = names().collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(json.unknown("aggregation", &name, &known));
    };
    Ok(Metric { name: name.into_owned(), aggregation })
}

fn aggregation(name: &str) -> Option<Aggregation> {
    match name.strip_suffix(UNIQ).and_then(Dimension::from_name) {
        Some(dimension) => Some(Aggregation::Uniq(dimension)),
        None => PLAIN.into_iter().find(|&(known, _)| known == name).map(|(_, aggregation)| aggregation),
    }
}

/// Every name that [`aggregation`] knows.
fn names() -> impl Iterator<Item = String> {
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
