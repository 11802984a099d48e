//! A segment whose file is gone, or is not the one that was written.

use super::SegmentError;
use std::io;

/// Why the columns of a segment cannot be read: every read of one says so.
#[derive(Debug)]
pub(super) struct LostSegment {
    file: String,
    part: String,
    offset: u64,
    expected: String,
    found: String,
}

impl LostSegment {
    /// Takes over the error of opening a segment, where that is for good; gives back one that may pass, or that an
    /// operator can mend.
    pub(super) fn of(error: SegmentError) -> Result<Self, SegmentError> {
        match error {
            SegmentError::Damaged { file, part, offset, expected, found } => {
                Ok(Self { file, part, offset, expected, found })
            }
            SegmentError::Io { file, source, .. } if source.kind() == io::ErrorKind::NotFound => Ok(Self {
                file,
                part: "the whole file".to_owned(),
                offset: 0,
                expected: "a file".to_owned(),
                found: "none".to_owned(),
            }),
            error => Err(error),
        }
    }

    pub(super) fn error(&self) -> SegmentError {
        let Self { file, part, offset, expected, found } = self;
        SegmentError::Damaged {
            file: file.clone(),
            part: part.clone(),
            offset: *offset,
            expected: expected.clone(),
            found: found.clone(),
        }
    }
}
