//! A length of time, as typed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time: `250ms`, `30s`, `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Duration);

/// The text is no length of time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TimeError;

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a length of time such as 250ms, 30s or 5m, at least 1ms")
    }
}

impl std::error::Error for TimeError {}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| TimeError)?;
        let milliseconds = match unit.trim_start() {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            _ => return Err(TimeError),
        };
        // Times beyond a hundred years or so overflow clocks.
        let total = number.checked_mul(milliseconds).filter(|total| (1..1 << 42).contains(total));
        total.map(|total| Self(Duration::from_millis(total))).ok_or(TimeError)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            whole if whole.is_multiple_of(1000) => write!(f, "{}s", whole / 1000),
            milliseconds => write!(f, "{milliseconds}ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, milliseconds) in [("250ms", 250), ("30s", 30_000), ("5 m", 300_000)] {
            assert_eq!(text.parse(), Ok(Time(Duration::from_millis(milliseconds))), "{text}");
        }
        for text in ["", "30", "0s", "-1s", "1.5s", "1h", "s", "99999999999999999s"] {
            assert_eq!(text.parse::<Time>(), Err(TimeError), "{text}");
        }
        assert_eq!(Time(Duration::from_mins(1)).to_string(), "60s");
        assert_eq!(Time(Duration::from_millis(1500)).to_string(), "1500ms");
    }
}
