//! How large an event may be.

/// How large the events of one request or file may be. What exceeds a limit is refused, never cut.
///
/// The defaults are far above what clients send and keep the memory that one event can claim in bounds; a server for
/// strangers sets lower ones.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventLimits {
    /// Bytes of one string, as UTF-8. 1 MiB.
    pub string_bytes: usize,
    /// Elements of one `properties`, repeated ones included. 10,000.
    pub properties: usize,
    /// Bytes of one event as JSON text. 64 MiB.
    pub event_bytes: usize,
    /// Events of a text that is taken as a whole, by [`Batch::from_json`](crate::event::Batch::from_json). No limit:
    /// the memory that they take is that of the text.
    pub batch_events: u64,
    /// Bytes that a compressed text may become when it is taken as a whole, by
    /// [`Batch::from_json`](crate::event::Batch::from_json). 1 GiB. Streams need no such limit.
    pub decompressed_bytes: u64,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self {
            string_bytes: 1 << 20,
            properties: 10_000,
            event_bytes: 64 << 20,
            batch_events: u64::MAX,
            decompressed_bytes: 1 << 30,
        }
    }
}
