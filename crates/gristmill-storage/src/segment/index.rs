//! Positions within a segment.

/// A row, a code or a place in a column, all of which the limits of a segment keep below 2^32.
pub(super) fn index(at: usize) -> u32 {
    debug_assert!(u32::try_from(at).is_ok(), "{at} is no position in a segment");
    u32::try_from(at).unwrap_or(u32::MAX)
}
