//! Exact distinct counts within one segment: which codes each group has seen.

use super::batch_rows::BatchRows;
use super::groups::Distinct;
use crate::narrow;
use gristmill_storage::hash::HashSet;
use gristmill_storage::segment::{Codes, DimensionCodes, NULL_CODE};

/// Sets of codes are kept as bits up to this many bits in all (32 MiB); beyond, as a hash table of what was seen.
const DENSE_BITS: u64 = 1 << 28;

/// And up to this many for each row of a bucket, about what a row costs in the hash table: few rows must not pay for
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
    /// Empty sets over a dictionary of `dictionary_len` entries, for about `rows` rows at a time.
    pub(crate) fn new(dictionary_len: usize, rows: u64) -> Self {
        let max_bits = rows.saturating_mul(DENSE_BITS_PER_ROW).min(DENSE_BITS);
        Self {
            words_per_group: dictionary_len.div_ceil(64),
            max_words: usize::try_from(max_bits / 64).unwrap_or(usize::MAX),
            seen: Seen::Bits(Vec::new()),
        }
    }

    /// Bytes of all sets.
    #[inline]
    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.seen {
            Seen::Bits(words) => size_of_val(&**words),
            Seen::Pairs(pairs) => pairs.allocation_size(),
        }
    }

    /// Bytes that room for groups below `groups` takes.
    pub(crate) fn bytes_of(&self, groups: usize) -> usize {
        groups.saturating_mul(self.words_per_group).min(self.max_words).saturating_mul(size_of::<u64>())
    }

    /// Makes room for groups below `groups`.
    pub(crate) fn resize(&mut self, groups: usize) {
        if let Seen::Bits(words) = &mut self.seen {
            let wanted = groups.saturating_mul(self.words_per_group);
            if wanted <= self.max_words {
                words.resize(wanted, 0);
            } else {
                let mut pairs = HashSet::default();
                add_pairs(&mut pairs, words, self.words_per_group);
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
        let words_per_group = self.words_per_group;
        match &mut self.seen {
            // Null sets a bit too, which is left out when the sets are read.
            Seen::Bits(words) => rows.zip(groups.iter(), |row, group| {
                let code: u32 = codes[row as usize].into();
                words[*group as usize * words_per_group + code as usize / 64] |= 1 << (code % 64);
            }),
            Seen::Pairs(pairs) => rows.zip(groups.iter(), |row, group| {
                let code = codes[row as usize].into();
                if code != NULL_CODE {
                    pairs.insert(pair(*group, code));
                }
            }),
        }
    }

    /// Adds the codes of some rows to the set of one group.
    pub(crate) fn add_to_one(&mut self, codes: &DimensionCodes, rows: &BatchRows<'_>, group: u32) {
        match codes {
            DimensionCodes::Single(Codes::U8(codes)) => self.add_single_to_one(codes, rows, group),
            DimensionCodes::Single(Codes::U16(codes)) => self.add_single_to_one(codes, rows, group),
            DimensionCodes::Single(Codes::U32(codes)) => self.add_single_to_one(codes, rows, group),
            DimensionCodes::Multi(lists) => rows.for_each(|row| {
                lists.range(row as usize).for_each(|at| self.insert(group, lists.codes.get(at)));
            }),
        }
    }

    fn add_single_to_one<T: Copy + Into<u32>>(&mut self, codes: &[T], rows: &BatchRows<'_>, group: u32) {
        match &mut self.seen {
            Seen::Bits(words) => {
                let words = &mut words[group as usize * self.words_per_group..][..self.words_per_group];
                let mut add = |code: u32| words[code as usize / 64] |= 1 << (code % 64);
                match rows {
                    BatchRows::Range(rows) => {
                        let codes = &codes[rows.start as usize..rows.end as usize];
                        codes.iter().for_each(|code| add((*code).into()));
                    }
                    BatchRows::List(rows) => rows.iter().for_each(|row| add(codes[*row as usize].into())),
                }
            }
            Seen::Pairs(pairs) => rows.for_each(|row| {
                let code = codes[row as usize].into();
                if code != NULL_CODE {
                    pairs.insert(pair(group, code));
                }
            }),
        }
    }

    #[inline]
    fn insert(&mut self, group: u32, code: u32) {
        match &mut self.seen {
            Seen::Bits(words) => {
                words[group as usize * self.words_per_group + code as usize / 64] |= 1 << (code % 64);
            }
            Seen::Pairs(pairs) => {
                pairs.insert(pair(group, code));
            }
        }
    }

    /// Takes in the sets of another scan of the same segment and groups.
    pub(crate) fn merge(&mut self, other: Self) {
        match (&mut self.seen, other.seen) {
            (Seen::Bits(words), Seen::Bits(more)) => {
                if words.len() < more.len() {
                    words.resize(more.len(), 0);
                }
                words.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
            }
            (Seen::Pairs(pairs), Seen::Pairs(more)) => pairs.extend(more),
            (Seen::Pairs(pairs), Seen::Bits(more)) => add_pairs(pairs, &more, self.words_per_group),
            (Seen::Bits(words), Seen::Pairs(mut pairs)) => {
                add_pairs(&mut pairs, words, self.words_per_group);
                self.seen = Seen::Pairs(pairs);
            }
        }
    }

    /// Appends the sets of some groups, rising, to `out`, and empties all sets. The codes are kept where `keep` says so.
    pub(crate) fn take(&mut self, groups: &[u32], keep: bool, out: &mut Distinct) {
        let words_per_group = self.words_per_group;
        match &mut self.seen {
            Seen::Bits(words) => {
                let mut codes = Vec::new();
                for group in groups {
                    let words = &mut words[*group as usize * words_per_group..][..words_per_group];
                    if let Some(first) = words.first_mut() {
                        *first &= !(1 << NULL_CODE);
                    }
                    let count = words.iter().map(|word| u64::from(word.count_ones())).sum();
                    if keep {
                        codes.clear();
                        for_each_bit(words, words_per_group, |_, code| codes.push(code));
                    }
                    out.push(count, &codes, keep);
                    words.fill(0);
                }
            }
            Seen::Pairs(pairs) => {
                let mut sorted: Vec<u64> = pairs.drain().collect();
                sorted.sort_unstable();
                let mut rest = &sorted[..];
                let mut codes = Vec::new();
                for group in groups {
                    let (own, others) =
                        rest.split_at(rest.partition_point(|pair| pair >> 32 <= u64::from(*group)));
                    rest = others;
                    codes.clear();
                    if keep {
                        codes.extend(own.iter().map(|pair| narrow::unpacked(pair & u64::from(u32::MAX))));
                    }
                    out.push(own.len() as u64, &codes, keep);
                }
            }
        }
    }
}

fn pair(group: u32, code: u32) -> u64 {
    u64::from(group) << 32 | u64::from(code)
}

/// Adds what is kept as bits, but for null.
fn add_pairs(pairs: &mut HashSet<u64>, words: &[u64], words_per_group: usize) {
    for_each_bit(words, words_per_group, |group, code| {
        if code != NULL_CODE {
            pairs.insert(pair(group, code));
        }
    });
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

    /// What the sets of groups below `groups` hold.
    fn take(sets: &mut CodeSets, groups: u32) -> BTreeSet<(u32, u32)> {
        let mut out = Distinct::default();
        let all: Vec<u32> = (0..groups).collect();
        sets.take(&all, true, &mut out);
        let mut pairs = BTreeSet::new();
        for group in all {
            assert_eq!(out.counts[group as usize], out.codes_of(group).len() as u64);
            assert!(out.codes_of(group).is_sorted());
            out.codes_of(group).iter().for_each(|code| assert!(pairs.insert((group, *code))));
        }
        pairs
    }

    fn codes() -> DimensionCodes {
        DimensionCodes::Single(Codes::U8(vec![0_u8, 1, 99, 63, 64, 99].into()))
    }

    #[test]
    fn what_was_seen_survives_the_change_from_bits_to_pairs() {
        // 100 entries are two words a group, and ten rows pay for forty words.
        for groups in [20, 21] {
            let mut sets = CodeSets::new(100, 10);
            sets.resize(20);
            sets.add(&codes(), &BatchRows::Range(0..6), &[0, 0, 19, 7, 7, 19]);
            assert!(matches!(sets.seen, Seen::Bits(_)));
            sets.resize(groups);
            assert_eq!(matches!(sets.seen, Seen::Pairs(_)), groups == 21);
            sets.add(&codes(), &BatchRows::List(&[0, 1, 2]), &[3, 0, 18]);
            sets.add_to_one(&codes(), &BatchRows::Range(0..2), 5);
            sets.add_to_one(&codes(), &BatchRows::List(&[0, 4]), 6);
            let expected = BTreeSet::from([(0, 1), (19, 99), (7, 63), (7, 64), (18, 99), (5, 1), (6, 64)]);
            assert_eq!(take(&mut sets, 21.min(u32::try_from(groups).unwrap())), expected);
            assert_eq!(take(&mut sets, 20), BTreeSet::new());
        }
    }

    #[test]
    fn sets_of_two_scans_become_one_whatever_their_form() {
        for (rows, more) in [(10, 10), (10, 0), (0, 10), (0, 0)] {
            let [mut sets, mut other] = [CodeSets::new(100, rows), CodeSets::new(100, more)];
            for sets in [&mut sets, &mut other] {
                sets.resize(5);
            }
            sets.add(&codes(), &BatchRows::List(&[1, 2, 0]), &[0, 4, 4]);
            other.add(&codes(), &BatchRows::List(&[1, 3, 2]), &[0, 4, 2]);
            sets.merge(other);
            assert_eq!(take(&mut sets, 5), BTreeSet::from([(0, 1), (4, 99), (4, 63), (2, 99)]));
        }
    }
}
