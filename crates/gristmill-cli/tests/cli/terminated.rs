//! SIGTERM while the service works.

use crate::harness::{Bench, event};
use crate::served::{Answer, Served};
use std::io::{Read, Write};
use std::thread;

const STORE: &str = "/events/v2/store/external";

/// Threads that store events.
const CLIENTS: u64 = 4;

/// Stores one event after the other until that is refused, and says how many were acknowledged, and how many may be stored
/// all the same.
fn store_until_the_end(served: &Served) -> (u64, u64) {
    let mut acknowledged = 0;
    loop {
        match served.try_ask("POST", STORE, &[], &event(&[])).map(|answer| answer.status) {
            Some(200) => acknowledged += 1,
            Some(status) => {
                assert_eq!(status, 503);
                return (acknowledged, 0);
            }
            None => return (acknowledged, 1),
        }
    }
}

#[test]
fn what_is_under_way_is_finished_and_nothing_acknowledged_is_lost() {
    let bench = Bench::new();
    let served = Served::start(&bench, &[]);
    let mut connection = served.connect().unwrap();
    let event = event(&[]);
    let (first, second) = event.split_at(20);
    let length = event.len();
    write!(
        connection,
        "POST {STORE} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    let mut head = [0; 25];
    connection.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection.write_all(first.as_bytes()).unwrap();

    let (acknowledged, in_doubt) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| store_until_the_end(&served))).collect();
        while bench.count("store") < 20 {
            thread::yield_now();
        }
        served.signal("TERM");
        while served.try_ask("GET", "/readyz", &[], "").is_some_and(|answer| answer.status != 503) {
            thread::yield_now();
        }
        let counts = clients.into_iter().map(|client| client.join().unwrap());
        counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    });
    connection.write_all(second.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let answer = Answer::of(&answer).unwrap();
    assert_eq!((answer.status, &*answer.body), (200, r#"{"stored":1}"#));

    let (code, said) = served.ended();
    assert_eq!(code, Some(0), "{said:#?}");
    // The log is whole, and its last line that of what was finished last.
    let logged = said.iter().filter(|line| line.contains(&format!("POST {STORE} status=200"))).count();
    assert_eq!(logged as u64, acknowledged + 1);
    assert!(said[said.len() - 2].contains(&format!("POST {STORE} status=200")), "{said:#?}");
    assert_eq!(said[said.len() - 1], "ended: everything acknowledged is stored");
    let stored = bench.count("store");
    assert!(
        (acknowledged + 1..=acknowledged + 1 + in_doubt).contains(&stored),
        "{stored} events are stored, {} acknowledged and {in_doubt} in doubt",
        acknowledged + 1
    );
}
