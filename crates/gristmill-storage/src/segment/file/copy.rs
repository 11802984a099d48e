//! Copying a file into another directory.

use super::blocks::{BLOCK, BLOCKS_AT_ONCE, compare_crc, damaged, open_of_length};
use super::sum::{FileSum, SumWriter, io_error};
use crate::dir::Dir;
use crate::segment::SegmentError;
use crate::segment::part::Part;
use std::io;

/// Copies a file to the same path in another directory, where there must be none, and makes its bytes durable.
///
/// An error where what was read is not what was recorded; the copy is then for the caller to remove.
pub(crate) fn copy(source: &dyn Dir, target: &dyn Dir, path: &str, sum: FileSum) -> Result<(), SegmentError> {
    let file = open_of_length(source, path, sum.length)?;
    let mut writer = SumWriter::create(target, path)?;
    let mut buffer = vec![0; BLOCK * BLOCKS_AT_ONCE];
    let mut offset = 0;
    while offset < sum.length {
        let wanted = buffer.len().min(usize::try_from(sum.length - offset).unwrap_or(usize::MAX));
        let piece = &mut buffer[..wanted];
        file.read_exact_at(piece, offset).map_err(|source| io_error("read", path, source))?;
        writer.append(piece)?;
        offset += wanted as u64;
    }
    compare_crc(path, Part::File, 0, sum.crc32c, writer.finish()?.sum.crc32c)
}

/// Checks that a file is there and has the length that was recorded; nothing of it is read. That it is missing counts as
/// damage.
pub(crate) fn check_length(dir: &dyn Dir, path: &str, sum: FileSum) -> Result<(), SegmentError> {
    match open_of_length(dir, path, sum.length) {
        Ok(_) => Ok(()),
        Err(SegmentError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Err(damaged(path, Part::File, 0, format!("a file of {} bytes", sum.length), "none"))
        }
        Err(error) => Err(error),
    }
}
