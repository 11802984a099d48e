//! What is answered, and how.

use crate::client::{COUNT, FETCH, STORE, Service, event};
use gristmill::request::{Fetch, FetchContext};
use gristmill::{Options, Timestamp};
use std::io::Read;

#[test]
fn answers_have_the_bytes_of_the_library() {
    let events = [event("a"), event("b")].join("\n");
    let store = Options::new().background(false).open_in_memory().unwrap();
    let batch = gristmill::event::Batch::from_json(
        events.as_bytes(),
        gristmill::event::Source::Untrusted,
        Timestamp(0),
    );
    store.append(batch.unwrap().batch).unwrap();
    let query =
        r#"{"granularity":"day","group_by":["label"],"interval":{"start":"2024-01-01","end":"2024-01-03"}}"#;
    let fetch = Fetch::from_json(query, &FetchContext::for_organization("acme")).unwrap();
    let expected = store.fetch(&fetch).unwrap();

    let service = Service::new(|_| {});
    service.post(STORE, &events).is(200, r#"{"stored":2}"#);
    for path in ["/api/events/v1/orgs/acme/fetch", "/api/events/v2/orgs/acme/fetch/"] {
        for method in ["GET", "POST"] {
            let answer = service.ask(method, path, "", query);
            assert_eq!(String::from_utf8(answer.is(200, "").body.clone()).unwrap(), expected.to_json());
        }
    }
    let csv = service.ask("POST", FETCH, "accept: text/csv\r\n", query);
    assert_eq!(csv.body, expected.to_csv().into_bytes());
    let zipped = service.ask("POST", FETCH, "accept-encoding: gzip\r\n", query);
    assert!(zipped.head.contains("content-encoding: gzip"), "{}", zipped.head);
}

#[test]
fn methods_that_are_not_taken_are_told_which_are() {
    let service = Service::new(|_| {});
    let refused = service.ask("PUT", FETCH, "", COUNT);
    refused.is(405, "method_not_allowed");
    assert!(refused.head.contains("allow: get,head,post"), "{}", refused.head);
    let options = service.ask("OPTIONS", STORE, "", "");
    assert!(options.head.contains("allow: post"), "{}", options.head);
    let head = service.ask("HEAD", "/livez", "", "");
    assert!(head.status == 200 && head.body.is_empty());
    service.get("/nowhere").is(404, "not_found");
}

#[test]
fn pages_of_named_origins_may_call() {
    let service = Service::new(|_| {});
    let asked = |origin: &str| {
        let headers = format!("origin: {origin}\r\naccess-control-request-method: POST\r\n");
        service.ask("OPTIONS", STORE, &headers, "").head
    };
    let allowed = asked("https://shop.example");
    assert!(allowed.contains("access-control-allow-origin: https://shop.example"), "{allowed}");
    assert!(allowed.contains("authorization") && allowed.contains("idempotency-key"), "{allowed}");
    assert!(!asked("https://other.example").contains("access-control-allow-origin"));
}

#[test]
fn errors_name_the_place_and_nothing_of_the_inside() {
    let service = Service::new(|_| {});
    let wrong = service.post(FETCH, r#"{"granularity":"day","interval":{"start":"2024","end":"x"}}"#);
    wrong.is(400, r#""code":"bad_query""#).is(400, r#""path":"interval."#);
    assert!(wrong.head.contains("x-content-type-options: nosniff"), "{}", wrong.head);
    service.post(FETCH, r#"{"organization_id":"other"}"#).is(400, r#""path":"#);
    service.post(STORE, r#"{"vendor":1}"#).is(400, "bad_event");
    service.get("/api/events/v2/orgs/%ff/fetch").is(400, "bad_request");
}

#[test]
fn a_user_is_asked_about_in_an_organization() {
    let service = Service::new(|_| {});
    let of_user = event("a").replacen('{', r#"{"user_id":"u 1","#, 1);
    service.post(STORE, format!("{of_user}{}", event("b"))).is(200, r#"{"stored":2}"#);
    let query = COUNT.replacen('{', r#"{"organization_id":"acme","#, 1);
    service.post("/api/events/v2/users/u%201/fetch", &query).is(200, r#"Z",1]]"#);
    service.post("/api/events/v2/users/u%201/fetch", COUNT).is(400, "organization_id");
}

#[test]
fn a_deletion_is_counted_done_and_seen() {
    let service = Service::new(|_| {});
    service.post(STORE, format!("{}{}", event("a"), event("b"))).is(200, "");
    let path = "/api/events/v2/orgs/acme/delete";
    let deletion = r#"{"filters":{"type":"selector","dimension":"label","value":"a"}}"#;
    service.post(&format!("{path}?dry_run=true"), deletion).is(200, r#"{"would_delete":1}"#);
    assert_eq!(service.count(), 2);
    service.post(&format!("{path}?purge=true"), deletion).is(200, r#""deleted":1"#);
    assert_eq!(service.count(), 1);
    service.post(path, "{}").is(400, "filters");
    service.post(&format!("{path}?purge=perhaps"), deletion).is(400, "bad_request");
}

#[test]
fn the_log_has_a_line_a_request_and_nobodys_name() {
    let service = Service::new(|_| {});
    service.ask(
        "POST",
        "/api/events/v2/users/somebody/fetch?secret=1",
        "authorization: Bearer s3cret\r\n",
        "{}",
    );
    while !service.log.text().contains("/users/") {
        std::thread::yield_now();
    }
    let log = service.log.text();
    let line = log.lines().last().unwrap();
    assert!(line.contains(" POST /api/events/v2/users/{user}/fetch status=400 ms="), "{log}");
    assert!(line.contains(" in=2 out=") && !log.contains("somebody") && !log.contains("secret"), "{log}");
}

#[test]
fn a_compressed_body_is_taken_by_either_side() {
    let service = Service::new(|_| {});
    let mut zipped = Vec::new();
    let text = event("a");
    flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast())
        .read_to_end(&mut zipped)
        .unwrap();
    service.ask("POST", STORE, "content-encoding: gzip\r\n", &zipped).is(200, r#"{"stored":1}"#);
    service.post(STORE, &zipped).is(200, r#"{"stored":1}"#);
    service.ask("POST", STORE, "content-encoding: br\r\n", &zipped).is(415, "unsupported_encoding");
}
