//! Text into blocks that can be parsed apart: cut where a line begins with a bracket.

use crate::event::ReadError;
use crate::event::decompress::Decompressed;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// A block of text.
#[derive(Debug)]
pub(super) struct Block {
    /// The bytes of the block, the first byte of the next one, then room.
    bytes: Vec<u8>,
    /// How many bytes are the block's own.
    pub(super) length: usize,
    pub(super) end: BlockEnd,
    /// Whether it is the first of the text.
    pub(super) first: bool,
}

/// What comes behind a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockEnd {
    /// More text.
    Cut,
    /// Nothing: the text ends here.
    Text,
    /// An error of the source: whether the text goes on is not known.
    Broken,
}

impl Block {
    /// The block, and behind it the first byte of the next one.
    pub(super) fn window(&self) -> &[u8] {
        &self.bytes[..self.length + usize::from(self.end == BlockEnd::Cut)]
    }

    pub(super) fn own(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Buffers to be used again: fresh ones cost more than what is read into them.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give_back(&self, block: Block) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(block.bytes);
    }
}

/// The blocks of a source.
#[derive(Debug)]
pub(super) struct Cutter<R> {
    source: Decompressed<R>,
    /// Bytes that a block has, unless no line begins where it should end.
    block_bytes: usize,
    /// The start of the next block.
    carry: Vec<u8>,
    buffers: Buffers,
    first: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Reading,
    /// To be told after the last block.
    Failed(ReadError),
    Done,
}

/// Without a line to cut at, blocks are cut anywhere when they are so many times as large as they should be.
const PATIENCE: usize = 4;

impl<R: Read> Cutter<R> {
    pub(super) fn new(source: R, block_bytes: usize, buffers: Buffers) -> Self {
        let (source, state) = (Decompressed::new(source), State::Reading);
        Self { source, block_bytes: block_bytes.max(1), carry: Vec::new(), buffers, first: true, state }
    }

    fn read_block(&mut self) -> Block {
        let mut bytes = self.buffers.take();
        let mut filled = self.carry.len();
        let mut size = self.block_bytes.max(filled) + 1;
        if bytes.len() < size {
            bytes.resize(size, 0);
        }
        bytes[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        let first = std::mem::take(&mut self.first);
        loop {
            match fill(&mut self.source, &mut bytes[..size], &mut filled) {
                Ok(false) => {}
                Ok(true) => {
                    self.state = State::Done;
                    return Block { bytes, length: filled, end: BlockEnd::Text, first };
                }
                Err(source) => {
                    self.state = State::Failed(ReadError::of_source(&self.source, source));
                    return Block { bytes, length: filled, end: BlockEnd::Broken, first };
                }
            }
            let patient = size < self.block_bytes.saturating_mul(PATIENCE);
            if let Some(length) = last_start(&bytes[..size]).or((!patient).then_some(size - 1)) {
                self.carry.extend_from_slice(&bytes[length..size]);
                return Block { bytes, length, end: BlockEnd::Cut, first };
            }
            size += self.block_bytes;
            if bytes.len() < size {
                bytes.resize(size, 0);
            }
        }
    }
}

impl<R: Read> Iterator for Cutter<R> {
    type Item = Result<Block, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Reading => {
                self.state = State::Reading;
                Some(Ok(self.read_block()))
            }
            State::Failed(error) => Some(Err(error)),
            State::Done => None,
        }
    }
}

/// Fills a buffer to its end; true where the source ends before.
fn fill(source: &mut impl Read, buffer: &mut [u8], filled: &mut usize) -> io::Result<bool> {
    while *filled < buffer.len() {
        match source.read(&mut buffer[*filled..]) {
            Ok(0) => return Ok(true),
            Ok(read) => *filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// The last position, but for the first one, at which a line begins with a bracket.
fn last_start(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    while let Some(newline) = memchr::memrchr(b'\n', &bytes[..end]) {
        if let Some(b'{' | b'[') = bytes.get(newline + 1) {
            return Some(newline + 1);
        }
        end = newline;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &[u8], block_bytes: usize) -> Vec<(String, BlockEnd)> {
        let buffers = Buffers::default();
        let cutter = Cutter::new(text, block_bytes, buffers.clone());
        let mut found = Vec::new();
        for block in cutter {
            let block = block.unwrap();
            found.push((String::from_utf8(block.own().to_vec()).unwrap(), block.end));
            buffers.give_back(block);
        }
        found
    }

    #[test]
    fn blocks_end_where_a_line_begins_with_a_bracket() {
        let text = b"{1}\n{22}\n\n[3]\n 4\n";
        let cut = |text: &str| (text.to_owned(), BlockEnd::Cut);
        let last = |text: &str| (text.to_owned(), BlockEnd::Text);
        assert_eq!(blocks(text, 100), [last("{1}\n{22}\n\n[3]\n 4\n")]);
        assert_eq!(blocks(text, 12), [cut("{1}\n{22}\n\n"), last("[3]\n 4\n")]);
        assert_eq!(blocks(text, 4), [cut("{1}\n"), cut("{22}\n\n"), last("[3]\n 4\n")]);
    }

    #[test]
    fn without_such_a_line_blocks_end_anywhere() {
        let text = [b"x".repeat(40), b"\n{}".to_vec()].concat();
        let found = blocks(&text, 8);
        assert!(found.len() > 1 && found.iter().all(|(block, _)| block.len() <= 8 * PATIENCE));
        assert_eq!(found.iter().map(|(block, _)| &**block).collect::<String>().as_bytes(), text);
    }
}
