//! Why a fetch was refused.

use std::error::Error;
use std::fmt;

/// Why a fetch was refused, and where in its JSON.
///
/// The message says what is wrong, what was found and what would be right; [`FetchError::path`] says where.
#[derive(Debug)]
pub struct FetchError {
    kind: FetchErrorKind,
    path: String,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What sort of mistake a [`FetchError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The text is no JSON; the message has line and column.
    Syntax,
    /// A required key is absent or null.
    Missing,
    /// A key, dimension, metric, filter type or other name that is not known.
    Unknown,
    /// A JSON value of the wrong type.
    WrongType,
    /// A value of the right type that cannot be: out of range, malformed, or at odds with another.
    Invalid,
    /// Something that may stand once stands twice.
    Duplicate,
    /// Something that exists in the language or in Druid, and is not supported.
    Unsupported,
    /// Deeper or larger than the limits allow.
    TooLarge,
}

impl FetchError {
    pub(super) fn new(kind: FetchErrorKind, path: String, message: impl Into<String>) -> Self {
        Self { kind, path, message: message.into(), source: None }
    }

    pub(super) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What sort of mistake it is.
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }

    /// Where it is, such as `filters.fields[0].dimension`; empty for the text as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong and what would be right, without the path.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
