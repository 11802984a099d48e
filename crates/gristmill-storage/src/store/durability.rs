//! What an acknowledged append survives.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What an append that returned survives. A kill of the process never takes one.
///
/// As text: `append`, a number of milliseconds such as `100ms`, or `none`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// An acknowledged append survives a power cut. The default.
    #[default]
    Append,
    /// An acknowledged append survives a kill at once, and a power cut after at most this long and the sync that is then
    /// made.
    Interval(Duration),
    /// An acknowledged append survives a kill; a power cut may take everything since the last seal or close.
    None,
}

/// The text is no durability.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no durability: expected `append`, milliseconds such as `100ms` (at least 1), or `none`"
)]
pub struct DurabilityError {
    found: String,
}

impl Durability {
    const APPEND: &str = "append";
    const NONE: &str = "none";
    const MILLISECONDS: &str = "ms";
}

impl FromStr for Durability {
    type Err = DurabilityError;

    fn from_str(text: &str) -> Result<Self, DurabilityError> {
        let milliseconds =
            || text.strip_suffix(Self::MILLISECONDS)?.parse().ok().filter(|&number| number > 0);
        match text {
            Self::APPEND => Ok(Self::Append),
            Self::NONE => Ok(Self::None),
            _ => milliseconds()
                .map(|number| Self::Interval(Duration::from_millis(number)))
                .ok_or_else(|| DurabilityError { found: text.to_owned() }),
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Append => f.write_str(Self::APPEND),
            Self::Interval(most) => write!(f, "{}{}", most.as_millis(), Self::MILLISECONDS),
            Self::None => f.write_str(Self::NONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_durability_is_read_as_it_is_written() {
        for durability in
            [Durability::Append, Durability::Interval(Duration::from_millis(20)), Durability::None]
        {
            assert_eq!(durability.to_string().parse(), Ok(durability));
        }
        for text in ["", "0ms", "ms", "-1ms", "1.5ms", "5s", "100", "always", "None"] {
            let error = text.parse::<Durability>().unwrap_err();
            assert!(error.to_string().contains("`100ms`"), "{error}");
        }
    }
}
