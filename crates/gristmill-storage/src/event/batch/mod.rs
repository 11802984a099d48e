//! A batch: checked events as the bytes that go into the log.
//!
//! `docs/format.md`, chapter "Batch", lays the bytes out.

mod builder;
mod header;
mod rows;

pub use builder::BatchBuilder;
pub use rows::{BatchDecodeError, Rows};

use crate::event::{BatchError, Event};
use header::Header;
use std::borrow::Borrow;

/// An immutable batch of checked events. It is stored as a whole or not at all.
///
/// Its bytes, [`Batch::payload`], are what the log keeps; they hold the append token too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Checked as a whole by [`Batch::decode`], or written by [`BatchBuilder`].
    payload: Vec<u8>,
    header: Header,
}

impl Batch {
    /// The most bytes an append token may have; the least is 1.
    pub const MAX_TOKEN_BYTES: usize = 256;

    /// A batch of these events, in their order.
    ///
    /// [`BatchError::Invalid`] where a timestamp is out of range, a value is not finite, or a limit of
    /// [`EventLimits::default`](crate::event::EventLimits) is exceeded.
    pub fn from_events<E: Borrow<Event>>(events: impl IntoIterator<Item = E>) -> Result<Self, BatchError> {
        let mut builder = BatchBuilder::new();
        let mut errors = Vec::new();
        let mut refused = 0;
        for (index, event) in (0..).zip(events) {
            if let Err(mut error) = builder.push(&event.borrow().as_row()) {
                error.index = index;
                refused += 1;
                if errors.len() < BatchError::MAX_LISTED {
                    errors.push(error);
                }
            }
        }
        if refused > 0 {
            return Err(BatchError::Invalid { errors, total: refused });
        }
        Ok(builder.finish())
    }

    /// The batch that these bytes are, all of them checked: what is decoded can be relied on like what was built.
    pub fn decode(payload: Vec<u8>) -> Result<Self, BatchDecodeError> {
        let header = rows::check(&payload)?;
        Ok(Self { payload, header })
    }

    /// The bytes of the batch, token included.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        // Every row has bytes of its own in memory, so the count fits.
        usize::try_from(self.header.rows).unwrap_or(usize::MAX)
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.header.rows == 0
    }

    /// The events, in their order.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.payload, &self.header)
    }

    /// The same batch with an append token: a second batch with the same token is not stored again.
    ///
    /// [`BatchError::Token`] unless it has 1 to 256 bytes. A token that was there is replaced.
    pub fn with_token(mut self, token: &str) -> Result<Self, BatchError> {
        let length = token.len();
        let stored = u16::try_from(length).ok().filter(|_| (1..=Self::MAX_TOKEN_BYTES).contains(&length));
        let Some(stored) = stored else {
            return Err(BatchError::Token { length });
        };
        self.payload.truncate(self.payload.len() - self.header.token_len());
        self.payload.extend_from_slice(token.as_bytes());
        self.header.token = stored;
        self.header.write(&mut self.payload);
        Ok(self)
    }

    /// The append token.
    pub fn token(&self) -> Option<&str> {
        let start = self.payload.len() - self.header.token_len();
        // Checked to be UTF-8 when the batch was made or decoded.
        std::str::from_utf8(&self.payload[start..]).ok().filter(|token| !token.is_empty())
    }
}

#[cfg(test)]
mod tests;
