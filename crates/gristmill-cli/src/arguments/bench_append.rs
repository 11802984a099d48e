//! `gristmill bench-append`, as typed.

use super::{Appending, Sealing};
use clap::Args;
use std::path::PathBuf;

/// Measure how fast small batches are stored durably
///
/// Appends generated events in small batches, each batch waited for until it is acknowledged, which with `--durability append` is
/// when it is synced to the disk: once on one thread, one batch after the other, and once on several threads, each with a window of batches under way. Both fill a store of their own
/// below the directory, which is removed at the end.
#[derive(Debug, Args)]
#[command(after_help = "\
stdout gets one line of JSON; the medians of all rounds, and how many times faster the windows are.

Examples:
  gristmill bench-append --dir .
  gristmill bench-append --dir /mnt/disk --threads 8 --window 16 | jq .ratio
  gristmill bench-append --dir . --sync-ms 5
  gristmill bench-append --dir . --durability 100ms")]
pub(crate) struct BenchAppendArguments {
    /// Directory on the disk that is measured
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,

    /// Threads that append
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: u16,

    /// Events in a batch
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) batch: u32,

    /// Batches that a thread has under way at most
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) window: u32,

    /// How often both are measured
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,

    /// How long each is measured
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,

    /// Let each sync of the log take at least so many milliseconds, as on a slower disk
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(crate) sync_ms: u32,

    #[command(flatten)]
    pub(crate) appending: Appending,

    #[command(flatten)]
    pub(crate) sealing: Sealing,
}
