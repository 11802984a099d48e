//! `gristmill fetch`, as typed.

use super::{Budgets, Colour, ParquetFiles, Reading};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Answer a query over a store, or over Parquet files
///
/// Works beside a running writer and on a directory without write permission: it sees what was acknowledged when it
/// opened the store, and writes nothing. Parquet files are read as they are: an export of a store, or any files whose columns
/// are those of an event.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill fetch --store store query.json
  gristmill fetch --store store --format csv query.json > answer.csv
  gristmill fetch --store store --chart=sum query.json
  gristmill fetch --store store --org acme --chart \\
    '{\"granularity\":\"day\",\"interval\":{\"start\":\"2021-10-28\",\"end\":\"2021-11-03\"}}'
  gristmill fetch --parquet 'dump/**/*.parquet' --map event_time=timestamp query.json")]
pub(crate) struct FetchArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR", required_unless_present = "parquet", conflicts_with = "parquet")]
    pub(crate) store: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) parquet: ParquetFiles,

    /// File of the query; `-` is stdin; text that begins with `{` is the query itself
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,

    /// The organization that is asked about; the query may leave its own out, but not name another
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,

    /// How to print the answer [default: table on a terminal or with --chart, else json]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<Format>,

    /// Draw a chart below the table: bars over time, or a bar for each row of a single bucket. Draws the first metric
    /// of the answer unless one is named
    #[arg(long, value_name = "METRIC", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) chart: Option<String>,

    /// Instead of the answer, tell how it was found: what was left out, how the rest was scanned, how long that took. As a
    /// tree, or with `--format json` as JSON
    #[arg(long, conflicts_with = "chart")]
    pub(crate) explain: bool,

    /// Answer even where a part of the store is damaged, and tell what is missing; the same as `"allow_partial": true`
    #[arg(long)]
    pub(crate) allow_partial: bool,

    /// When to colour the table and the chart
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: Colour,

    #[command(flatten)]
    pub(crate) reading: Reading,

    #[command(flatten)]
    pub(crate) budgets: Budgets,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The answer of the library, byte for byte, and a line break
    Json,
    /// For people; floats are rounded to a few digits
    Table,
    /// Comma-separated with a header; null is an empty field and the empty text is ""
    Csv,
    /// A JSON object a row
    Ndjson,
}
