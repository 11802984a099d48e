//! Text from events, made safe to print on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every character escaped that would move the cursor, change colours, or reorder what stands
/// beside it.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(unsafe_to_print) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if unsafe_to_print(character) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "{}", character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// The text of a group as it stands in a table or a legend. Quotes tell the empty text, and texts that look like
/// null or like quoted ones, from what they look like.
pub(crate) fn group_text(text: &str) -> Cow<'_, str> {
    let ambiguous = text.is_empty() || text == "null" || text.starts_with('"') || text.trim() != text;
    if ambiguous { Cow::Owned(format!("\"{}\"", printable(text))) } else { printable(text) }
}

/// Control characters, and the marks that override the direction of text.
fn unsafe_to_print(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_codes_are_escaped() {
        assert_eq!(printable("caf\u{e9}"), "caf\u{e9}");
        assert_eq!(printable("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\\nc");
        assert_eq!(printable("\u{202e}x"), "\\u{202e}x");
    }

    #[test]
    fn look_alikes_are_quoted() {
        assert_eq!(group_text("widget"), "widget");
        assert_eq!(group_text(""), "\"\"");
        assert_eq!(group_text("null"), "\"null\"");
        assert_eq!(group_text(" a"), "\" a\"");
        assert_eq!(group_text("\"\""), "\"\"\"\"");
    }
}
