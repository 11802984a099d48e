//! `gristmill delete`, as typed.

use super::Writing;
use clap::Args;
use std::path::PathBuf;

/// Delete the events of an organization that match a filter
///
/// No query that begins afterwards sees them, and that is durable. Their bytes stay in the segment files until these are
/// rewritten, by `compact` or at once with --purge.
#[derive(Debug, Args)]
#[command(after_help = "\
DELETION is JSON with the keys of a query that say which events: \"filters\", which is required, and \"organization_id\",
\"vendor\", \"sources\" and \"interval\". Without \"interval\" events of all times are meant; {\"type\":\"true\"} is the filter for
all events.

When stdout is no terminal, the receipt is printed there as one line of JSON: {\"deleted\":12,\"segments\":3,...}.

Examples:
  gristmill delete --store store --dry-run deletion.json
  gristmill delete --store store --org acme --purge \\
    '{\"filters\":{\"type\":\"selector\",\"dimension\":\"visitor_id\",\"value\":\"v-17\"}}'")]
pub(crate) struct DeleteArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// File of the deletion; `-` is stdin; text that begins with `{` is the deletion itself
    #[arg(value_name = "DELETION")]
    pub(crate) deletion: String,

    /// The organization whose events are meant; the deletion may leave its own out, but not name another
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,

    /// Only count the events; works beside a running writer
    #[arg(long, conflicts_with = "purge")]
    pub(crate) dry_run: bool,

    /// Rewrite the segments that hold deleted events at once, so that their bytes leave the disk
    #[arg(long)]
    pub(crate) purge: bool,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) writing: Writing,
}
