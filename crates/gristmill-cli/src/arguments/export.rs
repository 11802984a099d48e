//! `gristmill export`, as typed.

use super::Reading;
use clap::Args;
use std::path::PathBuf;

/// Write a store, or a part of it, as Parquet files
///
/// The files lie in a folder for each day in UTC, date=YYYY-MM-DD, sorted by organization, vendor and time. Deleted events are
/// left out. Works beside a running writer, and exports what was acknowledged when it opened the store.
#[derive(Debug, Args)]
#[command(after_help = "\
The directory is there when all of it is written, and not before; an export that is interrupted leaves nothing.
When stdout is no terminal, the receipt is printed there as one line of JSON: {\"bytes\":287920,\"days\":21,...}.

Examples:
  gristmill export --store store --to dump
  gristmill export --store store --to january --org acme --interval 2021-01-01/2021-02-01
  gristmill fetch --parquet dump query.json
  duckdb -c \"select date, count(*) from 'dump/**/*.parquet' group by date\"")]
pub(crate) struct ExportArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Directory to write to: a new one, or one that is empty
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,

    /// Only events of this organization
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,

    /// Only events from START on and before END, each a date or an instant such as 2021-01-31T12:00:00+02:00; in UTC where
    /// there is no offset
    #[arg(long, value_name = "START/END")]
    pub(crate) interval: Option<String>,

    /// Remove what is in the directory once the export is whole
    #[arg(long)]
    pub(crate) replace: bool,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) reading: Reading,
}
