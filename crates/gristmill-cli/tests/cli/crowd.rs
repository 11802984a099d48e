//! One client with many requests takes nothing from others.

use crate::authorization::create;
use crate::harness::{Bench, event};
use crate::served::Served;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[test]
fn a_client_with_too_many_requests_is_told_and_others_are_not() {
    let bench = Bench::new();
    let busy = create(&bench, &["--org", "acme", "--right", "store"]);
    let other = create(&bench, &["--org", "acme", "--right", "store"]);
    let served = Served::start(&bench, &["--client-requests", "1", "--open-org", "acme"]);
    let store =
        |headers: &[(&str, &str)]| served.ask("POST", "/events/v2/store/external", headers, &event(&[]));
    // A request whose body does not end yet.
    let mut slow = TcpStream::connect(&served.address).unwrap();
    let body = event(&[]);
    let head = format!(
        "POST /events/v2/store/external HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: {busy}\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    // The service asks for the body of a request that it has begun with.
    let mut begun = [0; 25];
    slow.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100 Continue\r\n\r\n");
    let refused = store(&[("Authorization", &busy)]);
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.body.contains("too_many_requests"), "{refused:?}");
    assert!(
        refused.head.iter().any(|line| line.to_ascii_lowercase().starts_with("retry-after: ")),
        "{refused:?}"
    );
    assert_eq!(store(&[("Authorization", &other)]).status, 200);
    assert_eq!(store(&[]).status, 200);
    slow.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(store(&[("Authorization", &busy)]).status, 200);
}
