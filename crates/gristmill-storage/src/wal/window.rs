//! Reading a file from its start to its end without holding all of it.

use std::io;

use crate::dir::ReadFile;

/// Bytes read at once.
const STEP: u64 = 1 << 20;

/// A part of a file in memory, moved along as it is read. Bytes appended after it was opened are not seen.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    file: &'a dyn ReadFile,
    len: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Window<'a> {
    pub(crate) fn new(file: &'a dyn ReadFile) -> io::Result<Self> {
        Ok(Self { file, len: file.len()?, start: 0, bytes: Vec::new() })
    }

    /// The length of the file when it was opened.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// `count` bytes from `offset`; `None` where the file ends before.
    pub(crate) fn get(&mut self, offset: u64, count: usize) -> io::Result<Option<&[u8]>> {
        let wanted = u64::try_from(count).map_err(io::Error::other)?;
        let Some(end) = offset.checked_add(wanted).filter(|&end| end <= self.len) else {
            return Ok(None);
        };
        if offset < self.start || end > self.start + self.bytes.len() as u64 {
            let filled = wanted.max(STEP).min(self.len - offset);
            self.bytes.resize(usize::try_from(filled).map_err(io::Error::other)?, 0);
            self.start = offset;
            if let Err(error) = self.file.read_exact_at(&mut self.bytes, offset) {
                self.bytes.clear();
                return Err(error);
            }
        }
        let at = usize::try_from(offset - self.start).map_err(io::Error::other)?;
        Ok(self.bytes.get(at..at + count))
    }
}
