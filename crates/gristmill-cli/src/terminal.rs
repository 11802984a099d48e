//! What stdout and stderr are, and what they can show.

use crate::arguments::Colour;
use crate::render::Ink;
use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

/// Columns where nothing says otherwise.
const DEFAULT_WIDTH: usize = 80;
/// Narrower is not readable, wider is not either.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=400;

pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Columns of stdout: those of its terminal, else `COLUMNS`, else 80.
pub(crate) fn width() -> usize {
    let of_terminal = || console::Term::stdout().size_checked().map(|(_rows, columns)| usize::from(columns));
    let of_environment = || env::var("COLUMNS").ok()?.parse().ok();
    of_terminal()
        .filter(|_| stdout_is_terminal())
        .or_else(of_environment)
        .unwrap_or(DEFAULT_WIDTH)
        .clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// Whether stdout gets colours.
pub(crate) fn ink(colour: Colour) -> Ink {
    choose(colour, stdout_is_terminal(), env::var_os("NO_COLOR").as_deref(), env::var_os("TERM").as_deref())
}

/// `NO_COLOR` counts when it is set and not empty, as <https://no-color.org> has it.
fn choose(colour: Colour, is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Ink {
    let wanted = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            is_terminal && no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
        }
    };
    if wanted { Ink::Coloured } else { Ink::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let (xterm, dumb) = (Some(OsStr::new("xterm")), Some(OsStr::new("dumb")));
        let (empty, set) = (Some(OsStr::new("")), Some(OsStr::new("1")));
        assert_eq!(choose(Colour::Auto, true, None, xterm), Ink::Coloured);
        assert_eq!(choose(Colour::Auto, true, empty, None), Ink::Coloured);
        assert_eq!(choose(Colour::Auto, true, set, xterm), Ink::Plain);
        assert_eq!(choose(Colour::Auto, true, None, dumb), Ink::Plain);
        assert_eq!(choose(Colour::Auto, false, None, xterm), Ink::Plain);
        assert_eq!(choose(Colour::Always, false, set, dumb), Ink::Coloured);
        assert_eq!(choose(Colour::Never, true, None, xterm), Ink::Plain);
    }
}
