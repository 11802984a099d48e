//! `gristmill snapshot`, as typed.

use clap::Args;
use std::path::PathBuf;

/// Make a backup of a store while it is written
///
/// The backup is a store of its own, for any command. It holds everything that was acknowledged when the command began,
/// and takes no lock: a writer goes on beside it. On the same disk it shares the store's files and takes no room until the
/// store drops them; on another disk they are copied and checked.
#[derive(Debug, Args)]
#[command(after_help = "\
A backup that was interrupted is no store, and every command says so; the next snapshot into that folder replaces it. A
damaged or missing file of the store stops it: `gristmill verify` names them all.
When stdout is no terminal, the receipt is printed there as one line of JSON: {\"segments\":3,\"events\":5000,...}.

Examples:
  gristmill snapshot --store store backup-monday
  gristmill snapshot --store store /mnt/backup/$(date +%F) && gristmill verify --store /mnt/backup/$(date +%F)
  gristmill fetch --store backup-monday query.json")]
pub(crate) struct SnapshotArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Directory of the backup: a new one, or one that is empty
    #[arg(value_name = "BACKUP")]
    pub(crate) target: PathBuf,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
