//! Whatever the bytes are, there is a checked fetch or an error.

use super::request;
use crate::request::{Fetch, FetchContext};
use proptest::prelude::*;

/// Words that lead deep into the checks.
const WORDS: [&str; 46] = [
    "interval",
    "start",
    "end",
    "time_zone",
    "granularity",
    "group_by",
    "organization_id",
    "aggregations",
    "filters",
    "order_by",
    "limit",
    "type",
    "dimension",
    "column",
    "value",
    "values",
    "field",
    "fields",
    "lower",
    "upper",
    "ordering",
    "pattern",
    "escape",
    "query",
    "intervals",
    "dimensions",
    "timestamp",
    "label",
    "event_version",
    "selector",
    "in",
    "and",
    "not",
    "bound",
    "like",
    "regex",
    "search",
    "interval",
    "2021-11-26/2021-11-27",
    "numeric",
    "period",
    "duration",
    "origin",
    "timeZone",
    "P1D",
    "PT0.5S",
];

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|boolean| boolean.to_string()),
        any::<i64>().prop_map(|integer| integer.to_string()),
        "-?[0-9]{1,3}(\\.[0-9]{1,3})?(e[+-]?[0-9]{1,4})?"
            .prop_filter("leading zero", |text| { serde_json::from_str::<serde_json::Value>(text).is_ok() }),
        prop::sample::select(&WORDS[..]).prop_map(|word| format!("{word:?}")),
        ".{0,8}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ]
}

fn json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(5, 48, 6, |inner| {
        let key = prop::sample::select(&WORDS[..]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map(key, inner, 0..6).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

/// A filter of a known type with keys that are often its own.
fn filter() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(
        &[
            "selector", "in", "equals", "null", "bound", "range", "like", "regex", "search", "interval",
            "and", "not",
        ][..],
    );
    let column = prop::sample::select(&["label", "event_version", "properties", "value", "timestamp"][..]);
    let key = prop::sample::select(
        &[
            "value",
            "values",
            "matchValue",
            "lower",
            "upper",
            "ordering",
            "pattern",
            "escape",
            "query",
            "intervals",
            "field",
            "fields",
        ][..],
    );
    (kind, column, key, json()).prop_map(|(kind, column, key, json)| {
        format!(r#"{{"type":"{kind}","dimension":"{column}","{key}":{json}}}"#)
    })
}

/// A granularity of a known type with keys that are often its own.
fn granularity() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(&["period", "duration", "all"][..]);
    let key = prop::sample::select(&["origin", "timeZone", "type"][..]);
    let period = prop_oneof![
        "P([0-9]{0,2}[YMWD]){0,2}(T[0-9]{0,2}[HM])?",
        "PT[0-9]{1,25}(\\.[0-9]{0,5})?S",
        "-?P?[0-9YMWD]{0,6}(T[0-9HMS.]{0,8})?",
        ".{0,8}"
    ];
    let period = period.prop_map(|text| serde_json::to_string(&text).unwrap());
    (kind, period, scalar(), key, json()).prop_map(|(kind, period, duration, key, json)| {
        let length = if kind == "period" {
            format!(r#""period":{period}"#)
        } else {
            format!(r#""duration":{duration}"#)
        };
        format!(r#"{{"type":"{kind}",{length},"{key}":{json}}}"#)
    })
}

fn check(bytes: &[u8]) {
    if let Err(error) = Fetch::from_json(bytes, &FetchContext::new()) {
        assert!(!error.message().is_empty());
    }
}

proptest! {
    #[test]
    fn on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn on_json(text in json()) {
        check(text.as_bytes());
    }

    #[test]
    fn on_filters(text in filter()) {
        check(request(&format!(r#""filters":{text}"#)).as_bytes());
    }

    #[test]
    fn on_granularities(text in granularity()) {
        let interval = r#"{"start":0,"end":1}"#;
        check(format!(r#"{{"organization_id":"org","interval":{interval},"granularity":{text}}}"#).as_bytes());
    }

    #[test]
    fn on_requests_with_a_wound(text in filter(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = request(&format!(r#""filters":{text},"order_by":["count"],"limit":3"#)).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        check(&bytes);
    }
}
