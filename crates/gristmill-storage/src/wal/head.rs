//! What the first frame of a log says of the log before it.

use super::frame::FrameFault;

/// The end of the log before, so that a missing or shortened one is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Predecessor {
    /// Its id; 0 where there is none that still counts.
    pub(crate) log: u64,
    /// How many of its bytes count.
    pub(crate) length: u64,
    /// The checksum of its last frame that counts.
    pub(crate) checksum: u32,
}

impl Predecessor {
    /// Bytes of the payload of a head frame.
    pub(crate) const LEN: usize = 20;

    pub(crate) fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0..8].copy_from_slice(&self.log.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.length.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.checksum.to_le_bytes());
        bytes
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, FrameFault> {
        let Some(bytes) = payload.as_array::<{ Self::LEN }>() else {
            return Err(FrameFault::new(
                format_args!("{} bytes in the head frame", Self::LEN),
                payload.len(),
            ));
        };
        let part = |at: usize| std::array::from_fn(|byte| bytes[at + byte]);
        Ok(Self {
            log: u64::from_le_bytes(part(0)),
            length: u64::from_le_bytes(part(8)),
            checksum: u32::from_le_bytes(std::array::from_fn(|byte| bytes[16 + byte])),
        })
    }
}
