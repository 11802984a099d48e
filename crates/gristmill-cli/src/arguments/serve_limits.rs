//! How much a client of `gristmill serve` may take, as typed. Each has an environment variable; the flag wins.

use super::{Size, Time};
use clap::Args;
use gristmill_server::Limits;
use std::sync::LazyLock;

/// The defaults are the library's.
static DEFAULTS: LazyLock<Limits> = LazyLock::new(Limits::default);

/// How much a client may take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct ServeLimits {
    /// Bytes of a body of events, as sent
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_BODY_BYTES", default_value_t = Size(DEFAULTS.body_bytes as u64))]
    pub(crate) body_bytes: Size,

    /// Bytes of a body once it is decompressed
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_DECOMPRESSED_BYTES", default_value_t = Size(DEFAULTS.decompressed_bytes as u64))]
    pub(crate) decompressed_bytes: Size,

    /// How many times as large a body may become when it is decompressed
    #[arg(long, value_name = "N", env = "GRISTMILL_DECOMPRESSION_RATIO", default_value_t = small(DEFAULTS.decompression_ratio), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) decompression_ratio: u32,

    /// Events of a body
    #[arg(long, value_name = "N", env = "GRISTMILL_BATCH_EVENTS", default_value_t = DEFAULTS.batch_events, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) batch_events: u64,

    /// Bytes of one string of an event
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_STRING_BYTES", default_value_t = Size(DEFAULTS.string_bytes as u64))]
    pub(crate) string_bytes: Size,

    /// Elements of the `properties` of an event
    #[arg(long, value_name = "N", env = "GRISTMILL_PROPERTIES", default_value_t = small(DEFAULTS.properties), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) properties: u32,

    /// Bytes of a query or a deletion
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_QUERY_BYTES", default_value_t = Size(DEFAULTS.query_bytes as u64))]
    pub(crate) query_bytes: Size,

    /// Brackets of a query that may be open at a place
    #[arg(long, value_name = "N", env = "GRISTMILL_JSON_LEVELS", default_value_t = small(DEFAULTS.json_levels), value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) json_levels: u32,

    /// Filters of a query
    #[arg(long, value_name = "N", env = "GRISTMILL_FILTERS", default_value_t = small(DEFAULTS.filters), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) filters: u32,

    /// How deep filters of a query may stand in each other
    #[arg(long, value_name = "N", env = "GRISTMILL_FILTER_LEVELS", default_value_t = small(DEFAULTS.filter_levels), value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) filter_levels: u32,

    /// Values of a filter of a query
    #[arg(long, value_name = "N", env = "GRISTMILL_FILTER_VALUES", default_value_t = small(DEFAULTS.filter_values), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) filter_values: u32,

    /// Dimensions that a query groups by
    #[arg(long, value_name = "N", env = "GRISTMILL_GROUP_BY", default_value_t = small(DEFAULTS.group_by), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) group_by: u32,

    /// Aggregations of a query
    #[arg(long, value_name = "N", env = "GRISTMILL_AGGREGATIONS", default_value_t = small(DEFAULTS.aggregations), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) aggregations: u32,

    /// Bytes of a regular expression
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_REGEX_BYTES", default_value_t = Size(DEFAULTS.regex_bytes as u64))]
    pub(crate) regex_bytes: Size,

    /// Bytes of all bodies that are being read or stored; beyond them, 503
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_QUEUED_BYTES", default_value_t = Size(DEFAULTS.queued_bytes as u64))]
    pub(crate) queued_bytes: Size,

    /// Fetches that are worked on at once, one for each core by default
    #[arg(long, value_name = "N", env = "GRISTMILL_FETCHES", default_value_t = small(DEFAULTS.fetches), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) fetches: u32,

    /// Fetches that wait for their turn; beyond them, 503
    #[arg(long, value_name = "N", env = "GRISTMILL_FETCH_QUEUE", default_value_t = small(DEFAULTS.fetch_queue), value_parser = clap::value_parser!(u32).range(0..))]
    pub(crate) fetch_queue: u32,

    /// Time that a fetch may wait for its turn, and then may take
    #[arg(long, value_name = "TIME", env = "GRISTMILL_FETCH_TIME", default_value_t = Time(DEFAULTS.fetch_time))]
    pub(crate) fetch_time: Time,

    /// Bytes that groups, distinct values and sketches of a fetch may take in memory
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_FETCH_BYTES", default_value_t = Size(DEFAULTS.fetch_bytes))]
    pub(crate) fetch_bytes: Size,

    /// Bytes that all fetches may take together; beyond them, 503
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_ALL_FETCHES_BYTES", default_value_t = Size(DEFAULTS.all_fetches_bytes))]
    pub(crate) all_fetches_bytes: Size,

    /// Groups of a fetch in all buckets together, and rows of the answer before its limit
    #[arg(long, value_name = "N", env = "GRISTMILL_FETCH_GROUPS", default_value_t = DEFAULTS.fetch_groups, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) fetch_groups: u64,

    /// Rows that an answer may have
    #[arg(long, value_name = "N", env = "GRISTMILL_FETCH_ROWS", default_value_t = DEFAULTS.fetch_rows, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) fetch_rows: u64,

    /// Bytes of the text of an answer
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_ANSWER_BYTES", default_value_t = Size(DEFAULTS.answer_bytes as u64))]
    pub(crate) answer_bytes: Size,

    /// Bytes of all answers that clients have not taken yet; beyond them, 503
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_UNSENT_BYTES", default_value_t = Size(DEFAULTS.unsent_bytes as u64))]
    pub(crate) unsent_bytes: Size,

    /// Batches of events that are parsed and stored at once; others wait
    #[arg(long, value_name = "N", env = "GRISTMILL_APPENDS", default_value_t = small(DEFAULTS.appends), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) appends: u32,

    /// Requests of one token that are under way, and of all clients without one where there are tokens; beyond them, 429
    #[arg(long, value_name = "N", env = "GRISTMILL_CLIENT_REQUESTS", default_value_t = small(DEFAULTS.client_requests), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) client_requests: u32,

    /// Connections; further ones wait to be accepted
    #[arg(long, value_name = "N", env = "GRISTMILL_CONNECTIONS", default_value_t = small(DEFAULTS.connections), value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,

    /// Time for the head of a request
    #[arg(long, value_name = "TIME", env = "GRISTMILL_HEADER_TIME", default_value_t = Time(DEFAULTS.header_time))]
    pub(crate) header_time: Time,

    /// Time that a connection may wait for its next request
    #[arg(long, value_name = "TIME", env = "GRISTMILL_IDLE_TIME", default_value_t = Time(DEFAULTS.idle_time))]
    pub(crate) idle_time: Time,

    /// Time for a body, beside what it takes at --body-rate
    #[arg(long, value_name = "TIME", env = "GRISTMILL_BODY_TIME", default_value_t = Time(DEFAULTS.body_time))]
    pub(crate) body_time: Time,

    /// Bytes a second that a body must come with on average
    #[arg(long, value_name = "BYTES", env = "GRISTMILL_BODY_RATE", default_value_t = Size(DEFAULTS.body_rate))]
    pub(crate) body_rate: Size,

    /// Time in which a client must take what is ready to be sent
    #[arg(long, value_name = "TIME", env = "GRISTMILL_WRITE_TIME", default_value_t = Time(DEFAULTS.write_time))]
    pub(crate) write_time: Time,

    /// Time for what is under way when the service is told to end
    #[arg(long, value_name = "TIME", env = "GRISTMILL_DRAIN_TIME", default_value_t = Time(DEFAULTS.drain_time))]
    pub(crate) drain_time: Time,
}

/// A default that is far below the limits of its flag.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
