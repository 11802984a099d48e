//! An instant in milliseconds, and the ISO-8601 text it comes from.

/// Milliseconds since 1970-01-01T00:00:00Z on the proleptic Gregorian calendar, without leap seconds.
///
/// Between [`Timestamp::MIN`] and [`Timestamp::MAX`] in every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z, the first instant an event may have.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 9999-12-30T23:59:59.999Z, the last instant an event may have: every zone still shows a year of four digits.
    pub const MAX: Self = Self(253_402_214_399_999);

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }
}
