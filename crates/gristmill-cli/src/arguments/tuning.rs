//! The numbers of the library, as typed. Each has an environment variable; the flag wins.

use super::Size;
use clap::Args;
use gristmill::Durability;

/// When a store seals.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Sealing {
    /// Rows at which events are sealed into a segment file, and the most that one holds [default: 1048576]
    #[arg(long, value_name = "N", env = "GRISTMILL_SEGMENT_ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) segment_rows: Option<u32>,

    /// Bytes of write-ahead log at which appended events are sealed into segments [default: 64MiB]
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_WAL_BYTES")]
    pub(crate) wal_bytes: Option<Size>,
}

/// What an append that was acknowledged survives.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Appending {
    /// What an acknowledged append survives: `append`, a power cut; `100ms` or another time, a kill at once and a power cut
    /// after at most this long and the sync that is then made; `none`, a kill, and a power cut may take everything since
    /// the last seal or close
    #[arg(long, value_name = "WHEN", env = "GRISTMILL_DURABILITY", default_value_t)]
    pub(crate) durability: Durability,
}

/// Numbers for commands that write a store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Writing {
    #[command(flatten)]
    pub(crate) sealing: Sealing,

    /// How many of the newest batch ids the store remembers [default: 65536]
    #[arg(long, value_name = "N", env = "GRISTMILL_TOKEN_WINDOW", value_parser = clap::value_parser!(u32))]
    pub(crate) token_window: Option<u32>,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Numbers for commands that read a store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Reading {
    /// Threads that answer queries, and that load events [default: one for each core]
    #[arg(long, value_name = "N", env = "GRISTMILL_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Bytes of segment files kept in memory [default: 256MiB]
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_CACHE_BYTES")]
    pub(crate) cache_bytes: Option<Size>,
}

/// Limits of a query: beyond them it fails instead of taking the machine down.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Budgets {
    /// Groups in all buckets together, and rows of the answer before its limit [default: 10000000]
    #[arg(long = "max-groups", value_name = "N", env = "GRISTMILL_MAX_GROUPS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) groups: Option<u64>,

    /// Rows that the answer may have [default: 10000000]
    #[arg(long = "max-rows", value_name = "N", env = "GRISTMILL_MAX_ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rows: Option<u64>,

    /// Bytes that groups, distinct values and sketches may take in memory [default: 1GiB]
    #[arg(long = "max-bytes", value_name = "BYTES", env = "GRISTMILL_MAX_BYTES")]
    pub(crate) bytes: Option<Size>,

    /// Milliseconds until the answer must be there [default: as long as it takes]
    #[arg(long = "max-ms", value_name = "MS", env = "GRISTMILL_MAX_MS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) ms: Option<u64>,
}
