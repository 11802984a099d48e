//! `like` patterns.

use gristmill::request::Like;

enum Piece {
    AnyText,
    AnyCharacter,
    Character(char),
}

/// Whether the whole text is what the pattern describes.
pub(super) fn matches(like: &Like, text: &str) -> bool {
    rest_matches(&pieces(like), &text.chars().collect::<Vec<_>>())
}

fn pieces(like: &Like) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = like.pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(if Some(character) == like.escape {
            Piece::Character(characters.next().unwrap_or(character))
        } else {
            match character {
                '%' => Piece::AnyText,
                '_' => Piece::AnyCharacter,
                _ => Piece::Character(character),
            }
        });
    }
    pieces
}

fn rest_matches(pieces: &[Piece], text: &[char]) -> bool {
    let Some((piece, pieces)) = pieces.split_first() else { return text.is_empty() };
    match piece {
        Piece::AnyText => (0..=text.len()).any(|taken| rest_matches(pieces, &text[taken..])),
        Piece::AnyCharacter => text.split_first().is_some_and(|(_, text)| rest_matches(pieces, text)),
        Piece::Character(wanted) => {
            text.split_first().is_some_and(|(found, text)| found == wanted && rest_matches(pieces, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(pattern: &str, escape: Option<char>, text: &str) -> bool {
        matches(&Like { pattern: pattern.to_owned(), escape }, text)
    }

    #[test]
    fn wildcards_and_escapes() {
        assert!(like("a%c", None, "ac"));
        assert!(like("a%c", None, "abcbc"));
        assert!(!like("a%c", None, "abcd"));
        assert!(like("a_c", None, "a\u{e9}c"), "one character, not one byte");
        assert!(!like("a_c", None, "ac"));
        assert!(like("%", None, ""));
        assert!(like("", None, ""));
        assert!(!like("", None, "a"));
        assert!(like("100!%", Some('!'), "100%"));
        assert!(!like("100!%", Some('!'), "1000"));
        assert!(like("a!!b", Some('!'), "a!b"));
        assert!(like("a\nb%", None, "a\nb\n"), "any character, line ends too");
    }
}
