//! Druid's alphanumeric order: runs of digits by number, all else by characters.

use std::cmp::Ordering;

/// Compares two texts part by part, where a part is a longest run of ASCII digits or of anything else.
///
/// A run of digits comes before any other run. Two runs of digits compare by number, and where the numbers are the
/// same the one with fewer leading zeros comes first. Other runs compare by character, without regard to case. A text
/// that has no more parts comes first.
pub(crate) fn compare(mut left: &str, mut right: &str) -> Ordering {
    loop {
        let (left_part, left_rest) = next_part(left);
        let (right_part, right_rest) = next_part(right);
        let order = match (starts_with_digit(left_part), starts_with_digit(right_part)) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(true), Some(true)) => compare_numbers(left_part.as_bytes(), right_part.as_bytes()),
            (Some(true), Some(false)) => Ordering::Less,
            (Some(false), Some(true)) => Ordering::Greater,
            (Some(false), Some(false)) => folded(left_part).cmp(folded(right_part)),
        };
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
}

fn next_part(text: &str) -> (&str, &str) {
    let digits = starts_with_digit(text) == Some(true);
    // A boundary between a digit and anything else is one between characters.
    let end = text.bytes().position(|byte| byte.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

/// `None` for no text at all.
fn starts_with_digit(text: &str) -> Option<bool> {
    text.bytes().next().map(|byte| byte.is_ascii_digit())
}

/// Each character in upper case and that in lower case, where those are one character: the two steps bring together
/// characters that share only one of their cases.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|character| only(only(character, char::to_uppercase), char::to_lowercase))
}

fn only<I: Iterator<Item = char>>(character: char, case: fn(char) -> I) -> char {
    let mut characters = case(character);
    match (characters.next(), characters.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

fn compare_numbers(left: &[u8], right: &[u8]) -> Ordering {
    let zeros = |digits: &[u8]| digits.iter().take_while(|digit| **digit == b'0').count();
    let (left_zeros, right_zeros) = (zeros(left), zeros(right));
    let (left, right) = (&left[left_zeros..], &right[right_zeros..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right)).then(left_zeros.cmp(&right_zeros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_through_the_documented_order() {
        let rising = [
            "", "1", "1a", "01", "2", "10", "-1", "a", "a1", "A2", "a10", "a10b", "b", "File1", "file10", "z",
        ];
        for (at, left) in rising.iter().enumerate() {
            for (other, right) in rising.iter().enumerate() {
                assert_eq!(compare(left, right), at.cmp(&other), "{left:?} against {right:?}");
            }
        }
        assert_eq!(compare("File2", "fILE2"), Ordering::Equal);
    }
}
