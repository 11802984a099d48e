//! The `like` pattern, taken apart once and matched against many values.

use crate::request::Like;

/// A pattern as the pieces between its `%`: each piece matches a run of characters, one for one.
#[derive(Debug)]
pub(crate) struct LikeMatcher {
    /// Never empty: a pattern without `%` is one piece.
    pieces: Vec<Piece>,
}

type Piece = Vec<Element>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Character(char),
    AnyCharacter,
}

impl LikeMatcher {
    /// Reads the pattern. An escape at the very end stands for itself; a checked request has none there.
    pub(crate) fn new(like: &Like) -> Self {
        let mut pieces = vec![Piece::new()];
        let mut characters = like.pattern.chars();
        while let Some(character) = characters.next() {
            let element = if Some(character) == like.escape {
                Element::Character(characters.next().unwrap_or(character))
            } else if character == '%' {
                pieces.push(Piece::new());
                continue;
            } else if character == '_' {
                Element::AnyCharacter
            } else {
                Element::Character(character)
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(element);
            }
        }
        Self { pieces }
    }

    /// What every text that matches starts with.
    pub(crate) fn prefix(&self) -> String {
        let literal = |element: &Element| match element {
            Element::Character(character) => Some(*character),
            Element::AnyCharacter => None,
        };
        self.pieces.first().into_iter().flatten().map_while(literal).collect()
    }

    /// Whether every text that starts with [`LikeMatcher::prefix`] matches.
    pub(crate) fn is_prefix(&self) -> bool {
        let [first, last] = self.pieces.as_slice() else { return false };
        last.is_empty() && !first.contains(&Element::AnyCharacter)
    }

    /// Whether the whole text matches. Takes time in the text's length times the pattern's at worst.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return false };
        let Some(tail) = strip_prefix(text, first) else { return false };
        let Some((last, middle)) = rest.split_last() else { return tail.is_empty() };
        let mut tail = tail;
        for piece in middle {
            // The leftmost place leaves the most text for the pieces to come.
            match find(tail, piece) {
                Some(after) => tail = after,
                None => return false,
            }
        }
        ends_with(tail, last)
    }
}

/// What follows the piece at the start of the text.
fn strip_prefix<'t>(text: &'t str, piece: &[Element]) -> Option<&'t str> {
    let mut characters = text.chars();
    for element in piece {
        let found = characters.next()?;
        if *element != Element::AnyCharacter && *element != Element::Character(found) {
            return None;
        }
    }
    Some(characters.as_str())
}

/// What follows the leftmost place of the piece in the text.
fn find<'t>(text: &'t str, piece: &[Element]) -> Option<&'t str> {
    let mut characters = text.chars();
    loop {
        if let Some(after) = strip_prefix(characters.as_str(), piece) {
            return Some(after);
        }
        characters.next()?;
    }
}

fn ends_with(text: &str, piece: &[Element]) -> bool {
    let mut characters = text.chars();
    piece.iter().rev().all(|element| {
        characters
            .next_back()
            .is_some_and(|found| *element == Element::AnyCharacter || *element == Element::Character(found))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(pattern: &str, text: &str) -> bool {
        LikeMatcher::new(&Like { pattern: pattern.to_owned(), escape: Some('!') }).matches(text)
    }

    #[test]
    fn whole_text_and_wildcards() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("%", "anything", true),
            ("a", "a", true),
            ("a", "A", false),
            ("a", "ab", false),
            ("a%", "abc", true),
            ("%c", "abc", true),
            ("%b%", "abc", true),
            ("a_c", "abc", true),
            ("a_c", "a\u{e4}c", true),
            ("a_c", "ac", false),
            ("_%_", "a", false),
            ("_%_", "ab", true),
            ("a%a", "a", false),
            ("a%ab%b", "aab", false),
            ("a%ab%b", "aabb", true),
            ("%a%a%", "aba", true),
            ("100!%", "100%", true),
            ("100!%", "1000", false),
            ("!_!!", "_!", true),
        ] {
            assert_eq!(like(pattern, text), expected, "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn the_start_of_a_pattern_is_text() {
        for (pattern, prefix, is_prefix) in [
            ("", "", false),
            ("%", "", true),
            ("ab%", "ab", true),
            ("a!%%", "a%", true),
            ("ab", "ab", false),
            ("a_%", "a", false),
            ("_b%", "", false),
            ("a%b", "a", false),
            ("a%%", "a", false),
        ] {
            let like = LikeMatcher::new(&Like { pattern: pattern.to_owned(), escape: Some('!') });
            assert_eq!((like.prefix().as_str(), like.is_prefix()), (prefix, is_prefix), "{pattern:?}");
        }
    }
}
