//! How much a client of `gristmill serve` may take.

use crate::arguments::{ServeLimits, Size};
use gristmill_server::Limits;

impl From<&ServeLimits> for Limits {
    fn from(typed: &ServeLimits) -> Self {
        let mut limits = Self::default();
        limits.body_bytes = bytes(typed.body_bytes);
        limits.decompressed_bytes = bytes(typed.decompressed_bytes);
        limits.decompression_ratio = count(typed.decompression_ratio);
        limits.batch_events = typed.batch_events;
        limits.string_bytes = bytes(typed.string_bytes);
        limits.properties = count(typed.properties);
        limits.query_bytes = bytes(typed.query_bytes);
        limits.json_levels = count(typed.json_levels);
        limits.filters = count(typed.filters);
        limits.filter_levels = count(typed.filter_levels);
        limits.filter_values = count(typed.filter_values);
        limits.group_by = count(typed.group_by);
        limits.aggregations = count(typed.aggregations);
        limits.regex_bytes = bytes(typed.regex_bytes);
        limits.queued_bytes = bytes(typed.queued_bytes);
        limits.fetches = count(typed.fetches);
        limits.fetch_queue = count(typed.fetch_queue);
        limits.fetch_time = typed.fetch_time.0;
        limits.fetch_bytes = typed.fetch_bytes.0;
        limits.all_fetches_bytes = typed.all_fetches_bytes.0;
        limits.fetch_groups = typed.fetch_groups;
        limits.fetch_rows = typed.fetch_rows;
        limits.answer_bytes = bytes(typed.answer_bytes);
        limits.unsent_bytes = bytes(typed.unsent_bytes);
        limits.appends = count(typed.appends);
        limits.client_requests = count(typed.client_requests);
        limits.connections = count(typed.connections);
        limits.header_time = typed.header_time.0;
        limits.idle_time = typed.idle_time.0;
        limits.body_time = typed.body_time.0;
        limits.body_rate = typed.body_rate.0;
        limits.write_time = typed.write_time.0;
        limits.drain_time = typed.drain_time.0;
        limits
    }
}

fn bytes(size: Size) -> usize {
    usize::try_from(size.0).unwrap_or(usize::MAX)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
