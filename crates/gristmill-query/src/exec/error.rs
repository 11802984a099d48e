//! Why a checked fetch was not answered.

use gristmill_storage::segment::SegmentError;

/// Why a checked fetch was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecError {
    /// A segment that the fetch needs could not be read.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The answer has more groups or rows than the budget allows.
    #[error(
        "the answer needs at least {found} groups, over the budget of {limit}: \
         shorten the interval, take a coarser granularity, group by fewer dimensions, or raise the budget"
    )]
    TooManyGroups {
        /// Groups found, or rows needed, when the fetch was stopped.
        found: u64,
        /// The budget.
        limit: u64,
    },
    /// The answer has more rows than the budget allows.
    #[error(
        "the answer has {found} rows, over the budget of {limit}: \
         set `limit`, shorten the interval, take a coarser granularity, or raise the budget"
    )]
    TooManyRows {
        /// Rows of the answer.
        found: u64,
        /// The budget.
        limit: u64,
    },
    /// What the fetch finds takes more memory than the budget allows.
    #[error(
        "the answer needs at least {found} bytes of memory, over the budget of {limit}: {}\
         shorten the interval, group by fewer dimensions, or raise the budget",
        if *exact_distinct { "ask for `approx_uniq` in place of exact distinct counts, " } else { "" }
    )]
    TooMuchMemory {
        /// Bytes taken when the fetch was stopped.
        found: u64,
        /// The budget.
        limit: u64,
        /// Whether the fetch asks for exact distinct counts, which `approx_uniq` estimates in bounded memory.
        exact_distinct: bool,
    },
    /// Other fetches have the memory that all may have together.
    #[error("all fetches together have reached their {limit} bytes of memory: try again in a moment")]
    MemoryTaken {
        /// What they may have together, in bytes.
        limit: u64,
    },
    /// The fetch took longer than the budget allows.
    #[error(
        "the answer was not there within {} s, the budget of its time: \
         shorten the interval, filter by rarer values, or raise the budget",
        limit.as_secs_f64()
    )]
    TimedOut {
        /// The budget.
        limit: std::time::Duration,
    },
    /// The fetch was stopped from another thread.
    #[error("the fetch was canceled before its answer was there")]
    Canceled,
    /// A regular expression did not compile. A fetch that was read from JSON has been checked for this.
    #[error("the regular expression of a filter does not compile")]
    Regex(#[from] regex::Error),
}
