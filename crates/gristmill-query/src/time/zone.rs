//! A time zone: one of the IANA database, or a fixed offset.

use std::fmt;

/// A time zone: one of the IANA database, or a fixed offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Iana(chrono_tz::Tz),
    /// Seconds east of UTC.
    Fixed(i32),
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Kind::Fixed(0));

    /// A zone by its IANA name, `UTC`, or a fixed `+HH:MM`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "UTC" || name == "Z" {
            return Some(Self::UTC);
        }
        name.parse().ok().map(|zone| Self(Kind::Iana(zone)))
    }
}

impl fmt::Display for Zone {
    /// The IANA name, `UTC`, or `+HH:MM`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Iana(zone) => f.write_str(zone.name()),
            Kind::Fixed(0) => f.write_str("UTC"),
            Kind::Fixed(seconds) => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.unsigned_abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}
