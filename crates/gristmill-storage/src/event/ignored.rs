//! Keys that mean nothing here, counted by name.

use std::collections::BTreeMap;

/// How many names are kept apart; what comes after them is counted together.
const MAX_NAMES: usize = 1_000;
/// Longer names are counted together, so that the names themselves stay small.
const MAX_NAME_BYTES: usize = 256;

/// The unknown keys of the events taken, counted by name, so that a typing mistake is seen.
///
/// Up to 1,000 names of up to 256 bytes are kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    names: BTreeMap<Box<str>, u64>,
    others: u64,
}

impl Ignored {
    /// Every name kept apart with how often it was met, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.names.iter().map(|(name, &count)| (&**name, count))
    }

    /// Occurrences of names that are not kept apart.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// Whether no key was ignored.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.others == 0
    }

    pub(super) fn count(&mut self, name: &str) {
        self.add_times(name, 1);
    }

    /// Counts what another has counted, within the same limits.
    pub(crate) fn add(&mut self, other: &Self) {
        other.iter().for_each(|(name, times)| self.add_times(name, times));
        self.others += other.others;
    }

    /// Counts a name so many times.
    pub(crate) fn add_times(&mut self, name: &str, times: u64) {
        if let Some(count) = self.names.get_mut(name) {
            *count += times;
        } else if self.names.len() < MAX_NAMES && name.len() <= MAX_NAME_BYTES {
            self.names.insert(Box::from(name), times);
        } else {
            self.others += times;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_apart_up_to_the_limits() {
        let mut ignored = Ignored::default();
        assert!(ignored.is_empty());
        ignored.count("catgory");
        ignored.count("catgory");
        ignored.count(&"x".repeat(MAX_NAME_BYTES + 1));
        for at in 0..MAX_NAMES {
            ignored.count(&format!("key{at}"));
        }
        assert_eq!(ignored.iter().next(), Some(("catgory", 2)));
        assert_eq!(ignored.iter().count(), MAX_NAMES);
        assert!(ignored.iter().all(|(name, _)| name.len() <= MAX_NAME_BYTES));
        assert_eq!(ignored.others(), 2);
        assert!(!ignored.is_empty());
    }
}
