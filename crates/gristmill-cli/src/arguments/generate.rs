//! `gristmill generate`, as typed.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Write a realistic stream of events, the same for the same numbers
///
/// Tenants and labels of very different sizes, a daily and weekly rhythm, sessions that belong to visitors, late events.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill generate --events 1000 | head -3
  gristmill generate --events 1000000 --seed 7 --days 90 --output events.ndjson
  gristmill generate --events 1000000 --format parquet --output events.parquet
  gristmill generate --events 100000 | gristmill ingest --store store -")]
pub(crate) struct GenerateArguments {
    /// How many events
    #[arg(long, value_name = "N")]
    pub(crate) events: u64,

    /// Number that decides all that is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many days the events are spread over
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) days: u32,

    /// How many organizations there are; the first has the most events
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) tenants: u32,

    /// How many labels there are
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) labels: u32,

    /// How to write the events
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "ndjson")]
    pub(crate) format: EventFormat,

    /// Where to write them; `-` is stdout, which parquet takes only when it is no terminal
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    /// A JSON object a line, as `ingest` reads it
    Ndjson,
    /// An Apache Parquet file
    Parquet,
}
