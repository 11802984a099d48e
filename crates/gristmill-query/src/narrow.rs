//! Casts that narrow, in one place, each with the reason why nothing is lost.

/// A count or number of things as an id. A segment has fewer than 2^32 rows and a fetch far fewer groups (the budget
/// sees to it), so ids of rows, codes, buckets, values and groups all fit.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "checked above: ids fit 32 bits")]
pub(crate) fn id(number: usize) -> u32 {
    debug_assert!(u32::try_from(number).is_ok());
    number as u32
}

/// As [`id`], from a number that was packed into 64 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "checked above: ids fit 32 bits")]
pub(crate) fn unpacked(number: u64) -> u32 {
    debug_assert!(u32::try_from(number).is_ok());
    number as u32
}

/// The position of an id that was packed into 64 bits.
#[inline]
pub(crate) fn position(number: u64) -> usize {
    unpacked(number) as usize
}
