//! Writing a lost index anew.

use super::columns::ColumnFile;
use super::sum::{FileSum, SegmentFiles};
use super::write::write_index;
use crate::dir::Dir;
use crate::segment::SegmentError;

/// Writes the index of an Arrow file to a new file, after verifying the Arrow file as a whole; otherwise as [`write`].
///
/// The bytes follow from the Arrow file alone: the release that wrote the lost index writes the same again, and the
/// result then equals the recorded sum.
///
/// [`write`]: super::write()
pub fn restore_index(
    dir: &dyn Dir,
    arrow_path: &str,
    index_path: &str,
    files: &SegmentFiles,
) -> Result<FileSum, SegmentError> {
    let columns = ColumnFile::open_verified(dir, arrow_path, files.arrow)?;
    write_index(dir, index_path, &columns.to_heap()?, &columns, files.arrow)
}
