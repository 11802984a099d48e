//! Who may do what: a table of requests and callers, asked of the real binary over sockets.

use crate::harness::{Bench, event};
use crate::served::{Answer, Served};
use std::io::{BufRead as _, BufReader};

/// The organization that tokens are for, another one that has events, and one that nobody has heard of. Their names
/// are of one length.
const OWN: &str = "acme";
const OTHER: &str = "umbr";
const NOWHERE: &str = "none";

/// The statuses of each request, for each of these callers:
///
/// `store` to `admin`: a token of that right for `acme`; `all`: an administrator of all organizations; `none`: no header;
/// `open`: no header, where `--open-org acme` was said; `bad`: a header that is malformed, or whose token is unknown,
/// revoked or expired.
///
/// `V` is `v1` and `v2`. Events are named by their organizations. A query or deletion `{}` names none in its body.
const TABLE: &[(&str, &str, &str)] = &[
    //                                      store  trusted fetch  delete admin  all  | none open bad
    ("POST /events/V/store/external", "acme", "200 403 403 403 200 200 | 401 200 401"),
    ("POST /events/V/store/external", "umbr", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/external", "acme,umbr", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/external", "umbr,acme", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/external", "no JSON", "400 403 403 403 400 400 | 401 400 401"),
    ("POST /events/V/store/untrusted", "acme", "200 403 403 403 200 200 | 401 200 401"),
    ("POST /events/V/store/untrusted", "umbr", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/untrusted", "acme,umbr", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/trusted", "acme", "403 200 403 403 200 200 | 401 401 401"),
    ("POST /events/V/store/trusted", "umbr", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/trusted", "acme,umbr", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /events/V/store/trusted", "no JSON", "403 400 403 403 400 400 | 401 401 401"),
    ("POST /api/events/V/orgs/acme/fetch", "{}", "403 403 200 403 200 200 | 401 401 401"),
    ("POST /api/events/V/orgs/umbr/fetch", "{}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/V/orgs/umbr/fetch", "{acme}", "403 403 403 403 403 400 | 401 401 401"),
    ("POST /api/events/V/orgs/acme/fetch", "{umbr}", "403 403 400 403 400 400 | 401 401 401"),
    ("POST /api/events/V/orgs/umbr/fetch", "no JSON", "403 403 403 403 403 400 | 401 401 401"),
    ("POST /api/events/V/orgs/acme%20/fetch", "{}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/V/orgs/ACME/fetch", "{}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/V/orgs/acme/fetch/", "{}", "403 403 200 403 200 200 | 401 401 401"),
    ("POST /api/events/V/orgs/umbr/fetch/", "{}", "403 403 403 403 403 200 | 401 401 401"),
    ("GET /api/events/V/orgs/acme/fetch", "{}", "403 403 200 403 200 200 | 401 401 401"),
    ("GET /api/events/V/orgs/umbr/fetch", "{}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/V/users/u/fetch", "{acme}", "403 403 200 403 200 200 | 401 401 401"),
    ("POST /api/events/V/users/u/fetch", "{umbr}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/V/users/u/fetch", "{}", "403 403 400 403 400 400 | 401 401 401"),
    ("GET /api/events/V/users/u/fetch/", "{umbr}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/v2/orgs/acme/explain", "{}", "403 403 200 403 200 200 | 401 401 401"),
    ("POST /api/events/v2/orgs/umbr/explain", "{}", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/v2/orgs/umbr/explain", "no JSON", "403 403 403 403 403 400 | 401 401 401"),
    ("GET /api/events/v2/orgs/acme/values?dimension=label", "", "403 403 200 403 200 200 | 401 401 401"),
    ("GET /api/events/v2/orgs/umbr/values?dimension=label", "", "403 403 403 403 403 200 | 401 401 401"),
    ("GET /api/events/v2/orgs/umbr/values?dimension=nothing", "", "403 403 403 403 403 400 | 401 401 401"),
    ("GET /api/events/v2/orgs/acme/extent", "", "403 403 200 403 200 200 | 401 401 401"),
    ("GET /api/events/v2/orgs/umbr/extent", "", "403 403 403 403 403 200 | 401 401 401"),
    ("GET /api/events/v2/orgs", "", "403 403 200 403 200 200 | 401 401 401"),
    ("GET /metrics", "", "403 403 403 403 403 200 | 401 401 401"),
    ("POST /api/events/v2/orgs/umbr/delete?dry_run=true", "{}", "403 403 403 403 403 400 | 401 401 401"),
    ("POST /api/events/v2/orgs/acme/delete?dry_run=true", "{}", "403 403 403 400 400 400 | 401 401 401"),
];

/// The columns of [`TABLE`] that are tokens: flags of `token create`.
const TOKENS: [&[&str]; 6] = [
    &["--org", OWN, "--right", "store"],
    &["--org", OWN, "--right", "store-trusted"],
    &["--org", OWN, "--right", "fetch"],
    &["--org", OWN, "--right", "delete"],
    &["--org", OWN, "--right", "admin"],
    &["--all-orgs", "--right", "admin"],
];
/// The column of an administrator of all organizations, who alone changes what other organizations have.
const ALL: usize = 5;
const NONE: usize = 6;
const OPEN: usize = 7;
const BAD: usize = 8;

/// A service with tokens, and an event of [`OWN`] and of [`OTHER`].
struct Case {
    bench: Bench,
    served: Served,
    /// The headers of [`TOKENS`].
    tokens: Vec<String>,
}

impl Case {
    fn new(flags: &[&str]) -> Self {
        let bench = Bench::new();
        let tokens = TOKENS.iter().map(|flags| create(&bench, flags)).collect();
        let served = Served::start(&bench, flags);
        let case = Self { bench, served, tokens };
        for organization in [OWN, OTHER] {
            let answer = case.ask("POST /events/v2/store/external", organization, Some(&case.tokens[ALL]));
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        case
    }

    /// Headers that were never any good, or are so no more.
    fn bad(&self) -> Vec<String> {
        let soon = gristmill::Timestamp::now().millis() + 200;
        let soon = gristmill::timestamp::IsoText::new(soon, 0);
        let expired = create(&self.bench, &["--all-orgs", "--right", "admin", "--expires", soon.as_str()]);
        let revoked = create(&self.bench, &["--all-orgs", "--right", "admin"]);
        revoke_last(&self.bench);
        let fetch = format!("POST /api/events/v2/orgs/{OWN}/fetch");
        while self.ask(&fetch, "{}", Some(&expired)).status == 200 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let valid = &self.tokens[ALL];
        let unknown = format!("Bearer gm_{}", "0".repeat(64));
        let mut bad =
            vec![expired, revoked, unknown, valid.replace("Bearer ", ""), valid.replace("Bearer", "Basic")];
        bad.extend([format!("{valid}0"), valid.to_uppercase(), "Bearer".to_owned(), String::new()]);
        bad
    }

    fn ask(&self, request: &str, body: &str, authorization: Option<&str>) -> Answer {
        ask(&self.served, request, body, authorization)
    }

    /// Asks everything of a column of the table, and compares the answers with those about an organization that does not
    /// exist.
    fn check(&self, column: usize, authorization: Option<&str>) {
        for &(request, body, expected) in TABLE {
            let expected = statuses(expected)[column];
            for version in ["v1", "v2"] {
                let request = request.replace("/V/", &format!("/{version}/"));
                let answer = self.ask(&request, body, authorization);
                let context = format!("{request} {body} {authorization:?}: {answer:?}");
                assert_eq!(answer.status, expected, "{context}");
                let challenged =
                    answer.head.iter().any(|line| line.eq_ignore_ascii_case("www-authenticate: Bearer"));
                assert_eq!(challenged, expected == 401, "{context}");
                if expected == 401 || expected == 403 {
                    assert!(!names_an_organization(&answer), "{context}");
                    let nowhere = |text: &str| text.replace(OTHER, NOWHERE);
                    let twin = self.ask(&nowhere(&request), &nowhere(body), authorization);
                    assert_eq!(answer, twin, "{context}");
                }
            }
        }
    }

    /// How many events an organization has.
    fn count(&self, organization: &str) -> u64 {
        let fetch = format!("POST /api/events/v2/orgs/{organization}/fetch");
        let answer = self.ask(&fetch, "{}", Some(&self.tokens[ALL]));
        let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        answer["data"][0][1].as_u64().unwrap()
    }
}

/// Whether an answer repeats the name of an organization.
fn names_an_organization(answer: &Answer) -> bool {
    [OWN, OTHER, NOWHERE].iter().any(|name| answer.body.contains(name))
}

fn statuses(text: &str) -> Vec<u16> {
    let statuses: Vec<u16> =
        text.split_whitespace().filter(|word| *word != "|").map(|word| word.parse().unwrap()).collect();
    assert_eq!(statuses.len(), BAD + 1, "{text}");
    statuses
}

/// A request of the table.
fn ask(served: &Served, request: &str, body: &str, authorization: Option<&str>) -> Answer {
    let (method, path) = request.split_once(' ').unwrap();
    let headers: Vec<_> = authorization.map(|header| ("Authorization", header)).into_iter().collect();
    served.ask(method, path, &headers, &content(path, body))
}

/// What a body of the table stands for.
fn content(path: &str, body: &str) -> String {
    let quoted = |organization: &str| format!("\"{organization}\"");
    if body == "no JSON" {
        return body.to_owned();
    }
    if path.contains("/store/") {
        let events: Vec<String> =
            body.split(',').map(|name| event(&[("organization_id", &quoted(name))])).collect();
        return format!("{{\"events\":[{}]}}", events.join(","));
    }
    let organization = match body.trim_matches(['{', '}']) {
        "" => String::new(),
        name => format!("\"organization_id\":{},", quoted(name)),
    };
    let rest = r#""granularity":"all","aggregations":["count"],"interval":{"start":"2000-01-01","end":"2100-01-01"}"#;
    format!("{{{organization}{rest}}}")
}

/// Makes a token; the header that carries it.
pub(crate) fn create(bench: &Bench, flags: &[&str]) -> String {
    let run = bench.run([&["token", "create", "--store", "store"], flags].concat()).succeeded();
    format!("Bearer {}", run.stdout.trim_end())
}

/// Revokes the newest token.
fn revoke_last(bench: &Bench) {
    let run = bench.run(["token", "list", "--store", "store", "--json"]).succeeded();
    let listed: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let id = listed["tokens"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    bench.run(["token", "revoke", "--store", "store", &id]).succeeded();
}

#[test]
fn tokens_allow_what_the_table_says() {
    let case = Case::new(&[]);
    for (column, token) in case.tokens.iter().enumerate().filter(|(column, _)| *column != ALL) {
        case.check(column, Some(token));
    }
    case.check(NONE, None);
    for header in case.bad() {
        case.check(BAD, Some(&header));
    }
    assert_eq!((case.count(OTHER), case.count(NOWHERE)), (1, 0), "what was refused was stored");
    let stored = TABLE.iter().filter(|row| row.0.contains("/store/")).map(|row| statuses(row.2));
    let stored: usize = stored.map(|row| row[..ALL].iter().filter(|status| **status == 200).count()).sum();
    assert_eq!(case.count(OWN), 1 + 2 * stored as u64);

    let all = case.tokens[ALL].clone();
    case.check(ALL, Some(&all));
}

#[test]
fn an_open_organization_takes_untrusted_events_from_anyone() {
    let case = Case::new(&["--open-org", OWN]);
    case.check(OPEN, None);
    for header in case.bad() {
        case.check(BAD, Some(&header));
    }
    for (column, token) in case.tokens.iter().enumerate().filter(|(column, _)| *column != ALL) {
        case.check(column, Some(token));
    }
    assert_eq!((case.count(OTHER), case.count(NOWHERE)), (1, 0), "what was refused was stored");
}

#[test]
fn without_a_token_file_everyone_may_do_everything() {
    let bench = Bench::new();
    let served = Served::start(&bench, &[]);
    for header in [None, Some("Bearer anything")] {
        for &(request, body, expected) in TABLE {
            let answer = ask(&served, &request.replace("/V/", "/v2/"), body, header);
            assert_eq!(answer.status, statuses(expected)[ALL], "{request} {body}: {answer:?}");
        }
    }
}

#[test]
fn a_running_service_knows_of_every_change() {
    let bench = Bench::new();
    let served = Served::start(&bench, &[]);
    let status =
        |header: Option<&str>| ask(&served, "GET /api/events/v2/orgs/acme/fetch", "{}", header).status;
    assert_eq!(status(None), 200, "open mode");
    let first = create(&bench, &["--org", OWN, "--right", "fetch"]);
    assert_eq!((status(None), status(Some(&first))), (401, 200), "the first token ends it");
    let second = create(&bench, &["--org", OWN, "--right", "fetch"]);
    assert_eq!((status(Some(&first)), status(Some(&second))), (200, 200), "two are valid at once");
    revoke_last(&bench);
    assert_eq!((status(Some(&first)), status(Some(&second))), (200, 401), "one is revoked");

    let text = bench.read("store/tokens.json");
    bench.write("store/tokens.json", text.replace("fetch", "admin"));
    assert_eq!((status(None), status(Some(&first))), (503, 503), "a damaged file lets nobody in");
    bench.write("store/tokens.json", text);
    assert_eq!((status(None), status(Some(&first))), (401, 200), "mended");
    revoke_last(&bench);
    assert_eq!((status(None), status(Some(&first))), (401, 401), "the last one is revoked");
    std::fs::remove_file(bench.path("store/tokens.json")).unwrap();
    assert_eq!((status(None), status(Some(&first))), (503, 503), "what goes away does not open the service");
}

#[test]
fn without_tokens_only_this_machine_is_served() {
    let bench = Bench::new();
    let arguments = ["serve", "--store", "store", "--listen", "0.0.0.0:0"];
    bench.run(arguments).failed(2, &["refusing to listen on 0.0.0.0", "gristmill token create"]);
    let named = [&arguments[..], &["--token-file", "elsewhere.json"]].concat();
    bench.run(&named).failed(1, &["no token file elsewhere.json"]);

    create(&bench, &["--org", OWN, "--right", "fetch"]);
    let mut child = bench.spawn(arguments);
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.starts_with("listening on http://0.0.0.0:"), "{said}");

    bench.write("store/tokens.json", "{}");
    bench.run(arguments).failed(3, &["tokens.json is damaged"]);
}
