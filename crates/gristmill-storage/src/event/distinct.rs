//! Texts that count once.

use crate::hash::HashSet;
use std::hash::Hash;

/// Up to here comparing every pair beats hashing, and most events have a handful of properties.
const PAIRWISE_UP_TO: usize = 16;

/// Keeps the first of equal texts, or of equal numbers that stand for texts, in their order.
pub(crate) fn keep_first<T: Copy + Eq + Hash>(texts: &mut Vec<T>) {
    if texts.len() > PAIRWISE_UP_TO {
        let mut seen = HashSet::default();
        texts.retain(|text| seen.insert(*text));
        return;
    }
    let mut kept = 0;
    for at in 0..texts.len() {
        let text = texts[at];
        if !texts[..kept].contains(&text) {
            texts[kept] = text;
            kept += 1;
        }
    }
    texts.truncate(kept);
}

/// The first text that was there before.
pub(super) fn first_repeated<'t>(texts: &[&'t str]) -> Option<&'t str> {
    if texts.len() > PAIRWISE_UP_TO {
        let mut seen = HashSet::default();
        return texts.iter().copied().find(|text| !seen.insert(*text));
    }
    (1..texts.len()).find(|&at| texts[..at].contains(&texts[at])).map(|at| texts[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_texts_stays() {
        let mut few = vec!["b", "a", "b", "", "a", ""];
        keep_first(&mut few);
        assert_eq!(few, ["b", "a", ""]);

        let numbers: Vec<String> = (0..100).map(|at| (at % 40).to_string()).collect();
        let mut many: Vec<&str> = numbers.iter().map(String::as_str).collect();
        keep_first(&mut many);
        assert_eq!(many, numbers[..40]);
    }

    #[test]
    fn a_repeated_text_is_found() {
        assert_eq!(first_repeated(&[]), None);
        assert_eq!(first_repeated(&["a", "b"]), None);
        assert_eq!(first_repeated(&["a", "b", "a", "b"]), Some("a"));

        let numbers: Vec<String> = (0..100).map(|at| (at % 99).to_string()).collect();
        let many: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert_eq!(first_repeated(&many[..99]), None);
        assert_eq!(first_repeated(&many), Some("0"));
    }
}
