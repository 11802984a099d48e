//! The keys of a request, but for its filters.

use super::{accepted, assert_keys_refused, assert_refused, check, request};
use crate::request::{
    Aggregation, Direction, Distinct, EmptyBuckets, Fetch, FetchContext, FetchErrorKind, Filter, Metric,
    OrderBy, OrderColumn,
};
use crate::time::Zone;
use gristmill_storage::event::Source;
use gristmill_storage::schema::Dimension;
use std::error::Error;

#[test]
fn absent_null_and_empty_are_the_same() {
    let plain = accepted("");
    assert_eq!(plain.sources, Source::ALL);
    assert_eq!((&plain.vendor, &plain.filter, plain.limit), (&None, &Filter::True, None));
    assert_eq!((plain.empty_buckets, plain.allow_partial), (EmptyBuckets::Fill, false));
    assert_eq!(plain.zone, Zone::UTC);
    for keys in [
        r#""sources":null,"group_by":null,"aggregations":null,"filters":null,"order_by":null"#,
        r#""sources":[],"group_by":[],"aggregations":[],"filters":{},"order_by":[]"#,
        r#""vendor":null,"limit":null,"empty_buckets":null,"allow_partial":null,"having":null"#,
    ] {
        assert_eq!(accepted(keys), plain, "{keys}");
    }
}

#[test]
fn organization_is_that_of_the_context_or_the_body() {
    let body = |organization: &str| {
        format!(r#"{{{organization}"granularity":"all","interval":{{"start":0,"end":1}}}}"#)
    };
    let from = |text: &str, context: &FetchContext| Fetch::from_json(text, context);
    let (bare, named) = (body(""), body(r#""organization_id":"a","#));
    let (open, a, b) =
        (FetchContext::new(), FetchContext::for_organization("a"), FetchContext::for_organization("b"));
    assert_eq!(from(&named, &open).unwrap().organization, "a");
    assert_eq!(from(&named, &a).unwrap().organization, "a");
    assert_eq!(from(&bare, &a).unwrap().organization, "a");
    assert_eq!(from(&body(r#""organization_id":"","#), &open).unwrap().organization, "");

    let error = from(&named, &b).unwrap_err();
    assert_eq!((error.kind(), error.path()), (FetchErrorKind::Invalid, "organization_id"));
    assert_eq!(error.message(), r#"expected "b", the organization of this request, or no key, found "a""#);
    let error = from(&bare, &open).unwrap_err();
    assert_eq!((error.kind(), error.path()), (FetchErrorKind::Missing, "organization_id"));
    let error = from(&body(r#""organization_id":7,"#), &a).unwrap_err();
    assert_eq!(error.to_string(), "organization_id: expected an organization's id, found 7");
}

#[test]
fn sources_come_in_one_order() {
    for (text, expected) in [
        (r#"["untrusted","trusted"]"#, &Source::ALL[..]),
        (r#"["untrusted"]"#, &[Source::Untrusted]),
        (r#"["trusted","trusted"]"#, &[Source::Trusted]),
    ] {
        assert_eq!(accepted(&format!(r#""sources":{text}"#)).sources, expected);
    }
    assert_keys_refused(&[
        (r#""sources":"trusted""#, "sources", r#"expected a list of sources, found "trusted""#),
        (r#""sources":["trusted",null]"#, "sources[1]", "expected a source, found null"),
        (
            r#""sources":["tursted"]"#,
            "sources[0]",
            r#"unknown source: "tursted"; expected trusted, untrusted"#,
        ),
    ]);
}

#[test]
fn vendor_is_a_text() {
    assert_eq!(accepted(r#""vendor":"""#).vendor.as_deref(), Some(""));
    assert_keys_refused(&[(
        r#""vendor":["a"]"#,
        "vendor",
        "expected a vendor's name, or null for all, found a list",
    )]);
}

fn interval(text: &str) -> String {
    format!(r#"{{"organization_id":"org","granularity":"all","interval":{text}}}"#)
}

#[test]
fn interval_takes_texts_and_milliseconds() {
    for (text, start, end) in [
        (r#"{"start":0,"end":86400000}"#, 0, 86_400_000),
        (r#"{"start":"1970-01-01","end":"1970-01-02T00:00:00Z"}"#, 0, 86_400_000),
        (r#"{"start":"1970-01-01T02:00+02:00","end":1.0e3}"#, 0, 1000),
        (r#"{"start":-1,"end":-1,"time_zone":null}"#, -1, -1),
        (r#"{"start":"0000-01-01","end":"9999-12-31T24:00"}"#, -62_167_219_200_000, 253_402_300_800_000),
        (
            r#"{"start":"1970-01-01","end":"1970-01-02","time_zone":"Europe/Helsinki"}"#,
            -7_200_000,
            79_200_000,
        ),
        (r#"{"start":"1970-01-01T00:00Z","end":"1970-01-02","time_zone":"+02:00"}"#, 0, 79_200_000),
        // In a gap: its end. Twice: the earlier.
        (
            r#"{"start":"2021-03-28T03:30","end":"2021-10-31T03:30","time_zone":"Europe/Helsinki"}"#,
            1_616_893_200_000,
            1_635_640_200_000,
        ),
    ] {
        let fetch = check(&interval(text)).unwrap();
        assert_eq!((fetch.interval.start, fetch.interval.end), (start, end), "{text}");
    }
}

#[test]
fn interval_is_refused_where_it_is_wrong() {
    let instant = "expected an ISO-8601 text such as 2022-02-08T23:59:59.999+02:00 or 2022-02-08, or integer milliseconds";
    let iso = "write it as 2021-11-26T08:00:00.000+02:00, 2021-11-26T06:00:00Z or 2021-11-26";
    let messages = [
        format!("required: {instant}, found nothing"),
        format!("{instant}, found 1.5"),
        format!("{instant}, found true"),
        format!(r#""2021" is not a timestamp: expected - after the year at byte 4, found the end; {iso}"#),
    ];
    assert_refused(
        [
            ("null", "interval", "required: expected an object with start and end, found nothing"),
            (r#""2021/2022""#, "interval", r#"expected an object with start and end, found "2021/2022""#),
            (r#"{"start":0}"#, "interval.end", &*messages[0]),
            (r#"{"start":null,"end":0}"#, "interval.start", &messages[0]),
            (r#"{"start":1.5,"end":2}"#, "interval.start", &messages[1]),
            (r#"{"start":0,"end":true}"#, "interval.end", &messages[2]),
            (r#"{"start":"2021","end":2}"#, "interval.start", &messages[3]),
            (
                r#"{"start":0,"end":253402300800001}"#,
                "interval.end",
                "expected an instant of the years 0000 to 9999 in UTC, found 253402300800001",
            ),
            (
                r#"{"start":"0000-01-01T00:00+01:00","end":0}"#,
                "interval.start",
                r#"expected an instant of the years 0000 to 9999 in UTC, found "0000-01-01T00:00+01:00""#,
            ),
            (
                r#"{"start":"2021-01-02","end":"2021-01-01"}"#,
                "interval",
                r#"start "2021-01-02" is after end "2021-01-01"; expected start up to end"#,
            ),
            (
                r#"{"start":0,"end":1,"timezone":"UTC"}"#,
                "interval.timezone",
                r#"unknown key of an interval: "timezone"; expected time_zone, end, start"#,
            ),
        ]
        .map(|(text, path, message)| (interval(text), path, message)),
    );
}

#[test]
fn unknown_zones_are_refused_with_the_nearest() {
    let error = check(&interval(r#"{"start":0,"end":1,"time_zone":"Europe/Helsinky"}"#)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (FetchErrorKind::Unknown, "interval.time_zone"));
    assert!(error.message().contains("Europe/Helsinki"), "{error}");
    assert!(error.source().is_some());
    assert_refused([(
        interval(r#"{"start":0,"end":1,"time_zone":2}"#),
        "interval.time_zone",
        "expected an IANA name such as Europe/Helsinki, UTC, or an offset such as +02:00, found 2",
    )]);
}

#[test]
fn group_by_takes_every_dimension_once() {
    for dimension in Dimension::ALL {
        assert_eq!(accepted(&format!(r#""group_by":["{dimension}"]"#)).group_by, [dimension]);
    }
    let fetch = accepted(r#""group_by":["label","category"]"#);
    assert_eq!(fetch.group_by, [Dimension::Label, Dimension::Category]);
    assert_keys_refused(&[
        (r#""group_by":"label""#, "group_by", r#"expected a list of dimensions, found "label""#),
        (r#""group_by":[1]"#, "group_by[0]", "expected a dimension's name, found 1"),
        (
            r#""group_by":["label","action","label"]"#,
            "group_by[2]",
            "label stands twice, first at group_by[0]",
        ),
        (
            r#""group_by":["timestamp"]"#,
            "group_by[0]",
            r#"expected a dimension, found "timestamp": the granularity groups by time"#,
        ),
        (
            r#""group_by":["value"]"#,
            "group_by[0]",
            r#"expected a dimension, found "value": the aggregations tell of it"#,
        ),
    ]);
    let error = check(&request(r#""group_by":["Catgory"]"#)).unwrap_err();
    assert!(error.message().starts_with(r#"unknown dimension: "Catgory"; expected category, "#), "{error}");
}

#[test]
fn aggregations_come_in_the_order_asked() {
    let fetch = accepted(r#""aggregations":["session_id_uniq","max","count"]"#);
    let metrics: Vec<_> =
        fetch.metrics.iter().map(|metric| (&*metric.name, metric.aggregation.clone())).collect();
    assert_eq!(
        metrics,
        [
            ("session_id_uniq", Aggregation::Uniq(Distinct::Values(vec![Dimension::SessionId]))),
            ("max", Aggregation::Max),
            ("count", Aggregation::Count),
        ]
    );
    for dimension in Dimension::ALL {
        let fetch = accepted(&format!(r#""aggregations":["{dimension}_uniq"]"#));
        assert_eq!(fetch.metrics[0].aggregation, Aggregation::Uniq(Distinct::Values(vec![dimension])));
    }
    assert_keys_refused(&[
        (r#""aggregations":{}"#, "aggregations", "expected a list of aggregations, found an object"),
        (r#""aggregations":[null]"#, "aggregations[0]", "expected an aggregation's name, found null"),
        (
            r#""aggregations":["sum","count","sum"]"#,
            "aggregations[2]",
            "sum stands twice, first at aggregations[0]",
        ),
        (
            r#""aggregations":[{"name":"n"}]"#,
            "aggregations[0].type",
            "required: expected an aggregation's type, found nothing",
        ),
        (
            r#""aggregations":[{"type":"sum","field":"value"}]"#,
            "aggregations[0].field",
            "unknown key of this aggregation: \"field\"; expected fields, fieldName, type, name",
        ),
        (
            r#""aggregations":[{"type":"sum","fieldName":"dim1"}]"#,
            "aggregations[0].fieldName",
            r#"expected "value", which is what events have to add up, found "dim1""#,
        ),
        (
            r#""aggregations":[{"type":"cardinality","fields":[]}]"#,
            "aggregations[0].fields",
            "expected a list of one or more dimensions, found a list",
        ),
        (
            r#""aggregations":["count",{"type":"doubleSum","name":"count"}]"#,
            "aggregations[1]",
            "count stands twice, first at aggregations[0]",
        ),
        (
            r#""group_by":["label"],"aggregations":[{"type":"count","name":"label"}]"#,
            "aggregations[0]",
            "the answer has a column label already; expected another name",
        ),
    ]);
    let error = check(&request(r#""aggregations":["session_uniq"]"#)).unwrap_err();
    assert!(
        error.message().starts_with(r#"unknown aggregation: "session_uniq"; expected session_id_uniq, "#)
    );
}

#[test]
fn aggregations_have_an_object_form() {
    use Dimension::{Dim1, Label};
    for (json, name, aggregation) in [
        (r#"{"type":"count"}"#, "count", Aggregation::Count),
        (r#"{"type":"longSum","fieldName":"value","name":"n"}"#, "n", Aggregation::Sum),
        (r#"{"type":"doubleMean","fields":["value"]}"#, "avg", Aggregation::Avg),
        (r#"{"type":"floatMin"}"#, "min", Aggregation::Min),
        (
            r#"{"type":"hyperUnique","fieldName":"dim1"}"#,
            "dim1_uniq",
            Aggregation::Uniq(Distinct::Values(vec![Dim1])),
        ),
        (
            r#"{"type":"cardinality","fields":["dim1","label"]}"#,
            "dim1_label_uniq",
            Aggregation::Uniq(Distinct::Values(vec![Dim1, Label])),
        ),
        (
            r#"{"type":"cardinality","fields":["dim1","label"],"byRow":true}"#,
            "dim1_label_uniq",
            Aggregation::Uniq(Distinct::Rows(vec![Dim1, Label])),
        ),
    ] {
        let fetch = accepted(&format!(r#""aggregations":[{json}]"#));
        assert_eq!(fetch.metrics, [Metric::new(name, aggregation)], "{json}");
    }
    let filtered = accepted(
        r#""aggregations":[{"type":"filtered","name":"some","filter":{"type":"true"},
           "aggregator":{"type":"filtered","filter":{"type":"false"},"aggregator":"max"}}]"#,
    );
    let filter = Filter::And(vec![Filter::True, Filter::False]);
    assert_eq!(filtered.metrics, [Metric { filter, ..Metric::new("some", Aggregation::Max) }]);
}

#[test]
fn order_by_names_columns_of_the_answer() {
    let fetch = accepted(
        r#""group_by":["label","action"],"aggregations":["count","sum"],"order_by":
           [{"field":"sum","direction":"DESC"},"action",{"field":"timestamp"},{"field":"count","direction":"Ascending"}]"#,
    );
    let by = |column, direction| OrderBy { column, direction };
    assert_eq!(
        fetch.order_by,
        [
            by(OrderColumn::Metric(1), Direction::Descending),
            by(OrderColumn::Group(1), Direction::Ascending),
            by(OrderColumn::Timestamp, Direction::Ascending),
            by(OrderColumn::Metric(0), Direction::Ascending),
        ]
    );
    assert_keys_refused(&[
        (r#""order_by":"count""#, "order_by", r#"expected a list of columns to order by, found "count""#),
        (
            r#""order_by":[1]"#,
            "order_by[0]",
            "expected a column's name or an object with field and direction, found 1",
        ),
        (
            r#""order_by":[{"direction":"asc"}]"#,
            "order_by[0].field",
            "required: expected a column of the answer, found nothing",
        ),
        (
            r#""aggregations":["count"],"order_by":["sum"]"#,
            "order_by[0]",
            r#"unknown column of this answer: "sum"; expected count, timestamp"#,
        ),
        (
            r#""group_by":["label"],"aggregations":["count"],"order_by":[{"field":"lable"}]"#,
            "order_by[0].field",
            r#"unknown column of this answer: "lable"; expected label, count, timestamp"#,
        ),
        (
            r#""order_by":[{"field":"count","direction":"down"}]"#,
            "order_by[0].direction",
            r#"unknown direction: "down"; expected desc, asc, ascending, descending"#,
        ),
        (
            r#""order_by":[{"field":"count","direction":-1}]"#,
            "order_by[0].direction",
            "expected one of asc, desc, ascending, descending, found -1",
        ),
        (
            r#""order_by":[{"field":"count","dir":"asc"}]"#,
            "order_by[0].dir",
            r#"unknown key of order_by: "dir"; expected field, direction"#,
        ),
        (
            r#""order_by":["count",{"field":"count","direction":"desc"}]"#,
            "order_by[1]",
            "the column stands twice, first at order_by[0]",
        ),
    ]);
}

#[test]
fn limit_is_an_integer_from_1_on() {
    for (text, limit) in
        [("1", 1), ("1e3", 1000), ("10.0", 10), ("9223372036854775807", 9_223_372_036_854_775_807)]
    {
        assert_eq!(accepted(&format!(r#""limit":{text}"#)).limit, Some(limit));
    }
    assert_keys_refused(&[
        (r#""limit":0"#, "limit", "expected an integer from 1 to 2^63 - 1, found 0"),
        (r#""limit":-1"#, "limit", "expected an integer from 1 to 2^63 - 1, found -1"),
        (r#""limit":1.5"#, "limit", "expected an integer from 1 to 2^63 - 1, found 1.5"),
        (r#""limit":"1""#, "limit", r#"expected an integer from 1 to 2^63 - 1, found "1""#),
        (r#""limit":1e99"#, "limit", "expected an integer from 1 to 2^63 - 1, found 1e99"),
    ]);
}

#[test]
fn empty_buckets_and_allow_partial() {
    assert_eq!(accepted(r#""empty_buckets":"skip""#).empty_buckets, EmptyBuckets::Skip);
    assert_eq!(accepted(r#""empty_buckets":"fill""#).empty_buckets, EmptyBuckets::Fill);
    assert!(accepted(r#""allow_partial":true"#).allow_partial);
    assert!(!accepted(r#""allow_partial":false"#).allow_partial);
    assert_keys_refused(&[
        (
            r#""empty_buckets":"no""#,
            "empty_buckets",
            r#"unknown word for empty buckets: "no"; expected fill, skip"#,
        ),
        (r#""empty_buckets":false"#, "empty_buckets", "expected one of fill, skip, found false"),
        (r#""allow_partial":"true""#, "allow_partial", r#"expected true or false, found "true""#),
    ]);
}
