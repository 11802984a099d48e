//! Writing a log.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crate::dir::{Dir, WriteFile};

use super::frame::{self, FrameHeader, FrameKind, MAX_PAYLOAD};
use super::{FOLDER, Predecessor, SyncTimes, WalError, path};

/// A buffer larger than this is given back after use.
const KEPT_BUFFER: usize = 1 << 20;

/// A log being written. After a failed write or sync the file cannot be relied on beyond what was durable before, so
/// whoever goes on must do so in a new log, and write there afresh what was acknowledged and is not durable.
#[derive(Debug)]
pub(crate) struct LogWriter {
    file: Box<dyn WriteFile>,
    path: String,
    id: u64,
    predecessor: Predecessor,
    /// The sequence number of the last batch before this log.
    before: u64,
    /// The end of the last group that was acknowledged.
    acknowledged: Position,
    /// The end of the file: a marker may follow the last group.
    written: Position,
    /// The end of what is durable: not before `acknowledged` where all appends sync.
    durable: Position,
    /// The number of the newest catalog; 0 for none.
    catalog: u64,
    failed: bool,
    times: Arc<SyncTimes>,
    buffer: Vec<u8>,
}

/// A place between two frames.
#[derive(Clone, Copy, Debug)]
struct Position {
    offset: u64,
    /// The sequence number of the last batch before.
    sequence: u64,
    /// The checksum of the frame before.
    checksum: u32,
}

impl LogWriter {
    /// Creates a log, durable with its head frame. `sequence` is that of the last batch before it.
    pub(crate) fn create(
        dir: &dyn Dir,
        id: u64,
        predecessor: &Predecessor,
        sequence: u64,
    ) -> Result<Self, WalError> {
        let path = path(id);
        let file = dir.create(&path).map_err(|source| WalError::io("create", &path, source))?;
        let start = Position { offset: 0, sequence, checksum: 0 };
        let mut log = Self {
            file,
            path,
            id,
            predecessor: *predecessor,
            before: sequence,
            acknowledged: start,
            written: start,
            durable: start,
            catalog: 0,
            failed: false,
            times: Arc::default(),
            buffer: Vec::new(),
        };
        let head = log.encode(start, FrameKind::Head, &predecessor.encode())?;
        log.write(head)?;
        log.sync()?;
        log.acknowledged = head;
        dir.sync_dir(FOLDER).map_err(|source| WalError::io("make durable the name of", &log.path, source))?;
        Ok(log)
    }

    /// Counts its syncs together with those of another log.
    pub(crate) fn count_syncs_in(&mut self, times: Arc<SyncTimes>) {
        self.times = times;
    }

    /// How long its syncs took.
    pub(crate) fn sync_times(&self) -> Arc<SyncTimes> {
        Arc::clone(&self.times)
    }

    /// The log's id.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The sequence number of the last batch that was acknowledged.
    pub(crate) fn sequence(&self) -> u64 {
        self.acknowledged.sequence
    }

    /// Bytes in the log that count.
    pub(crate) fn length(&self) -> u64 {
        self.acknowledged.offset
    }

    /// What it says of the log before.
    pub(crate) fn predecessor(&self) -> Predecessor {
        self.predecessor
    }

    /// The sequence number of the last batch that is durable.
    pub(crate) fn durable_sequence(&self) -> u64 {
        self.durable.sequence
    }

    /// Whether no batch in it is durable.
    pub(crate) fn is_empty(&self) -> bool {
        self.durable.sequence == self.before
    }

    /// Whether a write or sync failed, so that nothing more can be appended.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// Appends a group of batches: one write, and one sync where `sync` says so. All of them are in the log when it
    /// returns, or none counts. Sequence numbers go on by one from [`LogWriter::sequence`].
    pub(crate) fn append<'p>(
        &mut self,
        payloads: impl IntoIterator<Item = &'p [u8]>,
        sync: bool,
    ) -> Result<(), WalError> {
        self.buffer.clear();
        let mut end = self.written;
        for payload in payloads {
            end = self.encode(end, FrameKind::Batch, payload)?;
        }
        self.write(end)?;
        if sync {
            self.sync()?;
        }
        self.acknowledged = end;
        if sync {
            self.mark();
        }
        if self.buffer.capacity() > KEPT_BUFFER {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    /// Whether every acknowledged batch is durable.
    pub(crate) fn is_settled(&self) -> bool {
        self.durable.offset >= self.acknowledged.offset
    }

    /// Makes every acknowledged batch durable, which they are already where all appends synced. An error where a write or
    /// sync has failed before the last of them was durable.
    pub(crate) fn settle(&mut self) -> Result<(), WalError> {
        if self.is_settled() {
            return Ok(());
        }
        if self.failed {
            let source = io::Error::other("an earlier write or sync of it has failed");
            return Err(WalError::io("sync", &self.path, source));
        }
        self.sync()?;
        self.mark();
        Ok(())
    }

    /// Remembers that a catalog of this number was published, so that an older one put back is seen.
    pub(crate) fn note_catalog(&mut self, number: u64) {
        self.catalog = number;
        if !self.failed {
            self.mark();
        }
    }

    /// Syncs what is not durable yet and says where the log ends for good.
    ///
    /// Where that fails, or something failed before, the end is that of what was durable before.
    pub(crate) fn end(&mut self) -> Predecessor {
        if !self.failed && self.durable.offset < self.written.offset && self.sync().is_ok() {
            self.acknowledged = self.written;
        }
        let Position { offset, checksum, .. } = self.durable;
        Predecessor { log: self.id, length: offset, checksum }
    }

    /// Tells how much is durable, and which catalog is the newest. The marker itself need not be durable: a kill leaves
    /// it in the page cache, and a power cut only makes the last group one that might have been torn. What it tells of
    /// is durable either way, so a failure here concerns the groups to come.
    fn mark(&mut self) {
        self.buffer.clear();
        if let Ok(end) = self.encode(self.written, FrameKind::Marker, &self.catalog.to_le_bytes()) {
            // A failure shows in `failed`.
            let _ = self.write(end);
        }
    }

    /// Encodes a frame that starts at `at` into the buffer; returns where it ends.
    fn encode(&mut self, at: Position, kind: FrameKind, payload: &[u8]) -> Result<Position, WalError> {
        let too_large = || WalError::TooLarge { bytes: payload.len(), limit: MAX_PAYLOAD };
        let payload_len = u32::try_from(payload.len()).map_err(|_| too_large())?;
        if payload.len() > MAX_PAYLOAD {
            return Err(too_large());
        }
        let sequence = if kind == FrameKind::Batch { at.sequence + 1 } else { at.sequence };
        let header = FrameHeader {
            kind,
            payload_len,
            sequence,
            durable: self.durable.offset,
            log: self.id,
            previous: at.checksum,
        };
        let checksum = frame::encode(&header, payload, &mut self.buffer);
        Ok(Position { offset: at.offset + header.frame_len(), sequence, checksum })
    }

    /// Writes the buffer, which ends at `end`.
    fn write(&mut self, end: Position) -> Result<(), WalError> {
        let result = self.file.append(&self.buffer);
        self.failed |= result.is_err();
        result.map_err(|source| WalError::io("write", &self.path, source))?;
        self.written = end;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), WalError> {
        let begin = Instant::now();
        let result = self.file.sync();
        self.times.note(begin.elapsed());
        self.failed |= result.is_err();
        result.map_err(|source| WalError::io("sync", &self.path, source))?;
        self.durable = self.written;
        Ok(())
    }
}
