//! `gristmill compact`, as typed.

use super::Writing;
use clap::Args;
use std::path::PathBuf;

/// Rewrite a store so that it is smaller and queries touch less of it
///
/// The events of a quarter of the calendar are put together, those of a large organization in segments of their own, and
/// all of them are compressed. Answers stay the same. What lies like that already is left alone.
#[derive(Debug, Args)]
#[command(after_help = "\
When stdout is no terminal, the receipt is printed there as one line of JSON: {\"written\":3,\"before\":{...},...}.

Examples:
  gristmill compact --store store
  gristmill compact --store store --purge")]
pub(crate) struct CompactArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Rewrite only the segments that hold deleted events, without them, and tell what is left of such
    #[arg(long)]
    pub(crate) purge: bool,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) writing: Writing,
}
