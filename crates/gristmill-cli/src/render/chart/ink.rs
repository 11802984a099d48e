//! Colour, or none of it.

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Coloured,
}

/// Colours that stay legible on dark and on light terminals: cyan, yellow, magenta, green, blue, red.
const SERIES: [u8; 6] = [36, 33, 35, 32, 34, 31];

impl Ink {
    pub(crate) fn is_coloured(self) -> bool {
        self == Self::Coloured
    }

    /// The text in bold.
    pub(crate) fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// The text in the background of the eye: axes, notes.
    pub(crate) fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// The text in the colour of a series; colours come again after the last.
    pub(crate) fn series(self, series: usize, text: &str) -> String {
        self.wrap(&SERIES[series % SERIES.len()].to_string(), text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Coloured if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }
}
