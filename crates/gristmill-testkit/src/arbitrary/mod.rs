//! Random events and fetches: few distinct values that meet often, instants where clocks change, numbers at the ends of
//! their range.

mod event;
mod fetch;
mod filter;
mod granularity;
mod instant;
mod json;

pub use event::{events, number, optional_text, text};
pub use fetch::{fetch, with_filter};
pub use filter::filter;
pub use instant::{instant, zone};
pub use json::fetch_json;

/// The organizations that random events belong to; the first has most of them.
pub const ORGANIZATIONS: [&str; 3] = ["acme", "acme ", ""];

/// The vendors of random events.
pub const VENDORS: [&str; 3] = ["shop", "bank", ""];

#[cfg(test)]
mod tests;
