//! Bodies over a limit, and batches that are sent twice.

use crate::client::{COUNT, FETCH, STORE, Service, event};
use std::io::Read;

#[test]
fn what_is_too_large_is_refused_as_a_whole() {
    let service = Service::new(|limits| {
        limits.body_bytes = 1000;
        limits.decompressed_bytes = 1000;
        limits.batch_events = 3;
        limits.query_bytes = 200;
        limits.string_bytes = 50;
    });
    service.post(STORE, event("a").repeat(4)).is(413, "3 events");
    service.post(STORE, " ".repeat(1001)).is(413, "1000 bytes");
    let chunked = format!("POST {STORE} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    let body = format!("3e9\r\n{}\r\n0\r\n\r\n", " ".repeat(1001));
    crate::client::answer(&service.raw(format!("{chunked}{body}"))).is(413, "1000 bytes");
    let mut zipped = Vec::new();
    let text = " ".repeat(100_000);
    flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::best())
        .read_to_end(&mut zipped)
        .unwrap();
    assert!(zipped.len() < 1000);
    service.post(STORE, &zipped).is(413, "once decompressed");
    service.post(STORE, event(&"a".repeat(51))).is(400, "50");
    service.post(FETCH, format!("{COUNT}{}", " ".repeat(200))).is(413, "200 bytes");
    assert_eq!(service.count(), 0);
}

#[test]
fn bodies_share_the_memory_for_them() {
    let service = Service::new(|limits| limits.queued_bytes = 2048);
    let refused = service.post(STORE, " ".repeat(4000));
    refused.is(503, "unavailable");
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
    service.post(STORE, event("a")).is(200, "");
}

#[test]
fn an_answer_over_a_budget_is_an_error() {
    let service = Service::new(|limits| {
        limits.answer_bytes = 200;
        limits.fetch_groups = 20;
    });
    service.post(STORE, event("a")).is(200, "");
    let daily = COUNT.replace("all", "day").replace("2000-01-01", "2023-12-30");
    service.post(FETCH, daily.replace("2100", "2025")).is(422, "too_many_groups");
    service.post(FETCH, daily.replace("2100-01-01", "2024-01-10")).is(422, "answer_too_large");
}

#[test]
fn a_named_batch_is_stored_once() {
    let service = Service::new(|_| {});
    for _ in 0..2 {
        service.ask("POST", STORE, "idempotency-key: k\r\n", event("a")).is(200, r#"{"stored":1}"#);
    }
    assert_eq!(service.count(), 1);
    service.ask("POST", STORE, "idempotency-key: l\r\n", event("a")).is(200, r#"{"stored":1}"#);
    let other = event("a").replace("acme", "other");
    service.ask("POST", STORE, "idempotency-key: k\r\n", other).is(200, r#"{"stored":1}"#);
    let query = COUNT.replace('\n', " ");
    service.post("/api/events/v2/orgs/other/fetch", query).is(200, r#"Z",1]]"#);
    assert_eq!(service.count(), 2);
    let long = format!("idempotency-key: {}\r\n", "k".repeat(257));
    service.ask("POST", STORE, &long, event("a")).is(400, "Idempotency-Key");
}

#[test]
fn a_query_over_a_limit_is_told_its_place() {
    let service = Service::new(|limits| {
        limits.json_levels = 5;
        limits.filters = 3;
        limits.filter_levels = 2;
        limits.filter_values = 2;
        limits.group_by = 1;
        limits.aggregations = 1;
        limits.regex_bytes = 2;
    });
    let leaf = |test: &str| format!(r#"{{"dimension":"label",{test}}}"#);
    let not = |filter: &str| format!(r#"{{"type":"not","field":{filter}}}"#);
    let of =
        |kind: &str, fields: &[String]| format!(r#"{{"type":"{kind}","fields":[{}]}}"#, fields.join(","));
    let values = leaf(r#""type":"in","values":["a","b"]"#);
    let filters = [
        (
            of("and", &[values.clone(), values.clone()]),
            of("or", &vec![values.clone(); 3]),
            "filters.fields[2]",
        ),
        (not(&values), not(&not(&values)), "filters.field.field"),
        (values.clone(), values.replace(r#""b""#, r#""b","c""#), "filters.values"),
        (
            leaf(r#""type":"regex","pattern":"ab""#),
            leaf(r#""type":"regex","pattern":"abc""#),
            "filters.pattern",
        ),
    ];
    let keys = |keys: &str| COUNT.replacen('{', &format!("{{{keys},"), 1);
    for (within, beyond, path) in filters {
        service.post(FETCH, keys(&format!(r#""filters":{within}"#))).is(200, "");
        let refused = service.post(FETCH, keys(&format!(r#""filters":{beyond}"#)));
        refused.is(422, "query_too_large").is(422, &format!(r#""path":"{path}""#));
        let deletion = format!(r#"{{"filters":{beyond}}}"#);
        service.post("/api/events/v2/orgs/acme/delete", deletion).is(422, "query_too_large");
    }
    let groups = |names: &str| keys(&format!(r#""group_by":[{names}]"#));
    service.post(FETCH, groups(r#""label""#)).is(200, "");
    service.post(FETCH, groups(r#""label","action""#)).is(422, r#""path":"group_by""#);
    let figures = COUNT.replace(r#""count""#, r#""count","sum""#);
    service.post(FETCH, figures).is(422, r#""path":"aggregations""#);
    service.post(FETCH, keys(r#""vendor":[[[[[1]]]]]"#)).is(422, "5 levels");
}

#[test]
fn fetches_share_the_memory_for_them() {
    let service = Service::new(|limits| limits.all_fetches_bytes = 0);
    service.post(STORE, event("a")).is(200, "");
    let refused = service.post(FETCH, COUNT.replacen('{', r#"{"group_by":["label"],"#, 1));
    refused.is(503, "all fetches together");
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
}
