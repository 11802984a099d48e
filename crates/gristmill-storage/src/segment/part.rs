//! The parts of a segment that are read, verified and kept one by one.

use crate::schema::{Column, Dimension};
use std::fmt;

/// A part of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// A file as a whole.
    File,
    /// What tells where the other parts lie: the footers of both files.
    Directory,
    Runs,
    Timestamps,
    /// Made from the run table and the timestamps.
    Ticks,
    Values,
    /// Made from the values.
    FixedValues,
    Dictionary(Dimension),
    Codes(Dimension),
    Postings(Dimension),
    /// Of a file of its own.
    DeletedRows,
}

impl Part {
    /// Every part that is kept in a cache.
    pub(super) fn cached() -> impl Iterator<Item = Self> {
        let of = |dimension| [Self::Dictionary(dimension), Self::Codes(dimension), Self::Postings(dimension)];
        [Self::Runs, Self::Timestamps, Self::Ticks, Self::Values, Self::FixedValues]
            .into_iter()
            .chain(Dimension::ALL.into_iter().flat_map(of))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("whole file"),
            Self::Directory => f.write_str("directory"),
            Self::Runs => f.write_str("run table"),
            Self::Timestamps => write!(f, "column {}", Column::TIMESTAMP),
            Self::Ticks => f.write_str("ticks"),
            Self::FixedValues => f.write_str("values as integers"),
            Self::Values => write!(f, "column {}", Column::VALUE),
            Self::Dictionary(dimension) => write!(f, "dictionary of {dimension}"),
            Self::Codes(dimension) => write!(f, "codes of {dimension}"),
            Self::Postings(dimension) => write!(f, "postings of {dimension}"),
            Self::DeletedRows => f.write_str("deleted rows"),
        }
    }
}
