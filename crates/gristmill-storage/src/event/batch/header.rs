//! The first bytes of a batch.

/// The layout that is written, and the only one that is read.
pub(super) const VERSION: u16 = 1;

/// The lengths of a batch's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Events.
    pub rows: u64,
    /// Bytes of the numbers part.
    pub numbers: u64,
    /// Bytes of the text part.
    pub text: u64,
    /// Bytes of the token at the end; 0 is none.
    pub token: u16,
}

impl Header {
    /// Bytes of the header itself.
    pub(super) const LEN: usize = 32;

    pub(super) fn token_len(&self) -> usize {
        usize::from(self.token)
    }

    /// Overwrites the first [`Header::LEN`] bytes of a payload.
    pub(super) fn write(&self, payload: &mut [u8]) {
        payload[0..2].copy_from_slice(&VERSION.to_le_bytes());
        payload[2..4].copy_from_slice(&self.token.to_le_bytes());
        payload[4..8].fill(0);
        payload[8..16].copy_from_slice(&self.rows.to_le_bytes());
        payload[16..24].copy_from_slice(&self.numbers.to_le_bytes());
        payload[24..32].copy_from_slice(&self.text.to_le_bytes());
    }
}
