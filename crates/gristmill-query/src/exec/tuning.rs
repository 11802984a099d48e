//! Choices the engine makes by itself, open to be forced: answers never depend on them.

/// How the engine goes about a fetch. The default lets it choose; tests force each way in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// How the rows that match a filter are found.
    pub rows: RowStrategy,
    /// How wide the instructions are that scan columns.
    pub instructions: Instructions,
    /// How group keys become group ids.
    pub groups: GroupStrategy,
    /// How many rows of a segment one thread takes at a time, at least 1. Without, by the rows there are and the
    /// threads.
    pub task_rows: Option<u32>,
}

/// How the rows that match a filter are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RowStrategy {
    /// By cost.
    #[default]
    Auto,
    /// By a scan of the codes.
    Scan,
    /// By posting lists, where the segment keeps them.
    Postings,
}

/// How wide the instructions are that scan columns, at most: what the processor does not have is never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Instructions {
    /// The widest there are.
    #[default]
    Widest,
    /// AVX2 on x86-64, elsewhere as [`Instructions::Portable`].
    Avx2,
    /// What every processor of its family has.
    Portable,
}

/// How group keys become group ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GroupStrategy {
    /// By the number of possible keys.
    #[default]
    Auto,
    /// A bucket at a time; the key within it is the id, up to a hard limit of keys.
    Slices,
    /// The key, with the bucket in it, is the id, up to a hard limit of keys.
    Dense,
    /// By hash tables.
    Hash,
}

impl GroupStrategy {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Slices, Self::Dense, Self::Hash];
}
