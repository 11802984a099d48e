//! How far the sender of an event is trusted.

use std::fmt;

/// How far the sender of an event is trusted. It belongs to whoever receives the event, see [`SourceRule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Sent by a system of our own.
    Trusted,
    /// Sent by anybody.
    Untrusted,
}

impl Source {
    /// Both, in the order of their words.
    pub const ALL: [Self; 2] = [Self::Trusted, Self::Untrusted];

    /// The word on the outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Untrusted => "untrusted",
        }
    }

    /// The source of that exact word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who decides an event's [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceRule {
    /// The receiver: every event gets this source, and one that says otherwise is an error.
    Fixed(Source),
    /// The event's own `source`, untrusted when absent.
    FromEvent,
}

impl From<Source> for SourceRule {
    fn from(source: Source) -> Self {
        Self::Fixed(source)
    }
}
