//! `gristmill repair`, as typed.

use clap::Args;
use std::path::PathBuf;

/// Make a damaged store one that opens, with everything that is intact
///
/// Reads everything, as `verify` does, and then: moves damaged segments to `quarantine/` in the store, writes damaged indexes
/// anew, saves every intact append of damaged logs, and goes back to CATALOG.old where CATALOG is damaged. No byte is thrown
/// away, and what is lost stays on record: queries that need it fail, or with --allow-partial say what is missing. Needs
/// the store for itself. A repair that was interrupted can be begun again.
#[derive(Debug, Args)]
#[command(after_help = "\
stdout gets a line for each step; nothing where nothing is damaged. Restore from a backup instead where there is one.

Examples:
  gristmill repair --store store --dry-run
  gristmill repair --store store
  gristmill repair --store store --accept-loss --dry-run")]
pub(crate) struct RepairArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Only print what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Instead, forget what earlier repairs have recorded as lost: answers are no longer marked
    #[arg(long)]
    pub(crate) accept_loss: bool,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Segments that are checked at once, each in the memory of a few of its columns [default: one for each core]
    #[arg(
        long,
        value_name = "N",
        env = "GRISTMILL_THREADS",
        value_parser = clap::value_parser!(u16).range(1..=1024),
        help_heading = "Tuning"
    )]
    pub(crate) threads: Option<u16>,
}
