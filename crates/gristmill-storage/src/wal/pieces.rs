//! What is left of a damaged log: its intact frames, before and behind what is bad.

use std::io;
use std::ops::Range;

use crate::dir::Dir;

use super::frame::{FrameHeader, FrameKind, HEADER_LEN, MAGIC, TRAILER_LEN, frame_checksum};
use super::window::Window;
use super::{WalError, path};

/// Bytes looked through at once for the next frame.
const SEARCH_STEP: usize = 1 << 16;

/// A log, frame by frame.
#[derive(Debug)]
pub(crate) struct Pieces {
    /// From the start of the log to its end, without a gap between them.
    pub(crate) all: Vec<Piece>,
    /// How many bytes its intact headers say are durable.
    pub(crate) durable: u64,
    /// The number of the newest catalog that it knows; 0 for none.
    pub(crate) catalog: u64,
    /// How long the file is.
    pub(crate) length: u64,
}

/// A part of a log.
#[derive(Debug)]
pub(crate) enum Piece {
    /// The first frame, or a marker: the number of the last batch before it.
    After(u64),
    /// A batch.
    Batch {
        /// Its number.
        sequence: u64,
        /// Where its frame starts.
        offset: u64,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// Bytes that are no frame of this log.
    Bad(Range<u64>),
}

/// Reads a log frame by frame. Behind a bad frame it looks for the next one that is intact, whatever the order.
///
/// [`WalError::Missing`] where there is no such file.
pub(crate) fn pieces(dir: &dyn Dir, id: u64) -> Result<Pieces, WalError> {
    let name = path(id);
    let file = dir.open(&name).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => WalError::Missing { file: name.clone() },
        _ => WalError::io("open", &name, source),
    })?;
    let failed = |source| WalError::io("read", &name, source);
    let mut window = Window::new(&*file).map_err(failed)?;
    let mut log = Pieces { all: Vec::new(), durable: 0, catalog: 0, length: window.len() };
    let mut at = 0;
    while at < log.length {
        at = if let Some(frame) = intact(&mut window, id, at).map_err(failed)? {
            frame.push_to(&mut log)
        } else {
            let next = next_intact(&mut window, id, at + 1).map_err(failed)?;
            log.all.push(Piece::Bad(at..next));
            next
        };
    }
    Ok(log)
}

/// An intact frame.
struct Frame {
    header: FrameHeader,
    offset: u64,
    payload: Vec<u8>,
}

impl Frame {
    /// Adds it to a log; answers where the next one starts.
    fn push_to(self, log: &mut Pieces) -> u64 {
        let Self { header, offset, payload } = self;
        log.durable = log.durable.max(header.durable);
        if let (FrameKind::Marker, Some(&number)) = (header.kind, payload.as_array()) {
            log.catalog = log.catalog.max(u64::from_le_bytes(number));
        }
        log.all.push(match header.kind {
            FrameKind::Batch => Piece::Batch { sequence: header.sequence, offset, payload },
            FrameKind::Head | FrameKind::Marker => Piece::After(header.sequence),
        });
        offset + header.frame_len()
    }
}

/// The frame of this log that starts at `at`, where there is an intact one.
fn intact(window: &mut Window<'_>, id: u64, at: u64) -> io::Result<Option<Frame>> {
    let bytes = window.get(at, HEADER_LEN)?.and_then(|bytes| bytes.as_array().copied());
    let Some(header_bytes) = bytes else { return Ok(None) };
    let Ok(header) = FrameHeader::decode(&header_bytes) else { return Ok(None) };
    if header.log != id {
        return Ok(None);
    }
    let length = header.payload_len as usize;
    let Some(rest) = window.get(at + HEADER_LEN as u64, length + TRAILER_LEN)? else { return Ok(None) };
    let (payload, trailer) = rest.split_at(length);
    let whole = trailer == frame_checksum(&header_bytes, payload).to_le_bytes();
    Ok(whole.then(|| Frame { header, offset: at, payload: payload.to_vec() }))
}

/// Where the next intact frame starts at or behind `at`; the end of the log where there is none.
fn next_intact(window: &mut Window<'_>, id: u64, at: u64) -> io::Result<u64> {
    let finder = memchr::memmem::Finder::new(&MAGIC);
    let mut start = at;
    while start < window.len() {
        let left = window.len() - start;
        let size = usize::try_from(left).map_or(SEARCH_STEP, |left| left.min(SEARCH_STEP));
        let Some(bytes) = window.get(start, size)? else { break };
        let found: Vec<u64> = finder.find_iter(bytes).map(|place| start + place as u64).collect();
        for candidate in found {
            if intact(window, id, candidate)?.is_some() {
                return Ok(candidate);
            }
        }
        // One that starts in the last bytes is seen by the next step.
        start += (size - (MAGIC.len() - 1).min(size - 1)) as u64;
    }
    Ok(window.len())
}
