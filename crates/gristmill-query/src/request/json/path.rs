//! A place in a JSON document.

use std::fmt::{self, Write};

/// A place in a JSON document, as a chain of steps towards the root. It costs nothing until it is shown.
#[derive(Clone, Copy, Debug)]
pub(in crate::request) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

/// Keys come from outside and may be of any length; an error shows no more characters than this.
const SHOWN_KEY_CHARS: usize = 64;

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Root => Ok(()),
            Self::Key(parent, key) => {
                parent.fmt(f)?;
                if !matches!(parent, Self::Root) {
                    f.write_char('.')?;
                }
                for character in key.chars().take(SHOWN_KEY_CHARS) {
                    write!(f, "{}", character.escape_debug())?;
                }
                Ok(())
            }
            Self::Item(parent, index) => {
                parent.fmt(f)?;
                write!(f, "[{index}]")
            }
        }
    }
}
