//! What a partial answer is without.

use crate::request::Interval;

/// A segment that could not be read for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What was wrong with it, with the file and the place.
    pub reason: String,
    /// How many rows it holds, of all organizations.
    pub rows: u64,
    /// The instants its rows lie in.
    pub interval: Interval,
}
