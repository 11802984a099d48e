//! What one fetch may use before it is refused.

use std::time::Duration;

/// What one fetch may use. A fetch over its budget fails with a clear error; an answer is never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Groups in all buckets together, and rows of the answer before a limit. More than 2^32 - 1 are never taken.
    pub groups: u64,
    /// Rows of the answer that are given: those that `having`, `offset` and the limits leave.
    pub rows: u64,
    /// Bytes for what is found, before it is the answer: the cells, keys, distinct values and sketches of all groups, on all threads.
    /// Columns of segments, which the cache of the store bounds, and the text of the answer come on top.
    pub bytes: u64,
    /// Time from the beginning of the fetch to its answer; as long as it takes where absent. A fetch stops within some
    /// milliseconds, since it looks at the clock between the batches of its scan.
    pub time: Option<Duration>,
}

impl Default for Budget {
    /// Ten million groups and as many rows, 1 GiB, and any time.
    fn default() -> Self {
        Self { groups: 10_000_000, rows: 10_000_000, bytes: 1 << 30, time: None }
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

    pub(crate) fn check_rows(self, rows: usize) -> Result<(), super::ExecError> {
        if rows as u64 > self.rows {
            return Err(super::ExecError::TooManyRows { found: rows as u64, limit: self.rows });
        }
        Ok(())
    }
}
