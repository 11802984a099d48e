//! How much a client may take, and for how long.

use gristmill::Options;
use gristmill::event::EventLimits;
use gristmill::exec::Budget;
use gristmill::request::RequestLimits;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

/// How much a client may take, and for how long. What goes beyond is refused with a status of its own, never cut.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a body of events, as sent. 8 MiB: some ten thousand events.
    pub body_bytes: usize,
    /// Bytes of a body once it is decompressed. 8 MiB, as for one that is not compressed.
    pub decompressed_bytes: usize,
    /// How many times as large a body may become when it is decompressed. 100: events compress to a tenth or so.
    pub decompression_ratio: usize,
    /// Events of a body. 50,000.
    pub batch_events: u64,
    /// Bytes of one string of an event. 64 KiB.
    pub string_bytes: usize,
    /// Elements of the `properties` of an event. 256.
    pub properties: usize,
    /// Bytes of a query or a deletion, as sent. 1 MiB: a filter of 10,000 identifiers has half of that.
    pub query_bytes: usize,
    /// Brackets of a query that may be open at a place. 64.
    pub json_levels: usize,
    /// Filters of a query. 1,000.
    pub filters: usize,
    /// How deep filters of a query may stand in each other. 32.
    pub filter_levels: usize,
    /// Values of a filter of a query, such as `in`. 10,000.
    pub filter_values: usize,
    /// Dimensions that a query groups by. 8.
    pub group_by: usize,
    /// Aggregations of a query. 32.
    pub aggregations: usize,
    /// Bytes of a regular expression. 1 KiB.
    pub regex_bytes: usize,
    /// Bytes of all bodies that are being read or stored. 256 MiB.
    pub queued_bytes: usize,
    /// Fetches that are worked on at once. One for each core: more of them would only take turns.
    pub fetches: usize,
    /// Fetches that wait for their turn. 64; further ones are refused at once.
    pub fetch_queue: usize,
    /// Time that a fetch may wait for its turn, and then may take. 30 s, after which most clients have gone.
    pub fetch_time: Duration,
    /// Bytes that a fetch may take for what it finds, see [`Budget::bytes`]. 256 MiB.
    pub fetch_bytes: u64,
    /// Bytes that all fetches may take together for what they find. 1 GiB.
    pub all_fetches_bytes: u64,
    /// Groups of a fetch, see [`Budget::groups`]. 1,000,000.
    pub fetch_groups: u64,
    /// Rows of an answer, see [`Budget::rows`]. 1,000,000.
    pub fetch_rows: u64,
    /// Bytes of the text of an answer. 64 MiB.
    pub answer_bytes: usize,
    /// Bytes of all answers that clients have not taken yet. 256 MiB.
    pub unsent_bytes: usize,
    /// Batches of events that are parsed and stored at once; others wait. 64: those that wait for the disk share its next
    /// sync.
    pub appends: usize,
    /// Requests of one client that are under way, where there are tokens: of a token, or of all who have none. 64, which
    /// leaves room for others.
    pub client_requests: usize,
    /// Connections. 1,024; further ones wait to be accepted.
    pub connections: usize,
    /// Time for the head of a request, from its first byte or the connection on. 10 s.
    pub header_time: Duration,
    /// Time that a connection may wait for the next request. 60 s.
    pub idle_time: Duration,
    /// Time for a body, beside what it takes at [`Limits::body_rate`]. 30 s.
    pub body_time: Duration,
    /// Bytes a second that a body must come with on average. 1 KiB.
    pub body_rate: u64,
    /// Time in which a client must take what is ready to be sent, some hundred KiB of an answer at a time. 30 s.
    pub write_time: Duration,
    /// Time for what is under way when the service is told to end. 30 s, as long as a fetch may take.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 8 << 20,
            decompressed_bytes: 8 << 20,
            decompression_ratio: 100,
            batch_events: 50_000,
            string_bytes: 64 << 10,
            properties: 256,
            query_bytes: 1 << 20,
            json_levels: 64,
            filters: 1000,
            filter_levels: 32,
            filter_values: 10_000,
            group_by: 8,
            aggregations: 32,
            regex_bytes: 1 << 10,
            queued_bytes: 256 << 20,
            fetches: thread::available_parallelism().map_or(1, NonZeroUsize::get),
            fetch_queue: 64,
            fetch_time: Duration::from_secs(30),
            fetch_bytes: 256 << 20,
            all_fetches_bytes: 1 << 30,
            fetch_groups: 1_000_000,
            fetch_rows: 1_000_000,
            answer_bytes: 64 << 20,
            unsent_bytes: 256 << 20,
            appends: 64,
            client_requests: 64,
            connections: 1024,
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_mins(1),
            body_time: Duration::from_secs(30),
            body_rate: 1 << 10,
            write_time: Duration::from_secs(30),
            drain_time: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// Options to open a store with, so that fetches keep within these limits.
    #[must_use]
    pub fn of_store(&self, options: Options) -> Options {
        let budget = Budget {
            groups: self.fetch_groups,
            rows: self.fetch_rows,
            bytes: self.fetch_bytes,
            time: Some(self.fetch_time),
        };
        options.budget(budget).fetch_memory(self.all_fetches_bytes)
    }

    /// How large a query may be.
    pub(crate) fn request(&self) -> RequestLimits {
        let mut limits = RequestLimits::default();
        limits.json_levels = self.json_levels;
        limits.filters = self.filters;
        limits.filter_levels = self.filter_levels;
        limits.values = self.filter_values;
        limits.group_by = self.group_by;
        limits.aggregations = self.aggregations;
        limits.regex_bytes = self.regex_bytes;
        limits
    }

    /// How large the events of a request may be.
    pub(crate) fn events(&self) -> EventLimits {
        let mut limits = EventLimits::default();
        limits.string_bytes = self.string_bytes;
        limits.properties = self.properties;
        limits.batch_events = self.batch_events;
        limits.decompressed_bytes = self.decompressed_bytes as u64;
        limits
    }

    /// Bytes that a body of that many bytes may become when it is decompressed.
    pub(crate) fn decompressed(&self, sent: usize) -> usize {
        sent.saturating_mul(self.decompression_ratio).min(self.decompressed_bytes)
    }
}
