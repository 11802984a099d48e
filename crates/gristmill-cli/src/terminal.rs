//! What stdout and stderr are, and what they can show.

use crate::arguments::Colour;
use crate::render::Ink;
use std::env;
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
    let wanted = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            stdout_is_terminal()
                && !is_set("NO_COLOR")
                && env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    if wanted { Ink::Coloured } else { Ink::Plain }
}

/// Set and not empty, as <https://no-color.org> has it.
fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}
