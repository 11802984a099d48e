//! Exact distinct counts within one segment: which codes each group has seen.

use super::batch_rows::BatchRows;
use crate::narrow;
use gristmill_storage::hash::HashSet;
use gristmill_storage::segment::{Codes, DimensionCodes, NULL_CODE};

/// Sets of codes are kept as bits up to this many bits in all (32 MiB); beyond, as a hash table of what was seen.
const DENSE_BITS: u64 = 1 << 28;

/// And up to this many for each row of the scan, about what a row costs in the hash table: few rows must not pay for
/// the values of all others.
const DENSE_BITS_PER_ROW: u64 = 256;

/// The codes of one dimension that each group has seen; null is never among them.
#[derive(Debug)]
pub(crate) struct CodeSets {
    words_per_group: usize,
    /// As many words are kept as bits.
    max_words: usize,
    seen: Seen,
}

#[derive(Debug)]
enum Seen {
    /// `words_per_group` words a group.
    Bits(Vec<u64>),
    /// The group in the upper half, the code in the lower.
    Pairs(HashSet<u64>),
}

impl CodeSets {
    /// Empty sets over a dictionary of `dictionary_len` entries, for a scan of `rows` rows.
    pub(crate) fn new(dictionary_len: usize, rows: u64) -> Self {
        let max_bits = rows.saturating_mul(DENSE_BITS_PER_ROW).min(DENSE_BITS);
        Self {
            words_per_group: dictionary_len.div_ceil(64),
            max_words: usize::try_from(max_bits / 64).unwrap_or(usize::MAX),
            seen: Seen::Bits(Vec::new()),
        }
    }

    /// Makes room for groups below `groups`.
    pub(crate) fn resize(&mut self, groups: usize) {
        if let Seen::Bits(words) = &mut self.seen {
            let wanted = groups.saturating_mul(self.words_per_group);
            if wanted <= self.max_words {
                words.resize(wanted, 0);
            } else {
                let mut pairs = HashSet::default();
                for_each_bit(words, self.words_per_group, |group, code| {
                    pairs.insert(pair(group, code));
                });
                self.seen = Seen::Pairs(pairs);
            }
        }
    }

    /// Adds the codes of some rows to the sets of their groups. `rows` and `groups` go in step.
    pub(crate) fn add(&mut self, codes: &DimensionCodes, rows: &BatchRows<'_>, groups: &[u32]) {
        match codes {
            DimensionCodes::Single(Codes::U8(codes)) => self.add_single(codes, rows, groups),
            DimensionCodes::Single(Codes::U16(codes)) => self.add_single(codes, rows, groups),
            DimensionCodes::Single(Codes::U32(codes)) => self.add_single(codes, rows, groups),
            DimensionCodes::Multi(lists) => rows.zip(groups.iter(), |row, group| {
                lists.range(row as usize).for_each(|at| self.insert(*group, lists.codes.get(at)));
            }),
        }
    }

    fn add_single<T: Copy + Into<u32>>(&mut self, codes: &[T], rows: &BatchRows<'_>, groups: &[u32]) {
        rows.zip(groups.iter(), |row, group| self.insert(*group, codes[row as usize].into()));
    }

    #[inline]
    fn insert(&mut self, group: u32, code: u32) {
        if code == NULL_CODE {
            return;
        }
        match &mut self.seen {
            Seen::Bits(words) => {
                words[group as usize * self.words_per_group + code as usize / 64] |= 1 << (code % 64);
            }
            Seen::Pairs(pairs) => {
                pairs.insert(pair(group, code));
            }
        }
    }

    /// Calls with every group and code that was seen together, in no order.
    pub(crate) fn for_each(&self, mut call: impl FnMut(u32, u32)) {
        match &self.seen {
            Seen::Bits(words) => for_each_bit(words, self.words_per_group, call),
            Seen::Pairs(pairs) => pairs.iter().for_each(|pair| {
                call(narrow::unpacked(pair >> 32), narrow::unpacked(pair & u64::from(u32::MAX)));
            }),
        }
    }
}

fn pair(group: u32, code: u32) -> u64 {
    u64::from(group) << 32 | u64::from(code)
}

fn for_each_bit(words: &[u64], words_per_group: usize, mut call: impl FnMut(u32, u32)) {
    for (words, group) in words.chunks_exact(words_per_group.max(1)).zip(0..) {
        for (word, base) in words.iter().zip((0..).step_by(64)) {
            let mut rest = *word;
            while rest != 0 {
                call(group, base + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn pairs(sets: &CodeSets) -> BTreeSet<(u32, u32)> {
        let mut pairs = BTreeSet::new();
        sets.for_each(|group, code| assert!(pairs.insert((group, code)), "{group} {code} twice"));
        pairs
    }

    #[test]
    fn what_was_seen_survives_the_change_from_bits_to_pairs() {
        // 100 entries are two words a group, and ten rows pay for forty words.
        let mut sets = CodeSets::new(100, 10);
        sets.resize(20);
        let codes = DimensionCodes::Single(Codes::U8(vec![0_u8, 1, 99, 63, 64, 99].into()));
        sets.add(&codes, &BatchRows::Range(0..6), &[0, 0, 19, 7, 7, 19]);
        assert!(matches!(sets.seen, Seen::Bits(_)));
        let expected = BTreeSet::from([(0, 1), (19, 99), (7, 63), (7, 64)]);
        assert_eq!(pairs(&sets), expected);
        sets.resize(21);
        assert!(matches!(sets.seen, Seen::Pairs(_)));
        assert_eq!(pairs(&sets), expected);
        sets.add(&codes, &BatchRows::List(&[1, 2]), &[0, 20]);
        assert_eq!(pairs(&sets), &expected | &BTreeSet::from([(20, 99)]));
    }
}
