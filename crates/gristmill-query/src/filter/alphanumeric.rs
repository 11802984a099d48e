//! Druid's alphanumeric order: runs of digits by number, all else by characters.

use std::cmp::Ordering;

/// Compares two texts part by part, where a part is a longest run of ASCII digits or of anything else.
///
/// A run of digits comes before any other run. Two runs of digits compare by number, and where the numbers are the
/// same the one with fewer leading zeros comes first. Other runs compare by their bytes. A text that has no more
/// parts comes first.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        let (left_part, left_rest) = next_part(left);
        let (right_part, right_rest) = next_part(right);
        let order = match (left_part.first(), right_part.first()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (a.is_ascii_digit(), b.is_ascii_digit()) {
                (true, true) => compare_numbers(left_part, right_part),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => left_part.cmp(right_part),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
}

fn next_part(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.first().is_some_and(u8::is_ascii_digit);
    let end = text.iter().position(|byte| byte.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
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
        let rising =
            ["", "1", "01", "1a", "2", "10", "a", "a1", "a2", "a10", "a10b", "b", "file1", "file10", "z"];
        for (at, left) in rising.iter().enumerate() {
            for (other, right) in rising.iter().enumerate() {
                assert_eq!(compare(left, right), at.cmp(&other), "{left:?} against {right:?}");
            }
        }
    }
}
