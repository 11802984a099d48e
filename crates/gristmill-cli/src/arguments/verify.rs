//! `gristmill verify`, as typed.

use clap::Args;
use std::path::PathBuf;

/// Read every byte of a store and check it
///
/// Every checksum, and everything that must hold between files: the catalog, the logs, and of each segment the columns, and
/// its index against them. It goes on after each thing that is wrong, works beside a running writer, and writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
stdout gets a line for each thing that is wrong: file, part, place, what was expected and what was found. The exit code is
3 when there is any. Files that nothing lists are no damage; they are named on stderr, and with --json.

Examples:
  gristmill verify --store store
  gristmill verify --store store --json | jq '.findings[].file'
  gristmill verify --store /mnt/backup/monday --quiet || echo 'the backup is damaged'")]
pub(crate) struct VerifyArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Print one JSON object with everything, instead of a line for each thing that is wrong
    #[arg(long)]
    pub(crate) json: bool,

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
