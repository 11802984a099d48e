//! `gristmill inspect`, as typed.

use super::{Colour, Reading};
use clap::Args;
use std::path::PathBuf;

/// Show what a store holds: segments, rows, bytes, dictionaries, time range, tenants
///
/// Reads like `fetch` and writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill inspect --store store
  gristmill inspect --store store --json | jq .rows")]
pub(crate) struct InspectArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Print one JSON object with everything, instead of tables with the largest
    #[arg(long)]
    pub(crate) json: bool,

    /// When to colour the tables
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: Colour,

    #[command(flatten)]
    pub(crate) reading: Reading,
}
