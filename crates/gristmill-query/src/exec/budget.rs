//! What one fetch may use before it is refused.

/// What one fetch may use. A fetch over its budget fails with a clear error; an answer is never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Groups in all buckets together, and rows of the answer before a limit.
    pub groups: u64,
}

impl Default for Budget {
    /// Ten million groups: about a gigabyte of accumulators at worst.
    fn default() -> Self {
        Self { groups: 10_000_000 }
    }
}

impl Budget {
    pub(crate) fn check_groups(self, groups: u64) -> Result<(), super::ExecError> {
        if groups > self.groups {
            return Err(super::ExecError::TooManyGroups { found: groups, limit: self.groups });
        }
        Ok(())
    }
}
