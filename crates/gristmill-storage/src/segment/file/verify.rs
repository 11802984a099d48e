//! Reading every byte of a segment's files.

use super::blocks::BlockFile;
use super::sum::SegmentFiles;
use crate::dir::Dir;
use crate::segment::SegmentError;

/// Reads both files of a segment as a whole and compares their lengths and checksums with the recorded ones.
///
/// The bytes were compared with the segment when they were written, so that the same bytes are the same events.
pub fn verify(
    dir: &dyn Dir,
    arrow_path: &str,
    index_path: &str,
    files: &SegmentFiles,
) -> Result<(), SegmentError> {
    BlockFile::open_verified(dir, arrow_path, files.arrow)?;
    BlockFile::open_verified(dir, index_path, files.index)?;
    Ok(())
}
