//! Lengths and checksums of whole files, and of their blocks.

use super::blocks::BLOCK;
use crate::dir::{Dir, WriteFile};
use crate::segment::SegmentError;
use std::io;
use std::sync::LazyLock;

/// Length and checksum of a file, as a catalog records them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSum {
    /// Bytes.
    pub length: u64,
    /// CRC-32C of all bytes.
    pub crc32c: u32,
}

/// What is recorded of the two files of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentFiles {
    /// The Arrow IPC file.
    pub arrow: FileSum,
    /// The index.
    pub index: FileSum,
}

impl SegmentFiles {
    /// Bytes of both.
    pub fn bytes(&self) -> u64 {
        self.arrow.length.saturating_add(self.index.length)
    }
}

/// A checksum taken block by block.
#[derive(Debug)]
pub(super) struct BlockSums {
    pub(super) sum: FileSum,
    /// CRC-32C of each block of [`BLOCK`] bytes; the last one may be shorter.
    pub(super) blocks: Vec<u32>,
}

impl BlockSums {
    pub(super) fn new() -> Self {
        Self { sum: FileSum { length: 0, crc32c: 0 }, blocks: Vec::new() }
    }

    /// Takes the next block: a whole one, or the last one.
    pub(super) fn push(&mut self, block: &[u8]) {
        let crc = crc32c::crc32c(block);
        self.blocks.push(crc);
        self.sum.length += block.len() as u64;
        self.sum.crc32c = followed_by(self.sum.crc32c, block.len()) ^ crc;
    }
}

/// What the checksum of some bytes adds to that of all, once so many others follow them. For a whole block it is looked
/// up: computing it anew for each one was a thirtieth of a load of Parquet.
fn followed_by(crc: u32, bytes: usize) -> u32 {
    /// What each bit adds: a checksum is linear in its bits.
    static BY_A_BLOCK: LazyLock<[u32; 32]> =
        LazyLock::new(|| std::array::from_fn(|bit| crc32c::crc32c_combine(1 << bit, 0, BLOCK)));
    if bytes != BLOCK {
        return crc32c::crc32c_combine(crc, 0, bytes);
    }
    let bits = (0..).zip(&*BY_A_BLOCK).filter(|(bit, _)| crc >> bit & 1 == 1);
    bits.fold(0, |sum, (_, added)| sum ^ added)
}

/// A file being written, with its sums.
#[derive(Debug)]
pub(super) struct SumWriter<'a> {
    path: &'a str,
    file: Box<dyn WriteFile>,
    block: Vec<u8>,
    sums: BlockSums,
}

impl<'a> SumWriter<'a> {
    /// Creates the file.
    pub(super) fn create(dir: &dyn Dir, path: &'a str) -> Result<Self, SegmentError> {
        let file = dir.create(path).map_err(|source| io_error("create", path, source))?;
        Ok(Self { path, file, block: Vec::with_capacity(BLOCK), sums: BlockSums::new() })
    }

    /// Where the next byte goes.
    pub(super) fn position(&self) -> u64 {
        self.sums.sum.length + self.block.len() as u64
    }

    /// Appends bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), SegmentError> {
        io::Write::write_all(self, bytes).map_err(|source| io_error("write", self.path, source))
    }

    /// Makes everything durable.
    pub(super) fn finish(mut self) -> Result<BlockSums, SegmentError> {
        self.write_block().map_err(|source| io_error("write", self.path, source))?;
        self.file.sync().map_err(|source| io_error("sync", self.path, source))?;
        Ok(self.sums)
    }

    fn write_block(&mut self) -> io::Result<()> {
        if !self.block.is_empty() {
            self.file.append(&self.block)?;
            self.sums.push(&self.block);
            self.block.clear();
        }
        Ok(())
    }
}

impl io::Write for SumWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.write_block()?;
        }
        if self.block.is_empty()
            && let Some(block) = bytes.get(..BLOCK)
        {
            // A whole block needs no copy.
            self.file.append(block)?;
            self.sums.push(block);
            return Ok(BLOCK);
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Blocks are written whole; `finish` writes the last one.
        Ok(())
    }
}

pub(super) fn io_error(action: &'static str, path: &str, source: io::Error) -> SegmentError {
    SegmentError::Io { action, file: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_blocks_is_that_of_their_bytes() {
        let bytes: Vec<u8> = (0..3 * BLOCK + 1234).map(|at| u8::try_from(at * at % 251).unwrap()).collect();
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, bytes.len()] {
            let mut sums = BlockSums::new();
            bytes[..length].chunks(BLOCK).for_each(|block| sums.push(block));
            let whole = FileSum { length: length as u64, crc32c: crc32c::crc32c(&bytes[..length]) };
            assert_eq!(sums.sum, whole);
        }
    }
}
