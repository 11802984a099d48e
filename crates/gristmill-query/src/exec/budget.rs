//! What one fetch may use before it is refused.

use std::time::Duration;

/// What one fetch may use. A fetch over its budget fails with a clear error; an answer is never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Groups in all buckets together, and rows of the answer before a limit. More than 2^32 - 1 are never taken.
    pub groups: u64,
    /// Time from the beginning of the fetch to its answer; as long as it takes where absent. A fetch stops within some
    /// milliseconds, since it looks at the clock between the pieces of its scan.
    pub time: Option<Duration>,
}

impl Default for Budget {
    /// Ten million groups, and any time. A group takes up to 48 bytes, besides distinct values and the few sums that need more; each
    /// scan holds its own groups until all are merged.
    fn default() -> Self {
        Self { groups: 10_000_000, time: None }
    }
}

/// Group ids have 32 bits, of which the last stands for none.
const MOST_GROUPS: u64 = 0xffff_ffff;

impl Budget {
    pub(crate) fn check_groups(self, groups: u64) -> Result<(), super::ExecError> {
        let limit = self.groups.min(MOST_GROUPS);
        if groups > limit {
            return Err(super::ExecError::TooManyGroups { found: groups, limit });
        }
        Ok(())
    }
}
