//! How to measure appends, and where.

use super::options;
use crate::arguments::BenchAppendArguments;
use gristmill::{Durability, Options};
use std::path::PathBuf;
use std::time::Duration;

/// How to measure appends, and where.
#[derive(Debug)]
pub(crate) struct BenchAppendSettings {
    /// Where the stores are made.
    pub(crate) dir: PathBuf,
    pub(crate) options: Options,
    pub(crate) durability: Durability,
    pub(crate) appenders: Appenders,
    /// Events of a batch, at least one.
    pub(crate) batch_events: usize,
    /// Measurements, at least one.
    pub(crate) runs: u32,
    /// How long each of them takes.
    pub(crate) time: Duration,
    /// What a sync of the log takes at least.
    pub(crate) least_sync: Duration,
}

/// Who appends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Appenders {
    /// At least one.
    pub(crate) threads: usize,
    /// Batches that each of them has under way at most, at least one.
    pub(crate) window: usize,
}

impl Appenders {
    /// One thread that waits for each batch before the next.
    pub(crate) const ONE: Self = Self { threads: 1, window: 1 };
}

impl From<BenchAppendArguments> for BenchAppendSettings {
    fn from(typed: BenchAppendArguments) -> Self {
        Self {
            dir: typed.dir,
            durability: typed.appending.durability,
            // Nothing is fetched.
            options: options::with_sealing(options::for_a_command().threads(1), &typed.sealing)
                .durability(typed.appending.durability),
            appenders: Appenders { threads: typed.threads.into(), window: typed.window as usize },
            batch_events: typed.batch as usize,
            runs: typed.runs,
            time: Duration::from_secs(typed.seconds.into()),
            least_sync: Duration::from_millis(typed.sync_ms.into()),
        }
    }
}
