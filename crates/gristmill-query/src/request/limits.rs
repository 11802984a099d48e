//! How large a request may be.

/// How large the JSON of a request may be. What goes beyond is refused with its place before it is worked on.
///
/// The default is for callers that are trusted: it keeps a request from overflowing the stack, and little else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestLimits {
    /// How many brackets of the JSON may be open at a place, up to 256, which is the default.
    pub json_levels: usize,
    /// How deep filters may stand in each other, up to 100, which is the default.
    pub filter_levels: usize,
    /// How many filters may stand under each of `filters`, `having` and the filter of an aggregation; every column of a
    /// `columnComparison` counts as one. 10,000.
    pub filters: usize,
    /// How many values one list may have: those of an `in`, of a `search`, or of the values that make groups; and how many
    /// intervals. Any number.
    pub values: usize,
    /// How many dimensions `group_by` may have. Any number.
    pub group_by: usize,
    /// How many aggregations there may be. Any number.
    pub aggregations: usize,
    /// How long a regular expression may be, in bytes of its pattern; all together have at most 8 KiB, which is the
    /// default. A character class of a few bytes can stand for thousands of characters, so that this bounds the work of
    /// reading them.
    pub regex_bytes: usize,
}

impl RequestLimits {
    /// How many brackets may be open at most: it bounds the stack.
    const MOST_JSON_LEVELS: usize = 256;
    /// How deep filters may stand in each other at most: it bounds the stack.
    const MOST_FILTER_LEVELS: usize = 100;
    /// How long all regular expressions of a request may be together, in bytes.
    pub(super) const ALL_REGEX_BYTES: usize = 8 << 10;

    /// How many brackets may be open.
    pub(super) fn json_levels(&self) -> usize {
        self.json_levels.min(Self::MOST_JSON_LEVELS)
    }

    /// How deep filters may stand in each other.
    pub(super) fn filter_levels(&self) -> usize {
        self.filter_levels.min(Self::MOST_FILTER_LEVELS)
    }
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            json_levels: Self::MOST_JSON_LEVELS,
            filter_levels: Self::MOST_FILTER_LEVELS,
            filters: 10_000,
            values: usize::MAX,
            group_by: usize::MAX,
            aggregations: usize::MAX,
            regex_bytes: Self::ALL_REGEX_BYTES,
        }
    }
}
