//! The examples of `docs/query.md`: each is asked over the events of the page, and answers as it says there.
//!
//! | block | what it is | what stands below it |
//! | --- | --- | --- |
//! | `json request` | a request | its answer, in a block `json answer` |
//! | `json base` | the request that the examples below are added to | the rows of its answer, in a block `json answer` |
//! | `json keys` | keys for the base, in place of its own | the same |
//! | `json filter` | the `filters` of the base, grouped by the events' names | `Matches A, B.` |

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

use gristmill_testkit::corpus::{EventSet, Question};
use gristmill_testkit::runner::{Layout, OracleRunner, Runner, StoreRunner};
use serde_json::{Map, Value, json};

const REFERENCE: &str = include_str!("../docs/query.md");

/// The dimension that names the events of the page.
const NAME: &str = "dim1";

/// What an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Request,
    Base,
    Keys,
    Filter,
}

/// A block of the page, and what is said to come back.
#[derive(Clone, Debug)]
struct Example {
    sort: Sort,
    text: &'static str,
    answer: &'static str,
}

/// The examples of the page, in their order. Every block of JSON is one, or the answer of the one above it.
fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    let mut rest = REFERENCE;
    while let Some((_, after)) = rest.split_once("```json") {
        let (sort, text, below) = block(after);
        let sort = match sort {
            "request" => Sort::Request,
            "base" => Sort::Base,
            "keys" => Sort::Keys,
            "filter" => Sort::Filter,
            sort => panic!("a block is of sort {sort:?} and no example's answer:\n{text}"),
        };
        let answer;
        (answer, rest) = match below.strip_prefix("```json") {
            Some(below) if sort != Sort::Filter => {
                let (answer_sort, answer, below) = block(below);
                assert_eq!(answer_sort, "answer", "what stands below the example\n{text}");
                (answer, below)
            }
            None if sort == Sort::Filter => below.split_once('\n').expect("a line below every filter"),
            _ => panic!("an example without an answer:\n{text}"),
        };
        examples.push(Example { sort, text, answer });
    }
    examples
}

/// The sort and the text of the block that starts here, and what is below it.
fn block(text: &'static str) -> (&'static str, &'static str, &'static str) {
    let (sort, text) = text.split_once('\n').expect("a line after every fence");
    let (text, below) = text.split_once("\n```\n").expect("an end of every block");
    (sort.trim(), text, below)
}

/// The events of the page's table; keys that it has no column for are the same for all.
fn events() -> EventSet {
    let shared = json!({"organization_id": "acme", "category": "event", "action": ""});
    let mut rows = REFERENCE.lines().skip_while(|line| !line.starts_with(&format!("| {NAME} |")));
    let columns = cells(rows.next().expect("a table of events"));
    let lines: Vec<String> = rows
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let cells = cells(line);
            assert_eq!(cells.len(), columns.len(), "{line}");
            let filled = columns.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
            let event: Map<String, Value> =
                filled.map(|(column, cell)| ((*column).to_owned(), read(column, cell))).collect();
            Value::Object(event).to_string()
        })
        .collect();
    assert!(lines.len() >= 10, "{lines:?}");
    EventSet::parse(shared.as_object().unwrap(), &lines.join("\n")).unwrap_or_else(|error| panic!("{error}"))
}

/// The cells of a row, without what makes them code.
fn cells(row: &'static str) -> Vec<&'static str> {
    let cells = row.strip_prefix('|').and_then(|row| row.strip_suffix('|')).expect("a row of a table");
    cells.split('|').map(|cell| cell.trim().trim_matches('`')).collect()
}

/// What a cell that is not empty says.
fn read(column: &str, cell: &str) -> Value {
    match column {
        "value" | "event_version" => cell.parse().expect("a number"),
        "properties" => cell.split(", ").collect(),
        _ if cell == r#""""# => json!(""),
        _ => json!(cell),
    }
}

/// The base request with these keys, as they are written, in place of its own.
fn added(base: &str, keys: &str) -> String {
    let parsed = |text: &str| -> Map<String, Value> {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
    };
    let own = parsed(&format!("{{{keys}}}"));
    let mut rest = parsed(base);
    rest.retain(|key, _| !own.contains_key(key));
    let rest = Value::Object(rest).to_string();
    format!("{},{keys}}}", rest.strip_suffix('}').unwrap())
}

/// What an example asks.
fn question(base: &str, example: &Example) -> Question {
    let text = match example.sort {
        Sort::Request | Sort::Base => example.text.to_owned(),
        Sort::Keys => added(base, example.text),
        Sort::Filter => added(base, &format!(r#""group_by":["{NAME}"],"filters":{}"#, example.text)),
    };
    Question { text, organization: None }
}

/// An answer in the form that the page has for that sort of example.
fn shown(sort: Sort, answer: &str) -> String {
    let (_, rows) = answer.split_once(r#""data":["#).expect("an answer has data");
    let rows = rows.strip_suffix("]}").expect("rows are the last of an answer");
    match sort {
        Sort::Request => answer.to_owned(),
        Sort::Base | Sort::Keys => rows.replace("],[", "]\n["),
        Sort::Filter if rows.is_empty() => "Matches nothing.".to_owned(),
        Sort::Filter => {
            let rows: Vec<(String, String, u64)> = serde_json::from_str(&format!("[{rows}]")).unwrap();
            let names: Vec<&str> = rows.iter().map(|(_, name, _)| &**name).collect();
            format!("Matches {}.", names.join(", "))
        }
    }
}

/// An answer of the page; lines of a whole one are broken where it reads well.
fn written(example: &Example) -> String {
    match example.sort {
        Sort::Request => example.answer.lines().map(str::trim).collect(),
        _ => example.answer.to_owned(),
    }
}

fn assert_answered_as_written(runner: &dyn Runner) {
    let examples = examples();
    let mut bases = examples.iter().filter(|example| example.sort == Sort::Base);
    let base = bases.next().expect("a base request").text;
    assert!(bases.next().is_none(), "one base request");
    let store = runner.store(&events());
    let mut wrong = Vec::new();
    for example in &examples {
        let found = match store.ask(&question(base, example)) {
            Ok(answer) => shown(example.sort, &answer),
            Err(refusal) => format!("refused: {refusal}"),
        };
        if found != written(example) {
            wrong.push(format!("{}\n--- the page\n{}\n--- found\n{found}\n", example.text, example.answer));
        }
    }
    assert!(wrong.is_empty(), "{}: {} examples differ\n\n{}", runner.name(), wrong.len(), wrong.join("\n"));
}

#[test]
fn the_engine_answers_every_example_as_written() {
    for layout in [Layout::Heap, Layout::Compacted] {
        assert_answered_as_written(&StoreRunner { layout, threads: 1 });
    }
}

#[test]
fn the_oracle_answers_every_example_as_written() {
    assert_answered_as_written(&OracleRunner);
}
