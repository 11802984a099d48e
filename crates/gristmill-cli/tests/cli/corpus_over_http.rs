//! The cases of `tests/corpus` over HTTP: events go in by the endpoints of their sources, and answers have the bytes of the
//! library.

use crate::harness::Bench;
use crate::served::Served;
use gristmill_testkit::corpus::{self, EventSet, Question};
use gristmill_testkit::runner::{Refusal, Runner, Store};
use serde_json::Value;
use std::fmt::Write as _;

/// What the corpus asks beyond the limits that a service has by itself.
const WIDE: [&str; 6] = [
    "--group-by=100",
    "--filters=10000",
    "--filter-levels=100",
    "--json-levels=256",
    "--filter-values=100000",
    "--regex-bytes=8KiB",
];

#[derive(Debug)]
struct HttpRunner;

struct Service {
    served: Served,
    _bench: Bench,
}

impl Runner for HttpRunner {
    fn name(&self) -> String {
        "service".to_owned()
    }

    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        let bench = Bench::new();
        let service = Service { served: Served::start(&bench, &WIDE), _bench: bench };
        let lines: Vec<_> =
            events.events.iter().map(|event| event.source).zip(events.lines.lines()).collect();
        // In their order, which breaks ties.
        for lines in lines.chunk_by(|(before, _), (source, _)| before == source) {
            let path = format!("/events/v2/store/{}", lines[0].0.name());
            let body: String = lines.iter().flat_map(|(_, line)| [line, "\n"]).collect();
            let answer = service.served.ask("POST", &path, &[], &body);
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        Box::new(service)
    }
}

impl Store for Service {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        let named = || {
            Some(serde_json::from_str::<Value>(&question.text).ok()?["organization_id"].as_str()?.to_owned())
        };
        let path = match question.organization.clone().or_else(named) {
            Some(organization) => format!("/api/events/v2/orgs/{}/fetch", encoded(&organization)),
            // A query about a user must name it, and is refused by the same rule where it does not.
            None => "/api/events/v2/users/u/fetch".to_owned(),
        };
        let answer = self.served.ask("POST", &path, &[], &question.text);
        if answer.status == 200 {
            return Ok(answer.body);
        }
        let error: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |key: &str| error["error"][key].as_str().unwrap_or_default().to_owned();
        Err(Refusal { path: Some(text("path")), message: text("message") })
    }
}

/// A text as a part of a path.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut path, byte| {
        write!(path, "%{byte:02X}").unwrap();
        path
    })
}

#[test]
fn the_service() {
    let wrong = corpus::check(&HttpRunner, &corpus::all().unwrap());
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}
