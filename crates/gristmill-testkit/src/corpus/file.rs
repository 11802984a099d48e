//! Reading the files of the corpus.

use super::{Case, EventSet, Expected, Question, Topic};
use gristmill::schema::Dimension;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// What can be wrong with a file of the corpus; a text, since only people read it.
type Mistake = String;

const DEFAULT_AGGREGATIONS: [&str; 5] = ["count", "sum", "avg", "min", "max"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "every file says what it is about")]
    about: String,
    event: String,
    events: String,
    fetch: String,
    case: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    fetch: Option<String>,
    text: Option<String>,
    organization: Option<String>,
    columns: Option<Vec<String>>,
    rows: Option<String>,
    error: Option<ExpectedError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedError {
    path: String,
    message: String,
}

/// Reads every topic of `tests/corpus`.
///
/// # Errors
/// As [`load`].
pub fn all() -> Result<Vec<Topic>, Mistake> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus"))
}

/// Reads every topic of a directory, in the order of their names.
///
/// # Errors
/// A file that cannot be read or is not of the corpus' form, by name.
pub fn load(directory: &Path) -> Result<Vec<Topic>, Mistake> {
    let broken = |error: std::io::Error| format!("{}: {error}", directory.display());
    let mut topics = Vec::new();
    for entry in fs::read_dir(directory).map_err(broken)? {
        let path = entry.map_err(broken)?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let named = |mistake: Mistake| format!("{}: {mistake}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        topics.push(parse(&stem, &text).map_err(named)?);
    }
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(topics)
}

/// Reads one topic.
///
/// # Errors
/// A text that is not of the corpus' form.
pub fn parse(name: &str, text: &str) -> Result<Topic, Mistake> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let event = object(&file.event).map_err(|mistake| format!("event: {mistake}"))?;
    let events = EventSet::parse(&event, &file.events)?;
    let fetch = object(&file.fetch).map_err(|mistake| format!("fetch: {mistake}"))?;
    let mut cases: Vec<Case> = Vec::new();
    for entry in file.case {
        let name = entry.name.clone();
        if cases.iter().any(|case| case.name == name) {
            return Err(format!("two cases are named {name:?}"));
        }
        cases.push(read_case(entry, &fetch).map_err(|mistake| format!("case {name:?}: {mistake}"))?);
    }
    Ok(Topic { name: name.to_owned(), events, cases })
}

fn read_case(entry: Entry, shared: &Map<String, Value>) -> Result<Case, Mistake> {
    let own = entry.fetch.as_deref().map(object).transpose()?.unwrap_or_default();
    let fetch = merged(shared, own);
    let expected = match (entry.rows, entry.error) {
        (Some(rows), None) => {
            let columns = entry.columns.map_or_else(|| columns(&fetch), Ok)?;
            Expected::Answer(answer(&columns, &rows)?)
        }
        (None, Some(error)) => Expected::Refusal { path: error.path, message: error.message },
        _ => return Err("needs either rows or an error".to_owned()),
    };
    let text = entry.text.unwrap_or_else(|| Value::Object(fetch).to_string());
    Ok(Case { name: entry.name, question: Question { text, organization: entry.organization }, expected })
}

/// The keys of both objects; where both have one, the second's.
pub(super) fn merged(shared: &Map<String, Value>, own: Map<String, Value>) -> Map<String, Value> {
    shared.clone().into_iter().chain(own).collect()
}

pub(super) fn object(text: &str) -> Result<Map<String, Value>, Mistake> {
    serde_json::from_str(text).map_err(|error| format!("{error} in {text}"))
}

/// The columns an answer has: the timestamp, the groups, the aggregations or the default ones.
fn columns(fetch: &Map<String, Value>) -> Result<Vec<String>, Mistake> {
    let names = |key: &str| -> Result<Vec<String>, Mistake> {
        let value = fetch.get(key).cloned().unwrap_or_default();
        let entries: Option<Vec<Value>> =
            serde_json::from_value(value).map_err(|error| format!("{key}: {error}"))?;
        entries.unwrap_or_default().iter().map(name).collect()
    };
    let mut aggregations = names("aggregations")?;
    if aggregations.is_empty() {
        aggregations = DEFAULT_AGGREGATIONS.map(str::to_owned).to_vec();
    }
    Ok([vec!["timestamp".to_owned()], names("group_by")?, aggregations].concat())
}

/// The name of a column: a text, that which an object gives itself, or that of what it is about.
fn name(entry: &Value) -> Result<String, Mistake> {
    let named = ["name", "dimension", "aggregator"].into_iter().find_map(|key| entry.get(key));
    match (entry, named) {
        (Value::String(name), _) => Ok(name.clone()),
        (_, Some(inner)) => name(inner),
        _ => Err(format!("no name in {entry}")),
    }
}

/// The whole answer with these columns and these lines of rows.
fn answer(columns: &[String], rows: &str) -> Result<String, Mistake> {
    let fields: Vec<String> = columns
        .iter()
        .map(|name| {
            let dimension = name == "timestamp" || Dimension::from_name(name).is_some();
            let role = if dimension { "dimension" } else { "metric" };
            format!("{{\"name\":{},\"type\":\"{role}\"}}", json!(name))
        })
        .collect();
    let rows: Vec<&str> = rows.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for row in &rows {
        let cells: Vec<Value> = serde_json::from_str(row).map_err(|error| format!("row {row}: {error}"))?;
        if cells.len() != columns.len() {
            return Err(format!("row {row} has {} cells for {} columns", cells.len(), columns.len()));
        }
    }
    Ok(format!("{{\"fields\":[{}],\"data\":[{}]}}", fields.join(","), rows.join(",")))
}
