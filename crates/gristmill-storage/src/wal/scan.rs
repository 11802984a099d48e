//! Reading a log: which frames count, and whether what follows them is a torn end or damage.

use std::io;

use crate::dir::Dir;

use super::frame::{FrameFault, FrameHeader, FrameKind, HEADER_LEN, MAGIC, TRAILER_LEN, frame_checksum};
use super::window::Window;
use super::{Predecessor, WalError, path};

/// Bytes looked through at once behind a bad frame.
const SEARCH_STEP: usize = 1 << 16;

/// What is known of a log before it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogExpected {
    /// The id of the log.
    pub(crate) id: u64,
    /// How many of its bytes are known to be durable.
    pub(crate) length: u64,
    /// Whether the log ends at `length` for good, since a later log follows it.
    pub(crate) closed: bool,
    /// Batches up to this sequence number are in segments, and are checked but not returned.
    pub(crate) sealed: u64,
}

/// What a log holds.
#[derive(Debug)]
pub(crate) struct LogScan {
    /// What its head says of the log before.
    pub(crate) predecessor: Predecessor,
    /// The sequence number of the last batch before this log.
    pub(crate) before: u64,
    /// The sequence number of its last batch, or `before`.
    pub(crate) last: u64,
    /// Where the frames that count end.
    pub(crate) end: u64,
    /// The checksum of the last of them.
    pub(crate) checksum: u32,
    /// The batches, in their order.
    pub(crate) batches: Vec<Logged>,
    /// The number of the newest catalog that it knows; 0 for none.
    pub(crate) catalog: u64,
    /// Bytes behind the end that were dropped, since they were never acknowledged. What follows the end of a closed log
    /// is not counted.
    pub(crate) torn: u64,
}

/// One batch of a log.
#[derive(Debug)]
pub(crate) struct Logged {
    /// Its sequence number.
    pub(crate) sequence: u64,
    /// Where its frame starts.
    pub(crate) offset: u64,
    /// Its bytes.
    pub(crate) payload: Vec<u8>,
}

/// Reads a log to its end.
///
/// At the first bad frame, what decides is how much of the log is known to have been durable: from the catalog, and
/// from every header of this log before and behind that frame. A bad frame within is [`WalError::Damaged`], one behind
/// is a torn end, and is dropped with everything after it.
pub(crate) fn scan(dir: &dyn Dir, expected: &LogExpected) -> Result<LogScan, WalError> {
    let file_name = path(expected.id);
    let failed = |source| WalError::io("read", &file_name, source);
    let file = dir.open(&file_name).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => WalError::Missing { file: file_name.clone() },
        _ => WalError::io("open", &file_name, source),
    })?;
    let mut window = Window::new(&*file).map_err(failed)?;
    let mut scan = LogScan {
        predecessor: Predecessor::default(),
        before: 0,
        last: 0,
        end: 0,
        checksum: 0,
        batches: Vec::new(),
        catalog: 0,
        torn: 0,
    };
    let mut durable = expected.length;
    let limit = if expected.closed { expected.length.min(window.len()) } else { window.len() };
    let fault = loop {
        if scan.end == limit {
            break None;
        }
        match scan.step(&mut window, expected, limit).map_err(failed)? {
            Ok(header) => durable = durable.max(header.durable),
            Err(fault) => break Some(fault),
        }
    };
    if fault.is_some() && !expected.closed {
        durable = durable.max(durable_behind(&mut window, expected.id, scan.end).map_err(failed)?);
    }
    if scan.end < durable {
        let fault = fault.unwrap_or_else(|| FrameFault::new("a frame", "the end of the file"));
        return Err(WalError::Damaged {
            file: file_name,
            offset: scan.end,
            expected: fault.expected,
            found: fault.found,
            durable,
        });
    }
    scan.torn = if expected.closed { 0 } else { window.len() - scan.end };
    Ok(scan)
}

impl LogScan {
    /// Reads the frame at the end so far and moves the end behind it.
    fn step(
        &mut self,
        window: &mut Window<'_>,
        expected: &LogExpected,
        limit: u64,
    ) -> io::Result<Result<FrameHeader, FrameFault>> {
        let cut = || Ok(Err(FrameFault::new("a whole frame", "the end of the file")));
        let left = limit - self.end;
        let Some(header_bytes) =
            window.get(self.end, HEADER_LEN)?.and_then(|bytes| bytes.as_array().copied())
        else {
            return cut();
        };
        let header = match FrameHeader::decode(&header_bytes) {
            Ok(header) => header,
            Err(fault) => return Ok(Err(fault)),
        };
        if header.frame_len() > left {
            return cut();
        }
        if let Err(fault) = self.check_place(&header, expected.id) {
            return Ok(Err(fault));
        }
        let payload_len = header.payload_len as usize;
        let Some(rest) = window.get(self.end + HEADER_LEN as u64, payload_len + TRAILER_LEN)? else {
            return cut();
        };
        let (payload, trailer) = rest.split_at(payload_len);
        let checksum = frame_checksum(&header_bytes, payload);
        if trailer != checksum.to_le_bytes() {
            return Ok(Err(FrameFault::new(format_args!("frame checksum {checksum:08x}"), "another one")));
        }
        match header.kind {
            FrameKind::Head => match Predecessor::decode(payload) {
                Ok(predecessor) => (self.predecessor, self.before) = (predecessor, header.sequence),
                Err(fault) => return Ok(Err(fault)),
            },
            FrameKind::Batch if header.sequence > expected.sealed => self.batches.push(Logged {
                sequence: header.sequence,
                offset: self.end,
                payload: payload.to_vec(),
            }),
            FrameKind::Batch => {}
            FrameKind::Marker => match payload.as_array() {
                Some(&number) => self.catalog = self.catalog.max(u64::from_le_bytes(number)),
                None => return Ok(Err(FrameFault::new("8 bytes in a marker", payload.len()))),
            },
        }
        self.last = header.sequence;
        self.checksum = checksum;
        self.end += header.frame_len();
        Ok(Ok(header))
    }

    /// Checks that an intact header stands where it belongs.
    fn check_place(&self, header: &FrameHeader, id: u64) -> Result<(), FrameFault> {
        if header.log != id {
            return Err(FrameFault::new(
                format_args!("a frame of log {id}"),
                format_args!("one of log {}", header.log),
            ));
        }
        if (header.kind == FrameKind::Head) != (self.end == 0) {
            return Err(FrameFault::new(
                "a head frame at byte 0 and nowhere else",
                format_args!("{:?}", header.kind),
            ));
        }
        if header.previous != self.checksum {
            let expected = format_args!("a frame that follows checksum {:08x}", self.checksum);
            return Err(FrameFault::new(expected, format_args!("{:08x}", header.previous)));
        }
        let sequence = match header.kind {
            FrameKind::Head => return Ok(()),
            FrameKind::Batch => self.last.checked_add(1),
            FrameKind::Marker => Some(self.last),
        };
        if Some(header.sequence) != sequence {
            let expected = format_args!("the sequence number after {}", self.last);
            return Err(FrameFault::new(expected, header.sequence));
        }
        Ok(())
    }
}

/// The largest durable position told by a header of this log behind `bad`, where no frame could be read.
fn durable_behind(window: &mut Window<'_>, id: u64, bad: u64) -> io::Result<u64> {
    let finder = memchr::memmem::Finder::new(&MAGIC);
    let mut durable = 0;
    let mut start = bad;
    while start < window.len() {
        let left = window.len() - start;
        let size = usize::try_from(left).map_or(SEARCH_STEP, |left| left.min(SEARCH_STEP));
        let Some(bytes) = window.get(start, size)? else { break };
        for at in finder.find_iter(bytes) {
            let Some(header) = bytes[at..].first_chunk::<HEADER_LEN>() else { continue };
            let offset = start + at as u64;
            let header = FrameHeader::decode(header).ok();
            if let Some(header) = header.filter(|header| header.log == id && header.durable <= offset) {
                durable = durable.max(header.durable);
            }
        }
        // A header that starts in the last bytes is seen by the next step.
        start += (size - (HEADER_LEN - 1).min(size - 1)) as u64;
    }
    Ok(durable)
}
