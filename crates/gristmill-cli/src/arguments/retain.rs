//! `gristmill retain`, as typed.

use super::Writing;
use clap::Args;
use std::path::PathBuf;

/// Say how long events are kept, and delete what is older
///
/// Without --days and --for-ever nothing is said anew, and what is older by now is deleted. Age is counted in whole days of
/// UTC from an event's timestamp, and from the newest event of the store where the clock is ahead of it.
#[derive(Debug, Args)]
#[command(after_help = "\
When stdout is no terminal, the receipt is printed there as one line of JSON: {\"deleted\":12,\"retention\":{...},...}.

Examples:
  gristmill retain --store store --days 400
  gristmill retain --store store --org acme --days 30
  gristmill retain --store store --org acme --for-ever
  gristmill retain --store store")]
pub(crate) struct RetainArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Keep events for so many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3_700_000))]
    pub(crate) days: Option<u32>,

    /// Keep events for ever
    #[arg(long, conflicts_with = "days")]
    pub(crate) for_ever: bool,

    /// Say it of this organization only; without, of all that have no period of their own
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,

    /// No summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) writing: Writing,
}
