//! Parquet files in the place of a store, as typed.

use super::SourceWord;
use clap::Args;
use std::path::PathBuf;

/// Parquet files in the place of a store.
#[derive(Debug, Args)]
pub(crate) struct ParquetFiles {
    /// Parquet files in place of a store: a file, a pattern such as 'dump/**/*.parquet', or a directory for all *.parquet in
    /// it; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub(crate) parquet: Vec<PathBuf>,

    /// The column that the Parquet files call THEIRS is the event's OURS, as in `event_time=timestamp`; may be given several
    /// times
    #[arg(long, value_name = "THEIRS=OURS", conflicts_with = "store")]
    pub(crate) map: Vec<String>,

    /// Who says how far the sender of an event in a Parquet file is trusted
    #[arg(long, value_name = "WHO", value_enum, default_value = "from-event", conflicts_with = "store")]
    pub(crate) source: SourceWord,
}
