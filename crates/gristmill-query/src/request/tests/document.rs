//! The request as a whole: JSON or not, keys known or not.

use super::{assert_keys_refused, assert_refused, check, request};
use crate::request::{Fetch, FetchContext, FetchErrorKind};
use std::error::Error;

#[test]
fn the_published_example_is_accepted() {
    let text = r#"{
        "sources": ["trusted", "untrusted"],
        "interval": {
            "start": "2021-11-26T00:00:00.000+02:00",
            "end": "2022-02-08T23:59:59.999+02:00",
            "time_zone": "Europe/Helsinki"
        },
        "granularity": "all",
        "group_by": [],
        "organization_id": "org",
        "vendor": "com.giosg.system",
        "aggregations": [],
        "filters": {"type": "and", "fields": [{"type": "selector", "dimension": "category", "value": "event"}]}
    }"#;
    let fetch = check(text).unwrap();
    assert_eq!(fetch.organization, "org");
    assert_eq!(fetch.vendor.as_deref(), Some("com.giosg.system"));
    assert_eq!((fetch.interval.start, fetch.interval.end), (1_637_877_600_000, 1_644_357_599_999));
    assert_eq!(fetch.zone.to_string(), "Europe/Helsinki");
    assert_eq!(
        fetch.metrics.iter().map(|metric| &*metric.name).collect::<Vec<_>>(),
        ["count", "sum", "avg", "min", "max"]
    );
}

#[test]
fn what_is_no_json_is_refused_with_line_and_column() {
    for (text, message) in [
        ("", "expected JSON, found a mistake: EOF while parsing a value at line 1 column 0"),
        ("{\n  \"limit\": 1,\n}", "expected JSON, found a mistake: key must be a string at line 3 column 1"),
        ("{} x", "expected JSON, found a mistake: trailing characters at line 1 column 4"),
        ("{\"limit\": 01}", "expected JSON, found a mistake: invalid number at line 1 column 12"),
    ] {
        let error = check(text).unwrap_err();
        assert_eq!(
            (error.kind(), error.path(), error.message()),
            (FetchErrorKind::Syntax, "", message),
            "{text}"
        );
        assert!(error.source().is_some());
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_with_line_and_column() {
    let error = Fetch::from_json(b"{\n\"vendor\":\"\xff\"}", &FetchContext::new()).unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Syntax);
    assert_eq!(error.message(), "expected JSON in UTF-8, found another byte at line 2 column 11");
}

#[test]
fn half_a_surrogate_pair_is_refused_where_it_stands() {
    assert_keys_refused(&[(
        r#""vendor":"\ud800""#,
        "vendor",
        "expected Unicode text, found an escape that is half a surrogate pair",
    )]);
}

#[test]
fn a_request_is_an_object() {
    for (text, found) in [("[]", "a list"), ("null", "null"), ("\"{}\"", "\"{}\""), ("12", "12")] {
        let message = format!("expected a request object, found {found}");
        assert_refused([(text.to_owned(), "", &*message)]);
    }
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_first() {
    let error = check(&request(r#""filter":{}"#)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (FetchErrorKind::Unknown, "filter"));
    assert!(
        error.message().starts_with(r#"unknown key of a request: "filter"; expected filters, "#),
        "{}",
        error.message()
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_wherever_it_is() {
    let twice = "the key stands twice in its object";
    assert_keys_refused(&[
        (r#""limit":1,"limit":1"#, "limit", twice),
        (r#""limit":1,"l\u0069mit":1"#, "limit", twice),
        (r#""vendor":null,"vendor":null"#, "vendor", twice),
        (r#""filters":{"type":"true","type":"true"}"#, "filters.type", twice),
        (r#""order_by":[{"field":"count","field":"sum"}]"#, "order_by[0].field", twice),
    ]);
    assert_refused([(r#"{"interval":{"start":0,"end":1,"end":1}}"#.to_owned(), "interval.end", twice)]);
}

#[test]
fn long_names_are_shortened_in_errors() {
    let name = "x".repeat(1 << 20);
    let error = check(&request(&format!(r#""{name}":1,"vendor":"{name}""#))).unwrap_err();
    assert!(error.to_string().len() < 500, "{}", error.to_string().len());
    let error = check(&request(&format!(r#""limit":"{name}""#))).unwrap_err();
    assert!(error.to_string().len() < 500, "{}", error.to_string().len());
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let text = br#"{"organization_id":"a","granularity":"all","interval":{"start":0,"end":1}}"#;
    let marked = [b"\xef\xbb\xbf", &text[..]].concat();
    assert_eq!(
        Fetch::from_json(marked, &FetchContext::new()).unwrap(),
        Fetch::from_json(text, &FetchContext::new()).unwrap()
    );
}
