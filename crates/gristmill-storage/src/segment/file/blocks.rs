//! Reading a file whose every block has a checksum.

use super::sum::{BlockSums, FileSum, io_error};
use crate::dir::{Dir, ReadFile};
use crate::segment::SegmentError;
use crate::segment::part::Part;
use arrow_buffer::{Buffer, MutableBuffer};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a block that has a checksum of its own.
pub(super) const BLOCK: usize = 64 << 10;
/// The same, as a file offset.
const BLOCK_BYTES: u64 = BLOCK as u64;
/// Blocks that are read at once when a whole file is read.
const BLOCKS_AT_ONCE: usize = 16;

/// Where some bytes lie in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Span {
    /// Where it ends, where that is within a file of `length` bytes.
    pub(super) fn end_within(self, length: u64) -> Option<u64> {
        self.offset.checked_add(self.length).filter(|&end| end <= length)
    }
}

/// How many blocks a file has.
pub(super) fn block_count(length: u64) -> u64 {
    length.div_ceil(BLOCK_BYTES)
}

/// What is known of a file whose every block has a checksum. Of many segments it is kept, while their files are closed.
#[derive(Debug)]
pub(super) struct BlockTable {
    path: String,
    length: u64,
    crcs: Vec<u32>,
}

impl BlockTable {
    /// The table of a file, where there are as many checksums as its length asks for.
    pub(super) fn new(path: &str, sum: FileSum, crcs: Vec<u32>) -> Result<Self, SegmentError> {
        if crcs.len() as u64 == block_count(sum.length) {
            return Ok(Self { path: path.to_owned(), length: sum.length, crcs });
        }
        let expected = format!("{} block checksums", block_count(sum.length));
        Err(damaged(path, Part::Directory, 0, expected, crcs.len().to_string()))
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// An open file whose every block has a checksum, which is compared at every read.
#[derive(Debug)]
pub(super) struct BlockFile {
    table: Arc<BlockTable>,
    file: Box<dyn ReadFile>,
}

impl BlockFile {
    /// Opens a file; its length is compared, and nothing else is read.
    pub(super) fn open(dir: &dyn Dir, table: &Arc<BlockTable>) -> Result<Self, SegmentError> {
        let file = open_of_length(dir, &table.path, table.length)?;
        Ok(Self { table: Arc::clone(table), file })
    }

    /// Opens a file, reads it as a whole and compares length and checksum.
    pub(super) fn open_verified(dir: &dyn Dir, path: &str, sum: FileSum) -> Result<Self, SegmentError> {
        let file = open_of_length(dir, path, sum.length)?;
        let sums = sums_of(&*file, path, sum.length)?;
        compare_crc(path, Part::File, 0, sum.crc32c, sums.sum.crc32c)?;
        Ok(Self { table: Arc::new(BlockTable::new(path, sum, sums.blocks)?), file })
    }

    /// What it takes to open the file again.
    pub(super) fn table(&self) -> &Arc<BlockTable> {
        &self.table
    }

    /// The path it was opened by.
    pub(super) fn path(&self) -> &str {
        &self.table.path
    }

    /// The length in bytes.
    pub(super) fn length(&self) -> u64 {
        self.table.length
    }

    /// The checksum of each block.
    pub(super) fn crcs(&self) -> &[u32] {
        &self.table.crcs
    }

    /// Reads the file as a whole, and finds the blocks whose checksums are wrong.
    pub(super) fn survey(&self) -> Result<Survey, SegmentError> {
        let sums = sums_of(&*self.file, self.path(), self.length())?;
        let mut bad: Vec<Range<u64>> = Vec::new();
        for (_, start) in
            sums.blocks.iter().zip(self.crcs()).zip((0_u64..).step_by(BLOCK)).filter(|((a, b), _)| a != b)
        {
            let end = self.length().min(start + BLOCK_BYTES);
            match bad.last_mut() {
                Some(stretch) if stretch.end == start => stretch.end = end,
                _ => bad.push(start..end),
            }
        }
        Ok(Survey { crc32c: sums.sum.crc32c, bad })
    }

    /// Reads some bytes and verifies every block they touch. They lie at the start of an allocation of their own.
    pub(super) fn read(&self, part: Part, span: Span) -> Result<Buffer, SegmentError> {
        let length = span.end_within(self.length()).and_then(|_| usize::try_from(span.length).ok());
        let Some(length) = length else {
            let file = format!("a part within the {} bytes of the file", self.length());
            let found = format!("{} bytes from byte {}", span.length, span.offset);
            return Err(damaged(self.path(), part, span.offset, file, found));
        };
        let mut bytes = MutableBuffer::from_len_zeroed(length);
        let mut rest: &mut [u8] = &mut bytes;
        let mut offset = span.offset;
        while !rest.is_empty() {
            let taken = self.read_next(part, offset, rest)?;
            rest = &mut rest[taken..];
            offset += taken as u64;
        }
        Ok(bytes.into())
    }

    /// Fills the start of `rest` from `offset`, as far as one read goes; answers how far that was.
    fn read_next(&self, part: Part, offset: u64, rest: &mut [u8]) -> Result<usize, SegmentError> {
        let block_start = offset - offset % BLOCK_BYTES;
        if block_start == offset && rest.len() >= BLOCK {
            let whole = rest.len() - rest.len() % BLOCK;
            self.read_blocks(part, offset, &mut rest[..whole])?;
            return Ok(whole);
        }
        let block_length = BLOCK_BYTES.min(self.length() - block_start);
        let mut block = vec![0; usize::try_from(block_length).unwrap_or(BLOCK)];
        self.read_blocks(part, block_start, &mut block)?;
        let wanted = &block[usize::try_from(offset - block_start).unwrap_or(BLOCK)..];
        let taken = wanted.len().min(rest.len());
        rest[..taken].copy_from_slice(&wanted[..taken]);
        Ok(taken)
    }

    /// Reads and verifies blocks from the start of one on, all whole but the last of the file.
    fn read_blocks(&self, part: Part, offset: u64, bytes: &mut [u8]) -> Result<(), SegmentError> {
        self.file.read_exact_at(bytes, offset).map_err(|source| io_error("read", self.path(), source))?;
        let first = usize::try_from(offset / BLOCK_BYTES).unwrap_or(usize::MAX);
        let crcs = self.crcs().get(first..).unwrap_or_default();
        for ((block, &crc), at) in bytes.chunks(BLOCK).zip(crcs).zip(0_u64..) {
            compare_crc(self.path(), part, offset + at * BLOCK_BYTES, crc, crc32c::crc32c(block))?;
        }
        Ok(())
    }
}

/// What reading a file as a whole has shown.
#[derive(Debug)]
pub(super) struct Survey {
    /// The checksum of all bytes.
    pub(super) crc32c: u32,
    /// The bytes of blocks that are not what was written, one after the other.
    pub(super) bad: Vec<Range<u64>>,
}

/// The checksums of a whole file.
fn sums_of(file: &dyn ReadFile, path: &str, length: u64) -> Result<BlockSums, SegmentError> {
    let mut sums = BlockSums::new();
    read_pieces(file, path, length, |piece| {
        piece.chunks(BLOCK).for_each(|block| sums.push(block));
        Ok(())
    })?;
    Ok(sums)
}

/// Reads a file from its start to its end, whole blocks at a time.
pub(super) fn read_pieces(
    file: &dyn ReadFile,
    path: &str,
    length: u64,
    mut visit: impl FnMut(&[u8]) -> Result<(), SegmentError>,
) -> Result<(), SegmentError> {
    let mut buffer = vec![0; BLOCK * BLOCKS_AT_ONCE];
    let mut offset = 0;
    while offset < length {
        let wanted = buffer.len().min(usize::try_from(length - offset).unwrap_or(usize::MAX));
        let piece = &mut buffer[..wanted];
        file.read_exact_at(piece, offset).map_err(|source| io_error("read", path, source))?;
        visit(piece)?;
        offset += wanted as u64;
    }
    Ok(())
}

/// Opens a file and compares its length.
pub(super) fn open_of_length(
    dir: &dyn Dir,
    path: &str,
    expected: u64,
) -> Result<Box<dyn ReadFile>, SegmentError> {
    let file = dir.open(path).map_err(|source| io_error("open", path, source))?;
    let found = file.len().map_err(|source| io_error("read the length of", path, source))?;
    if found == expected {
        Ok(file)
    } else {
        Err(damaged(path, Part::File, 0, format!("{expected} bytes"), format!("{found} bytes")))
    }
}

/// An error where two checksums differ.
pub(super) fn compare_crc(
    path: &str,
    part: Part,
    offset: u64,
    expected: u32,
    found: u32,
) -> Result<(), SegmentError> {
    if expected == found {
        Ok(())
    } else {
        let crc = |crc: u32| format!("crc32c {crc:#010x}");
        Err(damaged(path, part, offset, crc(expected), crc(found)))
    }
}

/// The error for bytes that are not the ones written.
pub(super) fn damaged(
    path: &str,
    part: Part,
    offset: u64,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> SegmentError {
    SegmentError::Damaged {
        file: path.to_owned(),
        part: part.to_string(),
        offset,
        expected: expected.into(),
        found: found.into(),
    }
}
