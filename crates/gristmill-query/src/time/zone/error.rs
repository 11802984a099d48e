//! What is wrong with the name of a zone.

use crate::time::zone::tzif::TzifError;
use std::fmt;

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// Neither in the database nor an offset.
    #[error(
        "unknown time zone {name:?}{} A time zone is an IANA name such as Europe/Helsinki (letter case matters), \
         UTC, or an offset such as +02:00 up to 18 hours",
        Suggestions(nearest)
    )]
    Unknown {
        /// The text, shortened when long.
        name: String,
        /// Known names that are like it, the likest first.
        nearest: Vec<&'static str>,
    },
    /// The zone's data in this build cannot be read.
    #[error("the data of time zone {name} in this build is damaged: build again")]
    Damaged {
        /// The zone.
        name: &'static str,
        /// What is wrong.
        source: TzifError,
    },
}

struct Suggestions<'a>(&'a [&'static str]);

impl fmt::Display for Suggestions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            write!(f, "{}{name}", if at == 0 { ": did you mean " } else { " or " })?;
        }
        f.write_str(if self.0.is_empty() { "." } else { "?" })
    }
}
