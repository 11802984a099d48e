//! Telling whether a file has changed, without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

/// Within it, two changes of a file may bear the same time: the clocks of file systems tick every few milliseconds, and
/// those of some only each second.
const TICK: Duration = Duration::from_secs(2);

/// What tells one state of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether a change after `read` would show. One that follows the last too closely might not.
    pub(super) fn is_settled(&self, read: SystemTime) -> bool {
        let changed = u64::try_from(self.changed.0).unwrap_or(0);
        read.duration_since(SystemTime::UNIX_EPOCH + Duration::from_secs(changed))
            .is_ok_and(|since| since > TICK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_just_changed_is_not_settled() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let stamp = Stamp { file: (1, 1), length: 1, modified: (0, 0), changed: (1_000, 5) };
        assert!(!stamp.is_settled(at(1_001)));
        assert!(!stamp.is_settled(at(900)), "the clock was set back");
        assert!(stamp.is_settled(at(1_003)));
    }
}
