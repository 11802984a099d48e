//! What an append is answered with.

/// Proof that events are stored, and durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How many events.
    pub events: u64,
    /// The number of the append: later appends have higher ones. A load carries the number of the append before it.
    pub sequence: u64,
}
