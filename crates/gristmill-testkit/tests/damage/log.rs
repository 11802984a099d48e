//! Where the frames of a log lie, after `docs/format.md`.

use std::ops::Range;

const HEADER: usize = 44;
const TRAILER: usize = 4;
const BATCH: u16 = 2;

/// A frame of a log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) place: Range<usize>,
    pub(crate) is_batch: bool,
}

/// The frames of an undamaged log.
pub(crate) fn frames(log: &[u8]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut start = 0;
    while start < log.len() {
        let header = &log[start..start + HEADER];
        let kind = u16::from_le_bytes([header[6], header[7]]);
        let payload = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let end = start + HEADER + payload + TRAILER;
        frames.push(Frame { place: start..end, is_batch: kind == BATCH });
        start = end;
    }
    frames
}
