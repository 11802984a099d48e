//! The end of a service.

use crate::client::{STORE, Service, answer, event, rest};
use gristmill::Options;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn what_is_under_way_is_finished_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let service = Service::over(|_| {}, |options| options.open(path));
    let mut stream = service.connect();
    let event = event("a");
    let (first, second) = event.split_at(20);
    write!(stream, "POST {STORE} HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{first}", event.len())
        .unwrap();
    // The request is being read once the connection is; one that was not begun is not under way.
    std::thread::sleep(Duration::from_millis(100));
    service.handle.stop();
    let address = service.address;
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(second.as_bytes()).unwrap();
    answer(&rest(&mut stream)).is(200, r#"{"stored":1}"#);
    service.ended().unwrap();
    let reader = Options::new().open_reader(folder.path()).unwrap();
    assert_eq!(reader.snapshot().events(), 1);
}

#[test]
fn what_does_not_end_is_dropped_after_a_time() {
    let service = Service::new(|limits| limits.drain_time = Duration::from_millis(50));
    let mut stream = service.connect();
    write!(stream, "POST {STORE} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n1").unwrap();
    service.handle.stop();
    service.ended().unwrap();
    assert!(rest(&mut stream).is_empty());
}

#[test]
fn the_log_is_whole_when_the_service_has_ended() {
    let service = Service::new(|_| {});
    let log = service.log.clone();
    log.hold(Duration::from_millis(200));
    (0..10).for_each(|_| assert_eq!(service.get("/livez").status, 200));
    service.handle.stop();
    service.ended().unwrap();
    assert_eq!(log.text().matches("GET /livez status=200").count(), 10);
}
