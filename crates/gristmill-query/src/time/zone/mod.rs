//! A time zone: one of the IANA database, or a fixed offset.

mod error;
mod names;
mod offsets;
mod rule;
mod tzif;

pub use error::ZoneError;
pub use names::{tz_database_version, zone_names};
pub use offsets::OffsetSpan;
pub use tzif::TzifError;

use crate::time::excerpt::excerpt;
use gristmill_storage::timestamp::{CivilText, IsoText, TimestampError, parse_civil, parse_offset};
use names::NamedZone;
use offsets::Offsets;
use std::fmt;

/// No clock is further from UTC, in milliseconds.
const FURTHEST_OFFSET: i64 = 86_400_000;

/// A time zone: one of the IANA database, or a fixed offset from UTC.
#[derive(Clone, Copy)]
pub struct Zone(Kind);

#[derive(Clone, Copy)]
enum Kind {
    Named(&'static str, &'static Offsets),
    /// Seconds east of UTC.
    Fixed(i32),
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Kind::Fixed(0));

    /// A zone by its IANA name, `UTC`, or a fixed offset.
    ///
    /// Letter case matters, as it does in the database. An offset is `Z`, `+HH`, `+HHMM`, `+HH:MM` or `+HH:MM:SS` with
    /// `+` or `-`, up to eighteen hours; a zero one is UTC.
    pub fn from_name(name: &str) -> Result<Self, ZoneError> {
        if name == "UTC" {
            return Ok(Self::UTC);
        }
        if let Ok(offset) = parse_offset(name) {
            return Ok(Self(Kind::Fixed(offset)));
        }
        match names::find(name) {
            Some(zone) => Self::named(zone),
            None => Err(ZoneError::Unknown { name: excerpt(name), nearest: names::nearest(name) }),
        }
    }

    fn named(zone: &'static NamedZone) -> Result<Self, ZoneError> {
        let offsets = zone.offsets().map_err(|source| ZoneError::Damaged { name: zone.name, source })?;
        Ok(Self(Kind::Named(zone.name, offsets)))
    }

    /// The stretch of time around an instant in which the zone's offset is the same. The instant is in milliseconds
    /// since 1970-01-01T00:00:00Z.
    pub fn span_at(&self, millis: i64) -> OffsetSpan {
        match self.0 {
            Kind::Named(_, offsets) => offsets.span_at(millis),
            Kind::Fixed(offset) => OffsetSpan::always(offset),
        }
    }

    /// How many stretches of the same offset share an instant with `[start, end)`, in milliseconds since
    /// 1970-01-01T00:00:00Z; `start < end`.
    pub(super) fn count_spans(&self, start: i64, end: i64) -> i64 {
        match self.0 {
            Kind::Named(_, offsets) => offsets.ordinal(end.saturating_sub(1)) - offsets.ordinal(start) + 1,
            Kind::Fixed(_) => 1,
        }
    }

    /// Seconds that the zone's clock is east of UTC at an instant in milliseconds since 1970-01-01T00:00:00Z.
    pub fn offset_at(&self, millis: i64) -> i32 {
        self.span_at(millis).offset
    }

    /// The first instant at which the zone's clock shows a reading or a later one.
    ///
    /// For a reading that the clock skips this is the end of the gap, for one that it shows twice the earlier instant.
    /// A later reading never has an earlier instant. Both are in milliseconds, the reading from 1970-01-01T00:00 of the
    /// same clock.
    pub fn resolve(&self, local: i64) -> i64 {
        // Before this instant every reading was earlier: no clock is so far ahead.
        let mut span = self.span_at(local.saturating_sub(FURTHEST_OFFSET));
        while span.until != i64::MAX && span.until.saturating_add(span.offset_millis()) <= local {
            span = self.span_at(span.until);
        }
        local.saturating_sub(span.offset_millis()).max(span.from)
    }

    /// The instant of a text, in milliseconds since 1970-01-01T00:00:00Z: by its own offset, else by this zone's clock
    /// as [`Zone::resolve`] reads it.
    pub fn instant_of(&self, civil: CivilText) -> i64 {
        match civil.offset {
            Some(offset) => civil.local - i64::from(offset) * 1000,
            None => self.resolve(civil.local),
        }
    }

    /// Reads an ISO-8601 text ([`parse_civil`] tells which) as an instant, see [`Zone::instant_of`]. It lies within a
    /// day of the years 0000 to 9999.
    pub fn parse_instant(&self, text: &str) -> Result<i64, TimestampError> {
        parse_civil(text).map(|civil| self.instant_of(civil))
    }

    /// An instant, in milliseconds since 1970-01-01T00:00:00Z, as this zone's clock shows it.
    pub fn text_of(&self, millis: i64) -> IsoText {
        IsoText::new(millis, self.offset_at(millis))
    }
}

impl PartialEq for Zone {
    /// Whether they have the same name: `UTC` and `Etc/UTC` differ.
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Kind::Named(name, _), Kind::Named(other, _)) => name == other,
            (Kind::Fixed(offset), Kind::Fixed(other)) => offset == other,
            _ => false,
        }
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    /// The IANA name, `UTC`, or `+HH:MM` (`+HH:MM:SS` with seconds), which [`Zone::from_name`] understands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Named(name, _) => f.pad(name),
            Kind::Fixed(0) => f.pad("UTC"),
            Kind::Fixed(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let seconds = offset.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
                if seconds.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
            }
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

#[cfg(test)]
mod tests;
