//! Messages that readers of the same bytes may understand differently are refused, and nothing behind them is a request.

use crate::client::{STORE, Service, event, rest};
use std::io::Write;

#[test]
fn a_body_of_two_lengths_is_refused() {
    let service = Service::new(|_| {});
    let smuggled = "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
    for headers in [
        "content-length: 4\r\ncontent-length: 4",
        "content-length: 4\r\ncontent-length: 5",
        "content-length: 4\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 4",
        "transfer-encoding: gzip, chunked",
        "content-length: +4",
    ] {
        let request = format!("POST {STORE} HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n0\r\n\r\n{smuggled}");
        let told = String::from_utf8(service.raw(request)).unwrap();
        assert!(told.starts_with("HTTP/1.1 400 "), "{headers}: {told}");
        assert_eq!(told.matches("HTTP/1.1").count(), 1, "{headers}: {told}");
    }
    for wrong in ["GET /livez HTTP/1.1\nhost: a\n\n", "x\r\n\r\n", "GET /livez HTTP/1.1\r\nhost : a\r\n\r\n"]
    {
        let told = String::from_utf8(service.raw(wrong)).unwrap();
        assert!(
            told.starts_with("HTTP/1.1 400 ") && told.matches("HTTP/1.1").count() == 1,
            "{wrong:?}: {told}"
        );
    }
}

#[test]
fn nothing_behind_chunks_is_a_request() {
    let service = Service::new(|_| {});
    let event = event("a");
    let request = format!(
        "POST {STORE} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{event}\r\n0\r\n\r\n\
         GET /livez HTTP/1.1\r\nhost: a\r\n\r\n",
        event.len()
    );
    let told = String::from_utf8(service.raw(request)).unwrap();
    assert!(told.starts_with("HTTP/1.1 200 ") && told.matches("HTTP/1.1").count() == 1, "{told}");
    let bad = format!("POST {STORE} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    let told = String::from_utf8(service.raw(bad)).unwrap();
    assert!(told.starts_with("HTTP/1.1 400 "), "{told}");
}

#[test]
fn requests_that_follow_each_other_are_answered_in_order() {
    let service = Service::new(|_| {});
    let mut stream = service.connect();
    let event = event("a");
    let store = format!("POST {STORE} HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{event}", event.len());
    let last = "GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(format!("{store}\r\n{store}{last}").as_bytes()).unwrap();
    let told = String::from_utf8(rest(&mut stream)).unwrap();
    let statuses: Vec<&str> = told.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "200", "404"], "{told}");
    assert_eq!(service.count(), 2);
}
