//! The orders that a bound compares texts by.

use std::cmp::Ordering;

/// By number of characters, then by UTF-8 bytes.
pub(super) fn strlen(a: &str, b: &str) -> Ordering {
    a.chars().count().cmp(&b.chars().count()).then_with(|| a.cmp(b))
}

/// Druid's alphanumeric order.
///
/// Both texts are walked in parallel, run by run. A digit comes before anything else. Two runs of ASCII digits compare
/// as numbers, and equal numbers by how many zeros stand before them, fewer first. Two runs without digits compare
/// character by character, without regard to case. The first difference decides; where there is none, the text that
/// ends first is first. So `"a"` and `"A"` are equal in this order.
pub(super) fn alphanumeric(a: &str, b: &str) -> Ordering {
    let (runs_a, runs_b) = (runs(a), runs(b));
    for (run_a, run_b) in runs_a.iter().zip(&runs_b) {
        let order = match (starts_with_digit(run_a), starts_with_digit(run_b)) {
            (true, true) => by_number(run_a, run_b),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => folded(run_a).cmp(&folded(run_b)),
        };
        if order.is_ne() {
            return order;
        }
    }
    runs_a.len().cmp(&runs_b.len())
}

/// The text cut where digits begin or end.
fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    for character in text.chars() {
        match runs.last_mut() {
            Some(run) if starts_with_digit(run) == character.is_ascii_digit() => run.push(character),
            _ => runs.push(character.to_string()),
        }
    }
    runs
}

fn starts_with_digit(run: &str) -> bool {
    run.starts_with(|character: char| character.is_ascii_digit())
}

fn by_number(a: &str, b: &str) -> Ordering {
    let (digits_a, digits_b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    let by_value = digits_a.len().cmp(&digits_b.len()).then_with(|| digits_a.cmp(digits_b));
    by_value.then_with(|| a.len().cmp(&b.len()))
}

/// Each character in upper case and that in lower case, where those are one character.
fn folded(run: &str) -> Vec<char> {
    run.chars().map(|character| single(single(character, char::to_uppercase), char::to_lowercase)).collect()
}

fn single<I: Iterator<Item = char>>(character: char, mapping: fn(char) -> I) -> char {
    let mut mapped = mapping(character);
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each text is before those after it.
    fn assert_ascending(compare: fn(&str, &str) -> Ordering, texts: &[&str]) {
        for (at, a) in texts.iter().enumerate() {
            for (other, b) in texts.iter().enumerate() {
                assert_eq!(compare(a, b), at.cmp(&other), "{a:?} against {b:?}");
            }
        }
    }

    #[test]
    fn alphanumeric_counts() {
        // "1.3" before "1.15", and digits before "-", as Druid's documentation says.
        assert_ascending(
            alphanumeric,
            &[
                "", "0", "00", "1", "1.3", "1.15", "01", "2", "10", "-1", "a", "a0", "a1", "a2b", "a10",
                "ab", "file2", "file12",
            ],
        );
        assert_eq!(alphanumeric("File2", "fILE2"), Ordering::Equal);
        assert_eq!(alphanumeric("123456789012345678901", "99"), Ordering::Greater, "beyond 64 bits");
    }

    #[test]
    fn strlen_counts_characters() {
        assert_ascending(strlen, &["", "b", "\u{1f980}", "aa", "ab", "\u{e9}\u{e9}", "aaa"]);
    }
}
