//! Which rows of a span match: a value with few shapes, chosen once and matched outside the loops.

use crate::narrow;
use std::convert::Infallible;
use std::ops::Range;

/// A set of rows within one span of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowSet {
    /// Rows that follow one another; may be empty.
    Range(Range<u32>),
    /// One bit a row of `rows`, 64 to a word, the first row in the lowest bit of the first word. Bits past the last
    /// row are 0.
    Bits { rows: Range<u32>, words: Vec<u64> },
    /// Rising rows.
    List(Vec<u32>),
}

impl RowSet {
    /// No row.
    pub(crate) const NONE: Self = Self::Range(0..0);

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(rows) => rows.len(),
            Self::Bits { words, .. } => words.iter().map(|word| word.count_ones() as usize).sum(),
            Self::List(rows) => rows.len(),
        }
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Range(rows) => rows.is_empty(),
            Self::Bits { words, .. } => words.iter().all(|word| *word == 0),
            Self::List(rows) => rows.is_empty(),
        }
    }

    /// A set of `rows` with bits from a function that fills one word at a time: it is given the first row of the word
    /// and how many rows the word stands for, and answers with their bits.
    pub(crate) fn from_words(rows: Range<u32>, mut word: impl FnMut(u32, u32) -> u64) -> Self {
        let words = rows.clone().step_by(64).map(|first| word(first, (rows.end - first).min(64))).collect();
        Self::Bits { rows, words }
    }

    /// The set of rising ranges within `span` that do not touch.
    pub(crate) fn from_ranges(ranges: Vec<Range<u32>>, span: &Range<u32>) -> Self {
        match ranges.as_slice() {
            [] => Self::NONE,
            [range] => Self::Range(range.clone()),
            _ => {
                let mut words = vec![0_u64; span.len().div_ceil(64)];
                for row in ranges.into_iter().flatten() {
                    words[(row - span.start) as usize / 64] |= 1 << ((row - span.start) % 64);
                }
                Self::Bits { rows: span.clone(), words }
            }
        }
    }

    /// The rows of both.
    pub(crate) fn intersect(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => {
                Self::Range(a.start.max(b.start)..a.end.min(b.end).max(a.start.max(b.start)))
            }
            (Self::List(mut list), other) => {
                let mut contains = other.membership();
                list.retain(|row| contains(*row));
                Self::List(list)
            }
            (set, Self::List(list)) => {
                let mut contains = set.membership();
                Self::List(list.iter().copied().filter(|row| contains(*row)).collect())
            }
            (Self::Bits { rows, mut words }, other) => {
                other.for_each_word(&rows, |at, word| words[at] &= word);
                Self::Bits { rows, words }
            }
            (Self::Range(range), Self::Bits { rows, words }) => {
                Self::Bits { rows: rows.clone(), words: words.clone() }.intersect(&Self::Range(range))
            }
        }
    }

    /// The rows of either; `span` holds both.
    pub(crate) fn unite(self, other: Self, span: &Range<u32>) -> Self {
        match (self, other) {
            (set, other) if other.is_empty() => set,
            (set, other) if set.is_empty() => other,
            (Self::List(a), Self::List(b)) => Self::List(merge(&a, &b)),
            (set, other) => {
                let mut words = set.into_words(span);
                other.for_each_word(span, |at, word| words[at] |= word);
                Self::Bits { rows: span.clone(), words }
            }
        }
    }

    /// The rows of `self` that are not in `other`; `span` holds both.
    pub(crate) fn subtract(self, other: &Self, span: &Range<u32>) -> Self {
        if other.is_empty() {
            return self;
        }
        if let Self::List(mut list) = self {
            let mut contains = other.membership();
            list.retain(|row| !contains(*row));
            return Self::List(list);
        }
        let mut words = self.into_words(span);
        other.for_each_word(span, |at, word| words[at] &= !word);
        Self::Bits { rows: span.clone(), words }
    }

    /// How many rows lie in `range`.
    pub(crate) fn count_in(&self, range: Range<u32>) -> u32 {
        match self {
            Self::Range(rows) => rows.end.min(range.end).saturating_sub(rows.start.max(range.start)),
            Self::Bits { rows, words } => {
                words_in(rows, words, range).map(|(_, word)| word.count_ones()).sum()
            }
            Self::List(rows) => {
                let below = |end: u32| rows.partition_point(|row| *row < end);
                narrow::id(below(range.end).saturating_sub(below(range.start)))
            }
        }
    }

    /// Appends the rows that lie in `range`, rising.
    pub(crate) fn list_in(&self, range: Range<u32>, list: &mut Vec<u32>) {
        match self {
            Self::Range(rows) => list.extend(rows.start.max(range.start)..rows.end.min(range.end)),
            Self::Bits { rows, words } => {
                for (first, word) in words_in(rows, words, range) {
                    let mut rest = word;
                    while rest != 0 {
                        list.push(first + rest.trailing_zeros());
                        rest &= rest - 1;
                    }
                }
            }
            Self::List(rows) => {
                let below = |end: u32| rows.partition_point(|row| *row < end);
                list.extend_from_slice(rows.get(below(range.start)..below(range.end)).unwrap_or_default());
            }
        }
    }

    /// Calls with each row, rising.
    pub(crate) fn for_each(&self, mut call: impl FnMut(u32)) {
        let Ok(()) = self.try_for_each(|row| {
            call(row);
            Ok::<(), Infallible>(())
        });
    }

    /// Calls with each row, rising, until a call fails.
    pub(crate) fn try_for_each<E>(&self, mut call: impl FnMut(u32) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Range(rows) => rows.clone().try_for_each(call),
            Self::List(rows) => rows.iter().copied().try_for_each(call),
            Self::Bits { rows, words } => {
                for (word, first) in words.iter().zip(rows.clone().step_by(64)) {
                    let mut rest = *word;
                    while rest != 0 {
                        call(first + rest.trailing_zeros())?;
                        rest &= rest - 1;
                    }
                }
                Ok(())
            }
        }
    }

    /// A test of membership that is asked with rising rows.
    fn membership(&self) -> Box<dyn FnMut(u32) -> bool + '_> {
        match self {
            Self::Range(rows) => Box::new(|row| rows.contains(&row)),
            Self::Bits { rows, words } => Box::new(|row| {
                rows.contains(&row)
                    && words[(row - rows.start) as usize / 64] >> ((row - rows.start) % 64) & 1 == 1
            }),
            Self::List(list) => {
                let mut at = 0;
                Box::new(move |row| {
                    at += list[at..].partition_point(|candidate| *candidate < row);
                    list.get(at) == Some(&row)
                })
            }
        }
    }

    fn into_words(self, span: &Range<u32>) -> Vec<u64> {
        match self {
            Self::Bits { rows, words } if rows == *span => words,
            other => {
                let mut words = vec![0; span.len().div_ceil(64)];
                other.for_each_word(span, |at, word| words[at] = word);
                words
            }
        }
    }

    /// Calls with the position and bits of every word of `span`.
    fn for_each_word(&self, span: &Range<u32>, mut call: impl FnMut(usize, u64)) {
        match self {
            Self::Range(rows) => {
                for (at, first) in span.clone().step_by(64).enumerate() {
                    let end = first.saturating_add(64);
                    let from = rows.start.clamp(first, end) - first;
                    let to = rows.end.clamp(first, end) - first;
                    call(at, low_bits(to) & !low_bits(from));
                }
            }
            Self::Bits { rows, words } if rows == span => {
                words.iter().enumerate().for_each(|(at, word)| call(at, *word));
            }
            other => {
                let mut words = vec![0_u64; span.len().div_ceil(64)];
                other.for_each(|row| {
                    if span.contains(&row) {
                        words[(row - span.start) as usize / 64] |= 1 << ((row - span.start) % 64);
                    }
                });
                words.into_iter().enumerate().for_each(|(at, word)| call(at, word));
            }
        }
    }
}

/// The words of a set of bits that touch `range`, each with the row of its first bit; bits outside of it are 0.
fn words_in(rows: &Range<u32>, words: &[u64], range: Range<u32>) -> impl Iterator<Item = (u32, u64)> {
    let start = range.start.clamp(rows.start, rows.end) - rows.start;
    let end = range.end.clamp(rows.start + start, rows.end) - rows.start;
    let (from, to) = ((start / 64) as usize, end.div_ceil(64) as usize);
    let base = rows.start;
    let words = words.get(from..to.max(from)).unwrap_or_default();
    (start / 64 * 64..).step_by(64).zip(words).map(move |(first, word)| {
        let keep = low_bits(end - first) & !low_bits(start.saturating_sub(first));
        (base + first, word & keep)
    })
}

/// The lowest `count` bits, at most 64.
pub(crate) fn low_bits(count: u32) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

fn merge(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut left, mut right) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(x), Some(y)) => *x.min(y),
            (Some(x), None) => *x,
            (None, Some(y)) => *y,
            (None, None) => return merged,
        };
        merged.push(next);
        left.next_if_eq(&next);
        right.next_if_eq(&next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SPAN: Range<u32> = 10..210;

    fn rows(set: &RowSet) -> BTreeSet<u32> {
        let mut rows = BTreeSet::new();
        set.for_each(|row| assert!(rows.insert(row), "{row} twice"));
        assert_eq!(rows.len(), set.len());
        assert_eq!(rows.is_empty(), set.is_empty());
        rows
    }

    fn shapes() -> Vec<RowSet> {
        let every = |step: u32| {
            RowSet::from_words(SPAN, |first, count| {
                (0..count).filter(|bit| (first + bit) % step == 0).fold(0, |word, bit| word | 1 << bit)
            })
        };
        vec![
            RowSet::NONE,
            RowSet::Range(SPAN),
            RowSet::Range(70..140),
            every(1),
            every(3),
            every(50),
            RowSet::List(vec![10, 64, 73, 74, 75, 209]),
            RowSet::List(Vec::new()),
        ]
    }

    #[test]
    fn ranges_become_the_rows_in_them() {
        assert_eq!(RowSet::from_ranges(Vec::new(), &SPAN), RowSet::NONE);
        assert_eq!(RowSet::from_ranges(vec![SPAN], &SPAN), RowSet::Range(SPAN));
        let set = RowSet::from_ranges(vec![10..12, 72..76, 209..210], &SPAN);
        assert_eq!(rows(&set), BTreeSet::from([10, 11, 72, 73, 74, 75, 209]));
    }

    #[test]
    fn the_last_rows_there_can_be_are_no_exception() {
        let span = u32::MAX - 70..u32::MAX;
        let set = RowSet::Range(u32::MAX - 3..u32::MAX).unite(RowSet::List(vec![u32::MAX - 70]), &span);
        assert_eq!(rows(&set), BTreeSet::from([u32::MAX - 70, u32::MAX - 3, u32::MAX - 2, u32::MAX - 1]));
    }

    #[test]
    fn every_pair_of_shapes_obeys_the_set_laws() {
        for a in shapes() {
            for b in shapes() {
                let (x, y) = (rows(&a), rows(&b));
                assert_eq!(rows(&a.clone().intersect(&b)), &x & &y, "{a:?} and {b:?}");
                assert_eq!(rows(&a.clone().unite(b.clone(), &SPAN)), &x | &y, "{a:?} or {b:?}");
                assert_eq!(rows(&a.clone().subtract(&b, &SPAN)), &x - &y, "{a:?} without {b:?}");
            }
        }
    }
}
