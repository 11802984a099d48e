//! Which rows of a span match: a value with few shapes, chosen once and matched outside the loops.

use super::kernel::{self, WORD_ROWS};
use crate::exec::Instructions;
use std::convert::Infallible;
use std::ops::Range;

/// A set of rows within one span of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowSet {
    /// Rows that follow one another; may be empty.
    Range(Range<u32>),
    /// One bit a row of `rows`, 64 to a word, the first row in the lowest bit of the first word. Bits past the last
    /// row are 0. `rows` starts a multiple of 64 rows after its span, so that the words of two sets lie side by side.
    Bits { rows: Range<u32>, words: Vec<u64> },
    /// Rising rows.
    List(Vec<u32>),
}

impl RowSet {
    /// No row.
    pub(crate) const NONE: Self = Self::Range(0..0);

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.count_in(&(0..u32::MAX))
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Range(rows) => rows.is_empty(),
            Self::Bits { words, .. } => words.iter().all(|word| *word == 0),
            Self::List(rows) => rows.is_empty(),
        }
    }

    /// How many rows lie within a range, without a look at each.
    pub(crate) fn count_in(&self, within: &Range<u32>) -> usize {
        match self {
            Self::Range(rows) => common(rows, within).len(),
            Self::List(rows) => list_in(rows, within).len(),
            Self::Bits { rows, words } => {
                let within = common(rows, within);
                let Some((first, middle, last)) = words_of(rows, words, &within) else { return 0 };
                (first.count_ones() + last.count_ones()) as usize + kernel::count(middle)
            }
        }
    }

    /// The bits of the rows of a range, and the row of the lowest bit of the first word: the first word, those between and
    /// the last one, of which those at the ends have no bit of another row. `None` where this is no set of bits, or has no row
    /// there.
    pub(crate) fn words_in(&self, within: &Range<u32>) -> Option<(u32, Words<'_>)> {
        let Self::Bits { rows, words } = self else { return None };
        let within = common(rows, within);
        let (first, middle, last) = words_of(rows, words, &within)?;
        let start = within.start - (within.start - rows.start) % u64::BITS;
        Some((start, Words { first: [first], middle, last: [last] }))
    }

    /// Calls with the rows that lie within a range, rising, until a call fails: as many at a time as `buffer` holds,
    /// which is at least 64.
    pub(crate) fn try_for_each_batch<E>(
        &self,
        within: &Range<u32>,
        buffer: &mut [u32],
        mut call: impl FnMut(&[u32]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Range(rows) => {
                let mut rows = common(rows, within);
                while !rows.is_empty() {
                    let count = buffer.len().min(rows.len());
                    buffer.iter_mut().zip(&mut rows).for_each(|(place, row)| *place = row);
                    call(&buffer[..count])?;
                }
                Ok(())
            }
            Self::List(rows) => list_in(rows, within).chunks(buffer.len()).try_for_each(call),
            Self::Bits { rows, words } => {
                let within = common(rows, within);
                let Some((first, middle, last)) = words_of(rows, words, &within) else { return Ok(()) };
                let mut batches = Batches { buffer, length: 0, call };
                let start = within.start - (within.start - rows.start) % 64;
                let after = start.saturating_add(64);
                batches.add(&[first], start)?;
                batches.add(middle, after)?;
                batches.add(&[last], after.saturating_add(crate::narrow::id(64 * middle.len())))?;
                batches.finish()
            }
        }
    }

    /// The set of rising ranges within `span` that do not touch.
    pub(crate) fn from_ranges(ranges: &[Range<u32>], span: &Range<u32>) -> Self {
        match ranges {
            [] => Self::NONE,
            [range] => Self::Range(range.clone()),
            _ => {
                let mut words = zeros(span);
                for range in ranges {
                    fold_range(range, span, &mut words, |word, bits| *word |= bits);
                }
                Self::Bits { rows: span.clone(), words }
            }
        }
    }

    /// The rows of a rising list that lie within a range.
    pub(crate) fn of_list(rows: &[u32], within: &Range<u32>) -> Self {
        Self::List(list_in(rows, within).to_vec())
    }

    /// The rows from the first to behind the last, as far as the shape tells.
    pub(crate) fn hull(&self) -> Range<u32> {
        match self {
            Self::Range(rows) | Self::Bits { rows, .. } => rows.clone(),
            Self::List(rows) => match (rows.first(), rows.last()) {
                (Some(first), Some(last)) => *first..last + 1,
                _ => 0..0,
            },
        }
    }

    /// The rows of both.
    pub(crate) fn intersect(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => Self::Range(common(&a, b)),
            (Self::List(mut list), other) => {
                let mut contains = other.membership();
                list.retain(|row| contains(*row));
                Self::List(list)
            }
            (set, Self::List(list)) => {
                let mut contains = set.membership();
                Self::List(list.iter().copied().filter(|row| contains(*row)).collect())
            }
            (set @ Self::Bits { .. }, Self::Range(range)) => set.within(range),
            (Self::Range(range), bits @ Self::Bits { .. }) => bits.clone().within(&range),
            (set @ Self::Bits { .. }, Self::Bits { rows, words }) => match set.within(rows) {
                Self::Bits { rows: own, words: mut both } => {
                    let skipped = (own.start.saturating_sub(rows.start) / 64) as usize;
                    both.iter_mut()
                        .zip(&words[skipped.min(words.len())..])
                        .for_each(|(word, other)| *word &= other);
                    Self::Bits { rows: own, words: both }
                }
                none => none,
            },
        }
    }

    /// The rows of a set of bits that lie within a range.
    fn within(self, range: &Range<u32>) -> Self {
        let Self::Bits { rows, mut words } = self else { return self };
        let both = common(&rows, range);
        if both.is_empty() {
            return Self::NONE;
        }
        let first = (both.start - rows.start) / 64;
        let start = rows.start + 64 * first;
        words.truncate(((both.end - rows.start) as usize).div_ceil(64));
        words.drain(..first as usize);
        if let Some(word) = words.first_mut() {
            *word &= !low_bits(both.start - start);
        }
        if let Some(word) = words.last_mut() {
            *word &= low_bits((both.end - start - 1) % 64 + 1);
        }
        Self::Bits { rows: start..both.end, words }
    }

    /// The rows of either; `span` holds both.
    pub(crate) fn unite(self, other: Self, span: &Range<u32>) -> Self {
        match (self, other) {
            (set, other) if other.is_empty() => set,
            (set, other) if set.is_empty() => other,
            (Self::List(a), Self::List(b)) => Self::List(merge(&a, &b)),
            (set, other) => {
                let mut words = set.into_words(span);
                other.fold_into(span, &mut words, |word, bits| *word |= bits);
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
        other.fold_into(span, &mut words, |word, bits| *word &= !bits);
        Self::Bits { rows: span.clone(), words }
    }

    /// The rows one by one.
    pub(crate) fn into_list(self) -> Vec<u32> {
        let mut list = Vec::with_capacity(self.len());
        let Ok(()) = self.try_for_each_batch(&self.hull(), &mut [0; LIST_BATCH], |rows| {
            list.extend_from_slice(rows);
            Ok::<(), Infallible>(())
        });
        list
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
                let mut words = zeros(span);
                other.fold_into(span, &mut words, |word, bits| *word |= bits);
                words
            }
        }
    }

    /// Folds the bits of this set into the words of `span`, which holds it. Words without a bit may be left out.
    fn fold_into(&self, span: &Range<u32>, words: &mut [u64], fold: impl Fn(&mut u64, u64)) {
        match self {
            Self::Range(rows) => fold_range(rows, span, words, fold),
            Self::Bits { rows, words: own } => {
                let skipped = (rows.start - span.start) as usize / 64;
                words[skipped..].iter_mut().zip(own).for_each(|(word, bits)| fold(word, *bits));
            }
            Self::List(rows) => rows.iter().for_each(|row| {
                let at = row - span.start;
                fold(&mut words[at as usize / 64], 1 << (at % 64));
            }),
        }
    }
}

/// The words of a range of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'w> {
    first: [u64; 1],
    middle: &'w [u64],
    last: [u64; 1],
}

impl Words<'_> {
    /// In three parts, which follow one another.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u64]> {
        [&self.first[..], self.middle, &self.last].into_iter()
    }

    /// How many bits are set.
    pub(crate) fn count(&self) -> usize {
        self.parts().map(kernel::count).sum()
    }
}

/// Rows that are brought together before they are listed.
const LIST_BATCH: usize = 4096;

/// Rows from bits, handed on when there are as many as a buffer holds.
struct Batches<'b, C> {
    buffer: &'b mut [u32],
    length: usize,
    call: C,
}

impl<C, E> Batches<'_, C>
where
    C: FnMut(&[u32]) -> Result<(), E>,
{
    /// Takes in the rows of some words, of which the lowest bit of the first is row `first`.
    fn add(&mut self, mut words: &[u64], mut first: u32) -> Result<(), E> {
        while !words.is_empty() {
            let room = (self.buffer.len() - self.length) / WORD_ROWS;
            if room == 0 {
                self.hand_on()?;
                continue;
            }
            let (now, later) = words.split_at(room.min(words.len()));
            let rows = &mut self.buffer[self.length..];
            self.length += kernel::positions(now, first, rows, Instructions::Widest);
            first = first.saturating_add(crate::narrow::id(WORD_ROWS * now.len()));
            words = later;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Result<(), E> {
        let length = std::mem::take(&mut self.length);
        (self.call)(&self.buffer[..length])
    }

    fn finish(mut self) -> Result<(), E> {
        if self.length == 0 { Ok(()) } else { self.hand_on() }
    }
}

/// The rows of two ranges; an empty one where they share none.
fn common(a: &Range<u32>, b: &Range<u32>) -> Range<u32> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

/// The part of a rising list that lies within a range.
fn list_in<'l>(list: &'l [u32], within: &Range<u32>) -> &'l [u32] {
    let start = list.partition_point(|row| *row < within.start);
    let length = list[start..].partition_point(|row| *row < within.end);
    &list[start..start + length]
}

/// The words that hold the rows `within`, which lie in `rows`: the first and the last without the bits of other rows,
/// and those between. The last is 0 where the first has all; `None` where there are no rows.
fn words_of<'w>(rows: &Range<u32>, words: &'w [u64], within: &Range<u32>) -> Option<(u64, &'w [u64], u64)> {
    if within.is_empty() {
        return None;
    }
    let (start, end) = (within.start - rows.start, within.end - 1 - rows.start);
    let (first, last) = (start as usize / 64, end as usize / 64);
    let from_start = !low_bits(start % 64);
    let to_end = low_bits(end % 64 + 1);
    if first == last {
        return Some((words[first] & from_start & to_end, &[], 0));
    }
    Some((words[first] & from_start, &words[first + 1..last], words[last] & to_end))
}

/// A word for each 64 rows of a span.
pub(super) fn zeros(span: &Range<u32>) -> Vec<u64> {
    vec![0; span.len().div_ceil(WORD_ROWS)]
}

/// Folds the bits of a range into the words of `span`, which holds it.
fn fold_range(rows: &Range<u32>, span: &Range<u32>, words: &mut [u64], fold: impl Fn(&mut u64, u64)) {
    if rows.is_empty() {
        return;
    }
    let (start, last) = (rows.start - span.start, rows.end - 1 - span.start);
    let first = start as usize / 64;
    let words = &mut words[first..=last as usize / 64];
    let count = words.len();
    for (word, at) in words.iter_mut().zip(0..) {
        let from = if at == 0 { !low_bits(start % 64) } else { u64::MAX };
        let to = if at + 1 == count { low_bits(last % 64 + 1) } else { u64::MAX };
        fold(word, from & to);
    }
}

/// The lowest `count` bits, at most 64.
fn low_bits(count: u32) -> u64 {
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
        let Ok(()) = set.try_for_each_batch(&(0..u32::MAX), &mut [0; 64], |batch| {
            assert!(batch.len() <= 64);
            batch.iter().for_each(|row| assert!(rows.insert(*row), "{row} twice"));
            Ok::<(), Infallible>(())
        });
        assert_eq!(rows.len(), set.len());
        assert_eq!(rows.is_empty(), set.is_empty());
        rows
    }

    fn shapes() -> Vec<RowSet> {
        let bits = |rows: Range<u32>, step: u32| {
            let mut words = zeros(&rows);
            for row in rows.clone().filter(|row| row % step == 0) {
                words[(row - rows.start) as usize / 64] |= 1 << ((row - rows.start) % 64);
            }
            RowSet::Bits { rows, words }
        };
        let every = |step: u32| bits(SPAN, step);
        vec![
            RowSet::NONE,
            RowSet::Range(SPAN),
            RowSet::Range(70..140),
            every(1),
            every(3),
            every(50),
            bits(74..140, 2),
            bits(138..210, 5),
            bits(74..138, 1),
            RowSet::List(vec![10, 64, 73, 74, 75, 209]),
            RowSet::List(Vec::new()),
        ]
    }

    #[test]
    fn ranges_become_the_rows_in_them() {
        assert_eq!(RowSet::from_ranges(&[], &SPAN), RowSet::NONE);
        assert_eq!(RowSet::from_ranges(&[SPAN], &SPAN), RowSet::Range(SPAN));
        let set = RowSet::from_ranges(&[10..12, 72..76, 209..210], &SPAN);
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

    #[test]
    fn every_range_has_its_share_of_every_shape() {
        for set in shapes() {
            let all = rows(&set);
            assert_eq!(set.clone().into_list().len(), all.len());
            for start in (0..220).step_by(7) {
                for end in [start, start + 1, start + 63, start + 64, start + 150, u32::MAX] {
                    let mut found = Vec::new();
                    let Ok(()) = set.try_for_each_batch(&(start..end), &mut [0; 100], |batch| {
                        found.extend_from_slice(batch);
                        Ok::<(), Infallible>(())
                    });
                    let expected: Vec<u32> = all.range(start..end).copied().collect();
                    assert_eq!(found, expected, "{set:?} in {start}..{end}");
                    assert_eq!(set.count_in(&(start..end)), expected.len(), "{set:?} in {start}..{end}");
                }
            }
        }
    }

    #[test]
    fn a_batch_that_fails_is_the_last() {
        for set in shapes().into_iter().filter(|set| set.len() > 128) {
            let mut calls = 0;
            let outcome = set.try_for_each_batch(&SPAN, &mut [0; 64], |_| {
                calls += 1;
                if calls == 2 { Err("enough") } else { Ok(()) }
            });
            assert_eq!((outcome, calls), (Err("enough"), 2), "{set:?}");
        }
    }
}
