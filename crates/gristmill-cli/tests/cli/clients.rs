//! Clients as others write them, against the real binary: `tests/clients`.
//!
//! What needs Python with `requests`, Node or curl says "skipped" where there is none; where `GRISTMILL_REQUIRE_CLIENTS` is
//! set, that is an error. `GRISTMILL_CLIENT_DOCUMENT` names a text with the examples that the original service gives to its
//! clients; they are run as they stand there, but for the host and the organization. Without it they are skipped.

use crate::harness::{Bench, repository};
use crate::served::Served;
use std::env;
use std::fs;
use std::process::{Command, Stdio};

/// A program that runs a client, and how to see that it is there.
struct Runner {
    program: &'static str,
    probe: &'static [&'static str],
}

const PYTHON: Runner = Runner { program: "python3", probe: &["-c", "import requests"] };
const NODE: Runner = Runner { program: "node", probe: &["--eval", "fetch"] };
const CURL: Runner = Runner { program: "curl", probe: &["--version"] };

impl Runner {
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn is_there(&self) -> bool {
        let probed = Command::new(self.program).args(self.probe).output();
        let there = probed.is_ok_and(|output| output.status.success());
        let Self { program, probe } = self;
        assert!(
            there || env::var_os("GRISTMILL_REQUIRE_CLIENTS").is_none(),
            "GRISTMILL_REQUIRE_CLIENTS is set, but `{program} {}` fails",
            probe.join(" ")
        );
        if !there {
            println!("skipped: `{program} {}` fails", probe.join(" "));
        }
        there
    }

    /// What a client prints. It must end well.
    fn run(&self, arguments: &[&str]) -> String {
        // A proxy is for other hosts.
        let mut command = Command::new(self.program);
        command.args(arguments).env("NO_PROXY", "127.0.0.1").stdin(Stdio::null());
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}:\n{told}{errors}", self.program);
        told
    }
}

fn script(name: &str) -> String {
    repository().join("tests/clients").join(name).display().to_string()
}

/// A service without tokens.
fn open() -> (Bench, Served) {
    let bench = Bench::new();
    let served = Served::start(&bench, &[]);
    (bench, served)
}

#[test]
fn python_requests_stores_and_fetches() {
    if PYTHON.is_there() {
        let (_bench, served) = open();
        let told = PYTHON.run(&[&script("client.py"), &served.url(), "acme"]);
        assert!(told.contains("ok: what is wrong with it"), "{told}");
    }
}

#[test]
fn fetch_of_node_stores_and_fetches() {
    if NODE.is_there() {
        let (_bench, served) = open();
        let told = NODE.run(&[&script("client.mjs"), &served.url(), "acme"]);
        assert!(told.contains("ok: GET with a body"), "{told}");
    }
}

#[test]
fn clients_with_a_key_store_and_fetch() {
    if !PYTHON.is_there() || !NODE.is_there() {
        return;
    }
    let bench = Bench::new();
    let flags = ["--org", "acme", "--right", "store", "--right", "fetch"];
    let run = bench.run([&["token", "create", "--store", "store"][..], &flags].concat()).succeeded();
    let key = run.stdout.trim_end();
    let served = Served::start(&bench, &[]);
    PYTHON.run(&[&script("client.py"), &served.url(), "acme", key]);
    NODE.run(&[&script("client.mjs"), &served.url(), "acme", key]);
}

#[test]
fn pages_of_an_allowed_origin_are_told_so_and_others_are_not() {
    if PYTHON.is_there() {
        let bench = Bench::new();
        let origin = "https://shop.example";
        let served = Served::start(&bench, &["--cors", origin]);
        let told = PYTHON.run(&[&script("cors.py"), &served.url(), origin]);
        assert!(told.contains("ok: an answer to another origin"), "{told}");
    }
}

#[test]
fn curl_asks_with_get_and_a_body() {
    if !CURL.is_there() {
        return;
    }
    let (bench, served) = open();
    bench.write("event.json", crate::harness::event(&[]));
    let store = format!("{}/events/v2/store/trusted", served.url());
    let event = format!("@{}", bench.path("event.json").display());
    assert_eq!(CURL.run(&["-sS", "--fail", "--json", &event, &store]).trim(), r#"{"stored":1}"#);
    let query = r#"{"granularity":"all","aggregations":["count"],"interval":{"start":"2021-10-31","end":"2021-11-01"}}"#;
    let fetch = format!("{}/api/events/v2/orgs/acme/fetch", served.url());
    let ask = |method| CURL.run(&["-sS", "--fail", "-X", method, "--json", query, &fetch]);
    let got = ask("GET");
    assert!(got.contains(r#"["2021-10-31T00:00:00.000Z",1]"#), "{got}");
    assert_eq!(got, ask("POST"));
}

/// The part of a text between two, both included.
fn between<'t>(text: &'t str, first: &str, last: &str) -> &'t str {
    let begin = text.find(first).unwrap();
    let length = text[begin..].find(last).unwrap();
    &text[begin..begin + length + last.len()]
}

/// The examples of the document: Python that stores, JavaScript that stores, JavaScript that fetches.
fn examples(document: &str, url: &str) -> [String; 3] {
    let done = "console.log(\"Request complete. Return Value: \", result))";
    let store = between(document, "const GIOSG_SERVICE_URL", done);
    let rest = document.split_once(store).unwrap().1;
    let python = between(document, "import requests", "\nsend_event_to_generic_reporting(event)");
    [python, store, between(rest, "const GIOSG_SERVICE_URL", done)].map(|example| {
        example
            .replace("https://api.giosg.com", url)
            .replace("https://service.giosg.com", url)
            .replace("<organization_id>", "acme")
            .replace("<your_organization_uuid>", "acme")
    })
}

#[test]
fn the_examples_of_the_original_service_run_as_they_stand() {
    let Some(file) = env::var_os("GRISTMILL_CLIENT_DOCUMENT") else {
        println!("skipped: GRISTMILL_CLIENT_DOCUMENT names no document");
        return;
    };
    if !PYTHON.is_there() || !NODE.is_there() {
        return;
    }
    let document = fs::read_to_string(file).unwrap();
    let (bench, served) = open();
    let [python, store, fetch] = examples(&document, &served.url());
    let write = |name: &str, text: &str| {
        bench.write(name, text);
        bench.path(name).display().to_string()
    };

    PYTHON.run(&[&write("store.py", &python)]);
    let told = NODE.run(&[&write("store.mjs", &store)]);
    assert!(told.contains("status: 200"), "{told}");
    // Node itself refuses GET with a body, as the standard of fetch says.
    let as_it_stands = Command::new("node").arg(write("get.mjs", &fetch)).output().unwrap();
    assert!(String::from_utf8_lossy(&as_it_stands.stderr).contains("GET/HEAD method cannot have body"));
    let told = NODE.run(&[&write("post.mjs", &fetch.replace("\"GET\"", "\"POST\""))]);
    assert!(told.contains("status: 200"), "{told}");

    // Both events are there, with the time of their arrival.
    let query = r#"{"granularity":"all","group_by":["vendor","source"],"aggregations":["count","sum"],
        "interval":{"start":"2000-01-01","end":"2100-01-01"}}"#;
    let answer = served.ask("GET", "/api/events/v2/orgs/acme/fetch", &[], query);
    let expected = r#"["2000-01-01T00:00:00.000Z","com.company.system","untrusted",2,2.0]"#;
    assert!(answer.body.contains(expected), "{answer:?}");
    // The query of the example, as its first words have it: GET with a body.
    let body = between(&fetch, "const json = {", "\n    }\n").trim_start_matches("const json = ");
    let body = body.replace(": organization_id,", ": \"acme\",");
    let answer = served.ask("GET", "/api/events/v2/orgs/acme/fetch", &[], &body);
    assert!(answer.body.contains(r#"["2021-11-26T00:00:00.000+02:00",0,0.0,null,null,null]"#), "{answer:?}");
}
