//! The figures of an answer.

use super::filter::FILTER;
use super::schema::{
    Any, Named, any_of, closed, flag, list, named, named_as, number, text, with_one_of, word,
};
use gristmill::request::words;
use gristmill::schema::{Column, Dimension};
use utoipa::openapi::ObjectBuilder;

/// Any figure.
pub(super) const AGGREGATION: &str = "Aggregation";

const COUNT: [&str; 1] = ["count"];
const UNIQ: [&str; 3] = ["uniq", "cardinality", "hyperUnique"];
const APPROX_UNIQ: [&str; 1] = ["approx_uniq"];
const QUANTILE: [&str; 1] = ["quantile"];
const SPREAD: [&str; 2] = ["variance", "stddev"];
const FILTERED: [&str; 1] = ["filtered"];

pub(super) fn schemas() -> Named {
    let figures: [(&str, Any); 7] = [
        ("CountAggregation", figure(COUNT, "How many events").into()),
        ("ValueAggregation", of_value(figure(plain(), "A figure of `value`")).into()),
        ("UniqAggregation", of_dimensions(uniq())),
        ("ApproxUniqAggregation", of_dimensions(figure(APPROX_UNIQ, "About how many distinct values"))),
        ("QuantileAggregation", of_value(quantile()).into()),
        ("SpreadAggregation", of_value(spread()).into()),
        ("FilteredAggregation", filtered().into()),
    ];
    let name = word(words::aggregations(), "A figure by its name");
    let any =
        any_of([name.into()].into_iter().chain(figures.iter().map(|(name, _)| named(name))), "A figure");
    figures.into_iter().chain([(AGGREGATION, any)]).collect()
}

/// The types that have no keys of their own.
fn plain() -> impl Iterator<Item = &'static str> {
    let others = [&COUNT[..], &UNIQ, &APPROX_UNIQ, &QUANTILE, &SPREAD, &FILTERED].concat();
    words::aggregation_types().filter(move |name| !others.contains(name))
}

fn figure(types: impl IntoIterator<Item = &'static str>, about: &str) -> ObjectBuilder {
    let keys = [
        ("type", word(types, "What it tells").into()),
        ("name", text("The name of its column").min_length(Some(1)).into()),
    ];
    closed(about, keys).required("type")
}

fn of_value(figure: ObjectBuilder) -> ObjectBuilder {
    let value = || word([Column::VALUE], "The only column of numbers, also if absent");
    figure.property("fieldName", value()).property("fields", list(value(), "The same").max_items(Some(1)))
}

fn of_dimensions(figure: ObjectBuilder) -> Any {
    let dimension = || word(Dimension::ALL.map(Dimension::name), "A dimension");
    let fields = list(dimension(), "Dimensions, each once").min_items(Some(1)).unique_items(true);
    with_one_of(
        figure.property("fieldName", dimension()).property("fields", fields),
        &[&["fieldName", "fields"]],
    )
}

fn uniq() -> ObjectBuilder {
    figure(UNIQ, "How many distinct values")
        .property("byRow", flag("Whether combinations of values are counted"))
        .property("round", flag("A hint of Druid, which has no effect"))
}

fn quantile() -> ObjectBuilder {
    let fraction = number("Which part of all values is before it").minimum(Some(0)).maximum(Some(1));
    figure(QUANTILE, "The value at a place of all values in order")
        .property("fraction", fraction)
        .required("fraction")
}

fn spread() -> ObjectBuilder {
    let estimator = word(words::estimators(), "What the values are, in any letter case; a sample if absent");
    figure(SPREAD, "How far values lie apart").property("estimator", estimator)
}

fn filtered() -> ObjectBuilder {
    figure(FILTERED, "A figure of those events that match a filter too")
        .property("filter", named_as(FILTER, "Which events"))
        .property("aggregator", named_as(AGGREGATION, "What is told of them"))
        .required("filter")
        .required("aggregator")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_described_is_known() {
        let known: Vec<_> = words::aggregation_types().collect();
        for name in [&COUNT[..], &UNIQ, &APPROX_UNIQ, &QUANTILE, &SPREAD, &FILTERED].concat() {
            assert!(known.contains(&name), "{name}");
        }
    }
}
