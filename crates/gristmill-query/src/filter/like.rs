//! The `like` pattern, taken apart once and matched against many values.

use crate::request::Like;
use memchr::memmem::Finder;

/// A pattern as the pieces between its `%`: each piece matches a run of characters, one for one.
#[derive(Clone, Debug)]
pub(crate) struct LikeMatcher {
    /// Never empty: a pattern without `%` is one piece.
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    /// Just this text.
    Text(Box<Finder<'static>>),
    /// Characters, some of which are any.
    Characters(Vec<Element>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Character(char),
    AnyCharacter,
}

impl LikeMatcher {
    /// Reads the pattern. An escape at the very end stands for itself; a checked request has none there.
    pub(crate) fn new(like: &Like) -> Self {
        let mut pieces = vec![Vec::new()];
        let mut characters = like.pattern.chars();
        while let Some(character) = characters.next() {
            let element = if Some(character) == like.escape {
                Element::Character(characters.next().unwrap_or(character))
            } else if character == '%' {
                pieces.push(Vec::new());
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
        Self { pieces: pieces.into_iter().map(Piece::of).collect() }
    }

    /// What every text that matches starts with.
    pub(crate) fn prefix(&self) -> String {
        match self.pieces.first() {
            Some(Piece::Text(text)) => String::from_utf8_lossy(text.needle()).into_owned(),
            Some(Piece::Characters(elements)) => {
                elements.iter().map_while(|element| element.character()).collect()
            }
            None => String::new(),
        }
    }

    /// Whether every text that starts with [`LikeMatcher::prefix`] matches.
    pub(crate) fn is_prefix(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Text(_), Piece::Text(end)] if end.needle().is_empty())
    }

    /// The part that a text matches for having in it, where that is all.
    pub(crate) fn part(&self) -> Option<&Finder<'static>> {
        let is_empty = |piece: &Piece| matches!(piece, Piece::Text(text) if text.needle().is_empty());
        match self.pieces.as_slice() {
            [first, Piece::Text(part), last] if is_empty(first) && is_empty(last) => Some(&**part),
            _ => None,
        }
    }

    /// Whether the whole text matches. Takes time in the text's length times the pattern's at worst.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return false };
        let Some(tail) = first.strip_from(text) else { return false };
        let Some((last, middle)) = rest.split_last() else { return tail.is_empty() };
        let mut tail = tail;
        for piece in middle {
            // The leftmost place leaves the most text for the pieces to come.
            match piece.find_in(tail) {
                Some(after) => tail = after,
                None => return false,
            }
        }
        last.ends(tail)
    }
}

impl Element {
    fn character(self) -> Option<char> {
        match self {
            Self::Character(character) => Some(character),
            Self::AnyCharacter => None,
        }
    }

    fn matches(self, found: char) -> bool {
        self == Self::AnyCharacter || self == Self::Character(found)
    }
}

impl Piece {
    fn of(elements: Vec<Element>) -> Self {
        let text: Option<String> = elements.iter().map(|element| element.character()).collect();
        match text {
            Some(text) => Self::Text(Box::new(Finder::new(text.as_bytes()).into_owned())),
            None => Self::Characters(elements),
        }
    }

    /// What follows the piece at the start of the text.
    fn strip_from<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            // A whole text ends where a character does.
            Self::Text(piece) if text.as_bytes().starts_with(piece.needle()) => {
                text.get(piece.needle().len()..)
            }
            Self::Text(_) => None,
            Self::Characters(elements) => {
                let mut characters = text.chars();
                elements
                    .iter()
                    .all(|element| characters.next().is_some_and(|found| element.matches(found)))
                    .then_some(characters.as_str())
            }
        }
    }

    /// What follows the leftmost place of the piece in the text.
    fn find_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Self::Text(piece) = self {
            return text.get(piece.find(text.as_bytes())? + piece.needle().len()..);
        }
        let mut characters = text.chars();
        loop {
            if let Some(after) = self.strip_from(characters.as_str()) {
                return Some(after);
            }
            characters.next()?;
        }
    }

    /// Whether the text ends with the piece.
    fn ends(&self, text: &str) -> bool {
        match self {
            Self::Text(piece) => text.as_bytes().ends_with(piece.needle()),
            Self::Characters(elements) => {
                let mut characters = text.chars();
                let mut elements = elements.iter().rev();
                elements.all(|element| characters.next_back().is_some_and(|found| element.matches(found)))
            }
        }
    }
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
    fn a_pattern_may_be_one_part() {
        let part = |pattern: &str| {
            let like = LikeMatcher::new(&Like { pattern: pattern.to_owned(), escape: Some('!') });
            like.part().map(|part| String::from_utf8(part.needle().to_vec()).unwrap())
        };
        assert_eq!(part("%a!%b%").as_deref(), Some("a%b"));
        for other in ["a%", "%a", "%a_%", "%a%b%", "a%b%", "%a%b", "a"] {
            assert_eq!(part(other), None, "{other}");
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
