//! What to ask of which events, and how to show it.

use super::{Events, options, query};
use crate::arguments::{FetchArguments, Format};
use crate::failure::Failure;
use crate::render::{Ink, printable};
use crate::terminal;
use gristmill::request::Fetch;

/// What to ask of which events, and how to show it.
#[derive(Debug)]
pub(crate) struct FetchSettings {
    pub(crate) events: Events,
    pub(crate) fetch: Fetch,
    pub(crate) output: Output,
    /// Whether how the answer was found is shown in its place.
    pub(crate) explain: bool,
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
        let mut fetch = query::read(&typed.query, typed.org.as_deref())?;
        fetch.allow_partial |= typed.allow_partial;
        let output = output(&typed, &fetch)?;
        let is_told = matches!(output, Output::Json | Output::Table { .. });
        if typed.explain && !is_told {
            return Err(Failure::usage("--explain goes with --format table and json only"));
        }
        let options = options::for_queries(&typed.reading, &typed.budgets);
        let events = Events::of(typed.store, typed.parquet, options)?;
        Ok(Self { explain: typed.explain, events, fetch, output })
    }
}

fn output(typed: &FetchArguments, fetch: &Fetch) -> Result<Output, Failure> {
    let for_people = || terminal::stdout_is_terminal() || typed.chart.is_some() || typed.explain;
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
