//! The JSON of a checked fetch.

use super::fetch::plain_name;
use crate::oracle::Calendar;
use gristmill::request::{
    Aggregation, Bound, Direction, Distinct, EmptyBuckets, Estimator, Fetch, Filter, Having, InstantTest,
    Limit, Limits, Metric, NumberTest, OrderBy, OrderColumn, TIMESTAMP_FIELD, Test,
};
use gristmill::schema::{Column, Dimension};
use gristmill::time::{Granularity, Zone};
use serde::Serialize;
use serde_json::{Value, json};

/// A JSON text that a fetch can be checked from.
pub fn fetch_json(fetch: &Fetch) -> String {
    let names = |dimensions: &[Dimension]| dimensions.iter().map(|by| by.name()).collect::<Vec<_>>();
    let granularity = Granularity::NAMED.into_iter().find(|(_, known)| *known == fetch.granularity);
    let sources: Vec<&str> = fetch.sources.iter().map(|source| source.name()).collect();
    let metrics: Vec<Value> = fetch.metrics.iter().map(metric).collect();
    let order: Vec<Value> = fetch.order_by.iter().map(|key| order_key(fetch, *key)).collect();
    json!({
        "organization_id": fetch.organization,
        "vendor": fetch.vendor,
        "sources": sources,
        "interval": {
            "start": fetch.interval.start,
            "end": fetch.interval.end,
            "time_zone": fetch.zone.to_string(),
        },
        "granularity": granularity.map(|(name, _)| name),
        "group_by": names(&fetch.group_by),
        "aggregations": metrics,
        "filters": filter(&fetch.filter),
        "having": having(fetch, &fetch.having),
        "order_by": order,
        "limit_per_bucket": fetch.limit_per_bucket,
        "offset": fetch.offset,
        "limit": fetch.limit,
        "empty_buckets": match fetch.empty_buckets {
            EmptyBuckets::Fill => "fill",
            EmptyBuckets::Skip => "skip",
        },
    })
    .to_string()
}

fn metric(metric: &Metric) -> Value {
    let plain = plain_name(&metric.aggregation);
    if plain.as_ref() == Some(&metric.name) && metric.filter == Filter::True {
        return json!(metric.name);
    }
    let object = |kind: &str| json!({"type": kind, "name": metric.name});
    let aggregator = match &metric.aggregation {
        Aggregation::Count => object("count"),
        Aggregation::Sum => object("doubleSum"),
        Aggregation::Avg => object("avg"),
        Aggregation::Min => object("doubleMin"),
        Aggregation::Max => object("longMax"),
        Aggregation::Uniq(of) => {
            let names: Vec<&str> = of.dimensions().iter().map(|dimension| dimension.name()).collect();
            let by_row = matches!(of, Distinct::Rows(_));
            json!({"type": "cardinality", "name": metric.name, "fields": names, "byRow": by_row})
        }
        Aggregation::ApproxUniq(dimensions) => {
            let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name()).collect();
            json!({"type": "approx_uniq", "name": metric.name, "fields": names})
        }
        Aggregation::Quantile(fraction) => {
            json!({"type": "quantile", "name": metric.name, "fraction": fraction})
        }
        Aggregation::Variance(of) => {
            json!({"type": "variance", "name": metric.name, "estimator": estimator(*of)})
        }
        Aggregation::StdDev(of) => {
            json!({"type": "stddev", "name": metric.name, "estimator": estimator(*of)})
        }
        Aggregation::First => object("doubleFirst"),
        Aggregation::Last => object("last"),
    };
    match &metric.filter {
        Filter::True => aggregator,
        tree => json!({"type": "filtered", "filter": filter(tree), "aggregator": aggregator}),
    }
}

fn estimator(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Sample => "sample",
        Estimator::Population => "population",
    }
}

fn order_key(fetch: &Fetch, key: OrderBy) -> Value {
    let field = match key.column {
        OrderColumn::Timestamp => TIMESTAMP_FIELD,
        OrderColumn::Group(at) => fetch.group_by[at].name(),
        OrderColumn::Metric(at) => &fetch.metrics[at].name,
    };
    match key.direction {
        Direction::Ascending => json!(field),
        Direction::Descending => json!({"field": field, "direction": "desc"}),
    }
}

fn filter(tree: &Filter) -> Value {
    let all = |filters: &[Filter]| filters.iter().map(filter).collect::<Vec<_>>();
    match tree {
        Filter::True => json!({"type": "true"}),
        Filter::False => json!({"type": "false"}),
        Filter::And(fields) => json!({"type": "and", "fields": all(fields)}),
        Filter::Or(fields) => json!({"type": "or", "fields": all(fields)}),
        Filter::Not(field) => json!({"type": "not", "field": filter(field)}),
        Filter::Dimension(dimension, test) => dimension_filter(dimension.name(), test),
        Filter::Value(test) => number_filter(Column::VALUE, test),
        Filter::Timestamp(InstantTest::Within(ranges)) => {
            let utc = Calendar::new(&Zone::UTC);
            let text =
                |range: &std::ops::Range<i64>| format!("{}/{}", utc.label(range.start), utc.label(range.end));
            let intervals: Vec<String> = ranges.iter().map(text).collect();
            json!({"type": "interval", "dimension": Column::TIMESTAMP, "intervals": intervals})
        }
        Filter::SameValue(dimensions) => {
            let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name()).collect();
            json!({"type": "columnComparison", "dimensions": names})
        }
    }
}

fn having(fetch: &Fetch, tree: &Having) -> Value {
    let all = |fields: &[Having]| fields.iter().map(|field| having(fetch, field)).collect::<Vec<_>>();
    match tree {
        Having::True => json!({"type": "true"}),
        Having::False => json!({"type": "false"}),
        Having::And(fields) => json!({"type": "and", "fields": all(fields)}),
        Having::Or(fields) => json!({"type": "or", "fields": all(fields)}),
        Having::Not(field) => json!({"type": "not", "field": having(fetch, field)}),
        Having::Group(dimension, test) => dimension_filter(dimension.name(), test),
        Having::Metric(at, test) => number_filter(&fetch.metrics[*at].name, test),
        Having::Timestamp(test) => filter(&Filter::Timestamp(test.clone())),
    }
}

fn number_filter(column: &str, test: &NumberTest) -> Value {
    match test {
        NumberTest::In(numbers) => json!({"type": "in", "dimension": column, "values": numbers}),
        NumberTest::Bound(limits) => bound(column, "numeric", limits),
    }
}

fn dimension_filter(dimension: &str, test: &Test) -> Value {
    match test {
        Test::Texts(texts) => json!({"type": "in", "dimension": dimension, "values": texts}),
        Test::Integers(integers) => json!({"type": "in", "dimension": dimension, "values": integers}),
        Test::Bound(Bound::Lexicographic(limits)) => bound(dimension, "lexicographic", limits),
        Test::Bound(Bound::Numeric(limits)) => bound(dimension, "numeric", limits),
        Test::Bound(Bound::Strlen(limits)) => bound(dimension, "strlen", limits),
        Test::Bound(Bound::Alphanumeric(limits)) => bound(dimension, "alphanumeric", limits),
        Test::Like(like) => {
            json!({"type": "like", "dimension": dimension, "pattern": like.pattern, "escape": like.escape})
        }
        Test::Regex(pattern) => json!({"type": "regex", "dimension": dimension, "pattern": pattern}),
        Test::Contains { fragments, case_sensitive } => {
            let query = json!({"type": "fragment", "values": fragments, "caseSensitive": case_sensitive});
            json!({"type": "search", "dimension": dimension, "query": query})
        }
    }
}

fn bound<T: Serialize>(column: &str, ordering: &str, limits: &Limits<T>) -> Value {
    let value = |limit: &Option<Limit<T>>| limit.as_ref().map(|limit| json!(limit.value));
    let strict = |limit: &Option<Limit<T>>| limit.as_ref().is_some_and(|limit| limit.strict);
    json!({
        "type": "bound",
        "dimension": column,
        "ordering": ordering,
        "lower": value(&limits.lower),
        "upper": value(&limits.upper),
        "lowerStrict": strict(&limits.lower),
        "upperStrict": strict(&limits.upper),
    })
}
