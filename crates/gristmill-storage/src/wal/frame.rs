//! One frame: a header with a checksum of its own, a payload, and a checksum over both.

use std::fmt;

use crc32c::{crc32c, crc32c_append};

/// Starts every frame. Two of its bytes occur in no UTF-8 text, so no text in a payload can pass for a frame.
pub(crate) const MAGIC: [u8; 4] = [0xff, b'G', b'W', 0xfe];
/// Bytes of a header.
pub(crate) const HEADER_LEN: usize = 44;
/// Bytes after the payload.
pub(crate) const TRAILER_LEN: usize = 4;
/// The most bytes a payload may have, so that a rotten length makes nobody allocate.
pub(crate) const MAX_PAYLOAD: usize = 64 << 20;

const VERSION: u8 = 1;
/// [`HEADER_LEN`] as it stands in a header.
const HEADER_LEN_BYTE: u8 = 44;
/// Where the header's checksum lies, and so how many bytes it covers.
const CHECKSUM_AT: usize = HEADER_LEN - 4;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// The first frame of a log: names the log before it.
    Head,
    /// One batch of events.
    Batch,
    /// The newest durable position, and the number of the newest catalog.
    Marker,
}

impl FrameKind {
    const ALL: [Self; 3] = [Self::Head, Self::Batch, Self::Marker];

    fn flags(self) -> u16 {
        match self {
            Self::Head => 1,
            Self::Batch => 2,
            Self::Marker => 3,
        }
    }

    fn from_flags(flags: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.flags() == flags)
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// What the frame is for.
    pub(crate) kind: FrameKind,
    /// Bytes of the payload, at most [`MAX_PAYLOAD`].
    pub(crate) payload_len: u32,
    /// Of a batch, its sequence number; else that of the last batch before.
    pub(crate) sequence: u64,
    /// How many bytes of the log were durable when the frame was written.
    pub(crate) durable: u64,
    /// The log the frame belongs to, so that remains of another file never pass for a frame.
    pub(crate) log: u64,
    /// The checksum at the end of the frame before; 0 in the first one.
    pub(crate) previous: u32,
}

/// Why bytes are no frame of the log in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrameFault {
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl FrameFault {
    pub(crate) fn new(expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { expected: expected.to_string(), found: found.to_string() }
    }
}

impl FrameHeader {
    /// Bytes of the whole frame.
    pub(crate) fn frame_len(&self) -> u64 {
        // Both are small constants, the length is 32 bits.
        u64::from(self.payload_len) + (HEADER_LEN + TRAILER_LEN) as u64
    }

    fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4] = HEADER_LEN_BYTE;
        bytes[5] = VERSION;
        bytes[6..8].copy_from_slice(&self.kind.flags().to_le_bytes());
        bytes[8..12].copy_from_slice(&self.payload_len.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.durable.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.log.to_le_bytes());
        bytes[36..40].copy_from_slice(&self.previous.to_le_bytes());
        let checksum = crc32c(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads and checks a header; what follows it is not looked at.
    pub(crate) fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, FrameFault> {
        if bytes[..4] != MAGIC {
            return Err(FrameFault::new("the start of a frame", "other bytes"));
        }
        let checksum = crc32c(&bytes[..CHECKSUM_AT]);
        let stored = u32_at(bytes, CHECKSUM_AT);
        if checksum != stored {
            return Err(FrameFault::new(
                format_args!("header checksum {checksum:08x}"),
                format_args!("{stored:08x}"),
            ));
        }
        if [bytes[4], bytes[5]] != [HEADER_LEN_BYTE, VERSION] {
            let found = format_args!("version {} of {} bytes", bytes[5], bytes[4]);
            return Err(FrameFault::new(format_args!("a frame header of version {VERSION}"), found));
        }
        let flags = u16::from_le_bytes([bytes[6], bytes[7]]);
        let kind =
            FrameKind::from_flags(flags).ok_or_else(|| FrameFault::new("a known kind of frame", flags))?;
        let payload_len = u32_at(bytes, 8);
        if payload_len as usize > MAX_PAYLOAD {
            return Err(FrameFault::new(format_args!("at most {MAX_PAYLOAD} bytes of payload"), payload_len));
        }
        Ok(Self {
            kind,
            payload_len,
            sequence: u64_at(bytes, 12),
            durable: u64_at(bytes, 20),
            log: u64_at(bytes, 28),
            previous: u32_at(bytes, 36),
        })
    }
}

/// Appends a frame and returns the checksum at its end, which the next frame repeats.
///
/// The header's `payload_len` must be the length of `payload`.
pub(crate) fn encode(header: &FrameHeader, payload: &[u8], out: &mut Vec<u8>) -> u32 {
    debug_assert_eq!(header.payload_len as usize, payload.len());
    let head = header.encode();
    let checksum = frame_checksum(&head, payload);
    out.extend_from_slice(&head);
    out.extend_from_slice(payload);
    out.extend_from_slice(&checksum.to_le_bytes());
    checksum
}

/// The checksum at the end of a frame. It covers the header too, which ties the payload to its place.
pub(crate) fn frame_checksum(header: &[u8; HEADER_LEN], payload: &[u8]) -> u32 {
    crc32c_append(crc32c(header), payload)
}

fn u32_at(bytes: &[u8; HEADER_LEN], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]))
}

fn u64_at(bytes: &[u8; HEADER_LEN], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]))
}
