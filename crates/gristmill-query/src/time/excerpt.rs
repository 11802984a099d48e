//! What an error repeats of a text from outside.

/// How many characters of a text an error repeats.
const EXCERPT_CHARS: usize = 64;

/// A text, shortened when long.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
