//! What a fetch had to look at.

/// What a fetch had to look at: the cost of an answer in figures that do not depend on the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rows that matched and were added up.
    pub rows: u64,
    /// Bytes of the columns that were read for it, as they lie in memory: those of the filter for every row within
    /// interval and organization, the others for the rows that matched. Dictionaries, statistics and the few timestamps
    /// that a search looks at are not counted.
    pub bytes: u64,
}

impl Touched {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, bytes: self.bytes + other.bytes }
    }
}
