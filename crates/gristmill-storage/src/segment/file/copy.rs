//! Copying a file into another directory.

use super::blocks::{compare_crc, damaged, open_of_length, read_pieces};
use super::sum::{FileSum, SumWriter};
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
    read_pieces(&*file, path, sum.length, |piece| writer.append(piece))?;
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
