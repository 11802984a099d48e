//! Which queries to time over which events, and how to show it.

use super::{Events, options, query};
use crate::arguments::{BenchArguments, BenchFormat};
use crate::failure::Failure;
use crate::render::Ink;
use crate::terminal;
use gristmill::request::Fetch;

/// Which queries to time over which events, and how to show it.
#[derive(Debug)]
pub(crate) struct BenchSettings {
    pub(crate) events: Events,
    /// Each with its name: what was typed.
    pub(crate) queries: Vec<(String, Fetch)>,
    /// Timed runs of each, at least one.
    pub(crate) runs: u32,
    pub(crate) json_answer: bool,
    pub(crate) output: BenchOutput,
}

/// How times are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BenchOutput {
    Ndjson,
    Table {
        ink: Ink,
        /// Columns of the terminal that the table must fit, where there is one.
        width: Option<u16>,
    },
}

impl TryFrom<BenchArguments> for BenchSettings {
    type Error = Failure;

    fn try_from(typed: BenchArguments) -> Result<Self, Failure> {
        if typed.queries.iter().filter(|query| query::is_stdin(query)).count() > 1 {
            return Err(Failure::usage("stdin (`-`) can be read only once"));
        }
        let output = output(&typed);
        let options = options::for_queries(&typed.reading, &typed.budgets);
        let organization = typed.org.as_deref();
        let queries = typed.queries.into_iter().map(|argument| {
            let fetch = query::read(&argument, organization)?;
            Ok((argument, fetch))
        });
        Ok(Self {
            events: Events::of(typed.store, typed.parquet, options)?,
            queries: queries.collect::<Result<_, Failure>>()?,
            runs: typed.runs,
            json_answer: typed.json_answer,
            output,
        })
    }
}

fn output(typed: &BenchArguments) -> BenchOutput {
    let is_terminal = terminal::stdout_is_terminal();
    let default = if is_terminal { BenchFormat::Table } else { BenchFormat::Ndjson };
    match typed.format.unwrap_or(default) {
        BenchFormat::Ndjson => BenchOutput::Ndjson,
        BenchFormat::Table => BenchOutput::Table {
            ink: terminal::ink(typed.color),
            width: is_terminal.then(|| u16::try_from(terminal::width()).unwrap_or(u16::MAX)),
        },
    }
}
