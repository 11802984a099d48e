//! How much a client may take, and for how long.

use gristmill::event::EventLimits;
use gristmill::exec::Budget;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

/// How much a client may take, and for how long. What goes beyond is refused with a status of its own, never cut.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a body of events, as sent. 8 MiB: some ten thousand events.
    pub body_bytes: usize,
    /// Bytes of a query or a deletion, as sent. 1 MiB: a filter of 10,000 identifiers has half of that.
    pub query_bytes: usize,
    /// Fetches that are worked on at once. One for each core: more of them would only take turns.
    pub fetches: usize,
    /// Time that a fetch may take once it is worked on. 30 s, after which most clients have gone.
    pub fetch_time: Duration,
    /// Bytes that a fetch may take for what it finds, see [`Budget::bytes`]. 256 MiB.
    pub fetch_bytes: u64,
    /// Groups of a fetch, see [`Budget::groups`]. 1,000,000.
    pub fetch_groups: u64,
    /// Rows of an answer, see [`Budget::rows`]. 1,000,000.
    pub fetch_rows: u64,
    /// Batches of events that are parsed and stored at once; others wait. 64: those that wait for the disk share its next
    /// sync.
    pub appends: usize,
    /// Time for what is under way when the service is told to end. 30 s, as long as a fetch may take.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 8 << 20,
            query_bytes: 1 << 20,
            fetches: thread::available_parallelism().map_or(1, NonZeroUsize::get),
            fetch_time: Duration::from_secs(30),
            fetch_bytes: 256 << 20,
            fetch_groups: 1_000_000,
            fetch_rows: 1_000_000,
            appends: 64,
            drain_time: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// What one fetch may use: the store is opened with this.
    pub fn budget(&self) -> Budget {
        Budget {
            groups: self.fetch_groups,
            rows: self.fetch_rows,
            bytes: self.fetch_bytes,
            time: Some(self.fetch_time),
        }
    }

    /// How large the events of a request may be.
    pub(crate) fn events(&self) -> EventLimits {
        let mut limits = EventLimits::default();
        limits.decompressed_bytes = self.body_bytes as u64;
        limits
    }
}
