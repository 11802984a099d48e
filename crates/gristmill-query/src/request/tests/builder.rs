//! Fetches made in Rust.

use super::check;
use crate::request::{
    Aggregation, Bound, Direction, Distinct, Estimator, Fetch, FetchBuilder, FetchErrorKind, Filter, Having,
    Interval, Like, Limit, Limits, Metric, NumberTest, Test,
};
use crate::time::{Granularity, Zone};
use gristmill_storage::event::Source;
use gristmill_storage::schema::Dimension::{Dim1, EventVersion, Label};

fn builder() -> FetchBuilder {
    Fetch::builder("org", Interval { start: 0, end: 86_400_000 })
}

#[test]
fn a_built_fetch_is_that_of_its_json() {
    let json = r#"{"organization_id":"org","vendor":"v","sources":["trusted"],"granularity":"day",
        "interval":{"start":0,"end":86400000,"time_zone":"Europe/Helsinki"},"group_by":["label","event_version"],
        "aggregations":["count","dim1_uniq",{"type":"variance","name":"spread"}],
        "filters":{"type":"and","fields":[{"type":"in","dimension":"event_version","values":[1,2]},
            {"type":"not","field":{"type":"null","column":"dim1"}},
            {"type":"bound","dimension":"value","lower":5,"lowerStrict":true}]},
        "having":{"type":"bound","dimension":"count","lower":2},
        "order_by":[{"field":"spread","direction":"desc"},"label"],"limit_per_bucket":3,"offset":1,"limit":2,
        "empty_buckets":"skip","allow_partial":true}"#;
    let above =
        |value, strict| NumberTest::Bound(Limits { lower: Some(Limit { value, strict }), upper: None });
    let built = builder()
        .vendor("v")
        .source(Source::Trusted)
        .zone(Zone::from_name("Europe/Helsinki").unwrap())
        .granularity(Granularity::Day)
        .group_by(Label)
        .group_by(EventVersion)
        .metric_named("count")
        .metric(Metric::new("dim1_uniq", Aggregation::uniq(Dim1)))
        .metric(Metric::new("spread", Aggregation::Variance(Estimator::Sample)))
        .filter(Filter::And(vec![
            Filter::one_of(EventVersion, ["1", "2"]),
            Filter::Not(Box::new(Filter::is_null(Dim1))),
            Filter::Value(above(5.0, true)),
        ]))
        .having(Having::Metric(0, above(2.0, false)))
        .order_by("spread", Direction::Descending)
        .order_by("label", Direction::Ascending)
        .limit_per_bucket(3)
        .offset(1)
        .limit(2)
        .empty_buckets(crate::request::EmptyBuckets::Skip)
        .allow_partial(true)
        .build()
        .unwrap();
    assert_eq!(built, check(json).unwrap());
    assert_eq!(FetchBuilder::from(built.clone()).build().unwrap(), built);
    let plain = r#"{"organization_id":"org","granularity":"all","interval":{"start":0,"end":86400000}}"#;
    assert_eq!(builder().build().unwrap(), check(plain).unwrap());
}

#[test]
fn mistakes_are_told_with_the_place_they_would_have() {
    let deep = (0..100).fold(Filter::True, |filter, _| Filter::Not(Box::new(filter)));
    let bound = Bound::Lexicographic(Limits { lower: None, upper: None });
    let nan = NumberTest::In(vec![Some(f64::NAN)]);
    for (builder, path, kind) in [
        (Fetch::builder("org", Interval { start: 1, end: 0 }), "interval", FetchErrorKind::Invalid),
        (
            Fetch::builder("org", Interval { start: i64::MIN, end: 0 }),
            "interval.start",
            FetchErrorKind::Invalid,
        ),
        (builder().group_by(Label).group_by(Label), "group_by[1]", FetchErrorKind::Duplicate),
        (builder().metric_named("counts"), "aggregations[0]", FetchErrorKind::Unknown),
        (builder().metric_named("sum").metric_named("sum"), "aggregations[1]", FetchErrorKind::Duplicate),
        (
            builder().group_by(Label).metric(Metric::new("label", Aggregation::Sum)),
            "aggregations[0]",
            FetchErrorKind::Duplicate,
        ),
        (
            builder().metric(Metric::new("q", Aggregation::Quantile(1.5))),
            "aggregations[0].fraction",
            FetchErrorKind::Invalid,
        ),
        (
            builder().metric(Metric::new("n", Aggregation::Uniq(Distinct::Rows(Vec::new())))),
            "aggregations[0].fields",
            FetchErrorKind::Invalid,
        ),
        (builder().limit(0), "limit", FetchErrorKind::Invalid),
        (builder().order_by("label", Direction::Ascending), "order_by[0]", FetchErrorKind::Unknown),
        (
            builder().order_by("sum", Direction::Ascending).order_by("sum", Direction::Descending),
            "order_by[1]",
            FetchErrorKind::Duplicate,
        ),
        (
            builder().filter(Filter::Or(vec![Filter::And(Vec::new())])),
            "filters.fields[0].fields",
            FetchErrorKind::Invalid,
        ),
        (
            builder().filter(Filter::Dimension(Label, Test::Regex("(".to_owned()))),
            "filters.pattern",
            FetchErrorKind::Invalid,
        ),
        (builder().filter(Filter::Dimension(Label, Test::Bound(bound))), "filters", FetchErrorKind::Missing),
        (builder().filter(Filter::Value(nan)), "filters.values", FetchErrorKind::Invalid),
        (builder().filter(Filter::SameValue(vec![Label])), "filters.dimensions", FetchErrorKind::Invalid),
        (
            builder().filter(Filter::Or(vec![Filter::True; 10_000])),
            "filters.fields[9999]",
            FetchErrorKind::TooLarge,
        ),
        (
            builder().having(Having::Metric(5, NumberTest::In(Vec::new()))),
            "having.dimension",
            FetchErrorKind::Unknown,
        ),
        (
            builder().having(Having::Group(Label, Test::Like(Like::starts_with("a")))),
            "having.dimension",
            FetchErrorKind::Unknown,
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!((error.path(), error.kind()), (path, kind), "{error}");
    }
    let error = builder().filter(deep).build().unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::TooLarge);
}
