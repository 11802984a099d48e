//! The numbers of the library, as typed. Each has an environment variable; the flag wins.

use super::Size;
use clap::Args;

/// Numbers for commands that write a store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Writing {
    /// Rows of a segment before the next is begun
    #[arg(long, value_name = "N", env = "GRISTMILL_SEGMENT_ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) segment_rows: Option<u32>,

    /// Bytes of the write-ahead log before its events are sealed into segments
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_WAL_BYTES")]
    pub(crate) wal_bytes: Option<Size>,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Numbers for commands that read a store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Reading {
    /// Threads that work on a query [default: one for each core]
    #[arg(long, value_name = "N", env = "GRISTMILL_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Bytes of segment files kept in memory
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_CACHE_BYTES")]
    pub(crate) cache_bytes: Option<Size>,
}

/// Limits of a query: beyond them it fails instead of taking the machine down.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Budgets {
    /// Rows of an answer before its order and limit
    #[arg(long, value_name = "N", env = "GRISTMILL_MAX_GROUPS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_groups: Option<u64>,

    /// Bytes of memory that a query may take
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_MAX_QUERY_BYTES")]
    pub(crate) max_query_bytes: Option<Size>,

    /// Milliseconds that a query may take
    #[arg(long, value_name = "MS", env = "GRISTMILL_TIMEOUT_MS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout_ms: Option<u64>,
}
