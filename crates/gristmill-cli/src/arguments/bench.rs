//! `gristmill bench`, as typed.

use super::{Budgets, Colour, ParquetFiles, Reading};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Measure how long queries take over a store, or over Parquet files
///
/// Opens the store or the files once, answers each query once to warm up, then times it, in this process and with the whole answer
/// in memory. Reads like `fetch` and writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill bench --store store query.json
  gristmill bench --store store --runs 21 --threads 1 queries/*.json
  gristmill bench --store store --json-answer queries/*.json | jq .json_median_ms
  gristmill bench --parquet 'dump/**/*.parquet' query.json")]
pub(crate) struct BenchArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR", required_unless_present = "parquet", conflicts_with = "parquet")]
    pub(crate) store: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) parquet: ParquetFiles,

    /// Files of queries; `-` is stdin; text that begins with `{` is a query itself
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) queries: Vec<String>,

    /// How often each query is timed, after one run that is not
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,

    /// The organization that is asked about; a query may leave its own out, but not name another
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,

    /// Time the writing of the answer's JSON text too, apart from the answer itself
    #[arg(long)]
    pub(crate) json_answer: bool,

    /// How to print the times [default: table on a terminal, else ndjson]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<BenchFormat>,

    /// When to colour the table
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: Colour,

    #[command(flatten)]
    pub(crate) reading: Reading,

    #[command(flatten)]
    pub(crate) budgets: Budgets,
}

/// How times are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchFormat {
    /// For people; times are rounded to a few digits
    Table,
    /// A JSON object a query
    Ndjson,
}
