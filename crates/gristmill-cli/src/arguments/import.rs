//! `gristmill import`, as typed.

use super::{SourceWord, Writing};
use clap::Args;
use std::path::PathBuf;

/// Load Parquet files of events into a store
///
/// All files together are one load: it is stored as a whole or not at all, whatever its size. The store is created
/// where there is none.
#[derive(Debug, Args)]
#[command(after_help = "\
Columns have the names of an event's fields, as `export` writes them, or names that --map leads to these: timestamp of \
any unit, value a float or an integer, event_version an integer, properties a list of strings, all others strings. What an event may \
leave out may be null or absent; other columns are ignored and counted. The first row that is no event stops the load.

When stdout is no terminal, the receipt is printed there as one line of JSON: {\"stored\":12,...}.

Examples:
  gristmill import --store store events.parquet
  gristmill import --store store --source trusted --batch-id dump-2021 dump/*.parquet
  gristmill import --store store --map event_time=timestamp --map tenant=organization_id theirs.parquet")]
pub(crate) struct ImportArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Parquet files of events
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// The column that the files call THEIRS is the event's OURS, as in `event_time=timestamp`; may be given several times
    #[arg(long, value_name = "THEIRS=OURS")]
    pub(crate) map: Vec<String>,

    /// Who says how far the sender of an event is trusted
    #[arg(long, value_name = "WHO", value_enum, default_value = "from-event")]
    pub(crate) source: SourceWord,

    /// Name of this load, 1 to 256 bytes: a load of the same name stores nothing again and gives the same receipt
    #[arg(long, value_name = "TOKEN")]
    pub(crate) batch_id: Option<String>,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) writing: Writing,
}
