//! Clients that are slow, and fetches that nobody waits for any more.

use crate::client::{COUNT, FETCH, STORE, Service, event, rest};
use crate::gate::GatedDir;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_head_that_does_not_come_ends_its_connection() {
    let service = Service::new(|limits| limits.header_time = SHORT);
    assert!(service.raw("").starts_with(b"HTTP/1.1 408 "));
    assert!(service.raw("GET /livez HTTP/1.1\r\nhost:").starts_with(b"HTTP/1.1 408 "));
}

#[test]
fn an_idle_connection_ends_without_a_word() {
    let service = Service::new(|limits| limits.idle_time = SHORT);
    let told = String::from_utf8(service.raw("GET /livez HTTP/1.1\r\nhost: a\r\n\r\n")).unwrap();
    assert!(told.starts_with("HTTP/1.1 200 ") && told.ends_with("alive\n"), "{told}");
}

#[test]
fn a_body_that_does_not_come_ends_its_connection() {
    let service = Service::new(|limits| limits.body_time = SHORT);
    let head = format!("POST {STORE} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n123");
    let told = String::from_utf8(service.raw(head)).unwrap();
    assert!(told.starts_with("HTTP/1.1 408 ") && told.contains("connection: close"), "{told}");
}

#[test]
fn a_fetch_that_nobody_waits_for_is_stopped_and_holds_its_turn_until_then() {
    let dir = Arc::new(GatedDir::default());
    let gated = Arc::clone(&dir);
    let service = Service::over(
        |limits| (limits.fetches, limits.fetch_queue) = (1, 0),
        move |options| {
            let store = options.clone().open_dir(Arc::<GatedDir>::clone(&gated))?;
            let batch = gristmill::event::Batch::from_json(
                event("a").as_bytes(),
                gristmill::event::Source::Untrusted,
                gristmill::Timestamp(0),
            )?;
            store.append(batch.batch)?;
            store.seal()?;
            store.close()?;
            options.open_dir(gated)
        },
    );
    dir.shut();
    let query = COUNT.replace("\"count\"", "\"sum\"");
    let mut stream = service.connect();
    let length = query.len();
    write!(stream, "POST {FETCH} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n{query}").unwrap();
    dir.wait_until_knocked();
    let refused = service.post(FETCH, COUNT);
    refused.is(503, "unavailable");
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
    drop(stream);
    while !service.log.text().contains("/fetch status=0 ") {
        std::thread::yield_now();
    }
    service.post(FETCH, COUNT).is(503, "unavailable");
    dir.open();
    while service.post(FETCH, COUNT).status == 503 {
        std::thread::yield_now();
    }
    assert_eq!(service.count(), 1);
}

#[test]
fn a_client_that_takes_nothing_is_cut_off() {
    let service = Service::new(|limits| limits.write_time = SHORT);
    service.post(STORE, event("a")).is(200, "");
    let query = COUNT.replace("all", "hour");
    let request =
        format!("POST {FETCH} HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{query}", query.len());
    let mut stream = service.connect();
    stream.write_all(request.as_bytes()).unwrap();
    // Its answer has some 30 MB, more than sockets hold. The line is written when the answer is given up.
    while !service.log.text().contains("/fetch status=200 ") {
        std::thread::yield_now();
    }
    let told = rest(&mut stream);
    assert!(told.starts_with(b"HTTP/1.1 200 ") && !told.ends_with(b"]]}"), "{} bytes", told.len());
}
