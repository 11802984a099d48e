//! What to ask of which store, and how to show it.

use super::options;
use crate::arguments::{FetchArguments, Format};
use crate::failure::{Code, Failure};
use crate::render::{Ink, printable};
use crate::terminal;
use gristmill::Options;
use gristmill::request::{Fetch, FetchContext};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// A query is text that somebody wrote: a larger file is a file of something else.
const MOST_QUERY_BYTES: u64 = 64 << 20;

/// What to ask of which store, and how to show it.
#[derive(Debug)]
pub(crate) struct FetchSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) fetch: Fetch,
    pub(crate) output: Output,
}

/// How an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Json,
    Csv,
    Ndjson,
    Table {
        ink: Ink,
        /// Whether the table must fit a terminal.
        fit: bool,
        /// Columns for the chart.
        width: usize,
        /// The metric to draw, by its position in [`Fetch::metrics`].
        chart: Option<usize>,
    },
}

impl TryFrom<FetchArguments> for FetchSettings {
    type Error = Failure;

    fn try_from(typed: FetchArguments) -> Result<Self, Failure> {
        let (name, text) = read_query(&typed.query)?;
        let context = typed.org.clone().map_or_else(FetchContext::new, FetchContext::for_organization);
        let mut fetch = Fetch::from_json(text, &context)
            .map_err(|error| Failure::caused(Code::BadInput, &name, &error))?;
        fetch.allow_partial |= typed.allow_partial;
        let output = output(&typed, &fetch)?;
        let options = options::for_queries(&typed.reading, &typed.budgets);
        Ok(Self { store: typed.store, options, fetch, output })
    }
}

/// The name of the query for messages, and its text.
fn read_query(query: &str) -> Result<(String, Vec<u8>), Failure> {
    let (name, text) = match query {
        "-" => ("stdin".to_owned(), read_bounded(io::stdin().lock())),
        inline if inline.trim_start().starts_with('{') => {
            return Ok(("the query".to_owned(), inline.as_bytes().to_vec()));
        }
        path => (format!("`{path}`"), File::open(path).and_then(read_bounded)),
    };
    let text = text.map_err(|error| {
        Failure::caused(Code::Other, &format!("cannot read the query from {name}"), &error)
    })?;
    if text.len() as u64 > MOST_QUERY_BYTES {
        let message = format!("{name} is larger than {MOST_QUERY_BYTES} bytes: is it a query?");
        return Err(Failure::new(Code::BadInput, message));
    }
    Ok((name, text))
}

/// All of it, or so much that it is seen to be too much.
fn read_bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    reader.take(MOST_QUERY_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn output(typed: &FetchArguments, fetch: &Fetch) -> Result<Output, Failure> {
    let for_people = || terminal::stdout_is_terminal() || typed.chart.is_some();
    let format = typed.format.unwrap_or_else(|| if for_people() { Format::Table } else { Format::Json });
    let chart = typed.chart.as_ref().map(|name| metric(name, fetch)).transpose()?;
    if chart.is_some() && format != Format::Table {
        let message = "--chart goes with --format table only: the other formats are data for programs";
        return Err(Failure::usage(message));
    }
    Ok(match format {
        Format::Json => Output::Json,
        Format::Csv => Output::Csv,
        Format::Ndjson => Output::Ndjson,
        Format::Table => Output::Table {
            ink: terminal::ink(typed.color),
            fit: terminal::stdout_is_terminal(),
            width: terminal::width(),
            chart,
        },
    })
}

/// The position of the metric of that name; of the first when the name is empty.
fn metric(name: &str, fetch: &Fetch) -> Result<usize, Failure> {
    if name.is_empty() {
        return Ok(0);
    }
    fetch.metrics.iter().position(|metric| metric.name == name).ok_or_else(|| {
        let known: Vec<&str> = fetch.metrics.iter().map(|metric| &*metric.name).collect();
        Failure::usage(format!(
            "--chart={}: the query has no such metric, it has {}",
            printable(name),
            known.join(", ")
        ))
    })
}
