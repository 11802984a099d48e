//! What of the work of a service is told, as typed.

use std::fmt;
use std::str::FromStr;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// What of the work of a service is told: `debug`, `gristmill::fetch=debug`, or several of these with commas between.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace(pub(crate) Targets);

/// The text says neither a level nor which part has one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TraceError;

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected a level, which is off, error, warn, info, debug or trace, or TARGET=LEVEL such as \
             gristmill::fetch=debug, or several of these with commas between",
        )
    }
}

impl std::error::Error for TraceError {}

impl FromStr for Trace {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        // An empty text would be the level `error`.
        let level = |text: &str| match text.trim() {
            "" => Err(TraceError),
            text => text.parse::<LevelFilter>().map_err(|_| TraceError),
        };
        // What goes wrong is told unless that is what is turned off.
        let mut targets = Targets::new().with_default(LevelFilter::WARN);
        for part in text.split(',') {
            targets = match part.split_once('=') {
                None => targets.with_default(level(part)?),
                Some((target, _)) if target.trim().is_empty() => return Err(TraceError),
                Some((target, part)) => targets.with_target(target.trim(), level(part)?),
            };
        }
        Ok(Self(targets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn levels_are_for_everything_or_for_a_part() {
        let tells = |text: &str, target: &str, level: Level| {
            text.parse::<Trace>().unwrap().0.would_enable(target, &level)
        };
        assert!(tells("warn", "a", Level::WARN) && !tells("warn", "a", Level::INFO));
        assert!(!tells("off", "a", Level::ERROR));
        let of_part = "a::b=debug, c=off";
        assert!(tells(of_part, "a::b", Level::DEBUG) && !tells(of_part, "a::b", Level::TRACE));
        assert!(tells(of_part, "d", Level::WARN) && !tells(of_part, "d", Level::DEBUG));
        assert!(!tells(of_part, "c", Level::ERROR));
        for text in ["", "debgu", "=debug", "a=", "a=b", "debug,", "a=debug=trace"] {
            assert_eq!(text.parse::<Trace>(), Err(TraceError), "{text}");
        }
    }
}
