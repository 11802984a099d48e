//! Which rows of a span match a bound filter.

use super::bind::{Bound, CodeLeaf};
use super::code_set::CodeSet;
use super::matcher::within;
use super::row_set::RowSet;
use crate::exec::RowStrategy;
use crate::request::NumberTest;
use gristmill_storage::segment::{Codes, DimensionCodes, Lists, NULL_CODE, Postings, Timestamps, Values};
use std::ops::Range;

/// Rows by posting lists pay where they name at most one row in this many of the span. Measured over a million rows:
/// one row in 8 costs 1.03 ms by lists and 1.04 ms by a scan, one in 16 costs 0.54 and 0.89 ms, one in 64 costs 0.14
/// and 0.69 ms (`cargo bench -p gristmill -- strategy/rows`).
const POSTINGS_ROW_COST: usize = 8;

/// A list of rows is tested row by row, instead of by a scan of the span, where it has at most one row in this many.
const SPARSE: usize = 32;

/// The rows of `span` that match.
pub(crate) fn select(filter: &Bound<'_>, span: &Range<u32>, strategy: RowStrategy) -> RowSet {
    Selection { span: span.clone(), strategy }.narrow(filter, RowSet::Range(span.clone()))
}

struct Selection {
    span: Range<u32>,
    strategy: RowStrategy,
}

impl Selection {
    /// The rows of `candidates` that match.
    fn narrow(&self, filter: &Bound<'_>, candidates: RowSet) -> RowSet {
        if candidates.is_empty() {
            return RowSet::NONE;
        }
        match filter {
            Bound::All => candidates,
            Bound::None => RowSet::NONE,
            Bound::And(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                // What leaves the fewest rows goes first, so that the rest has less to look at.
                fields.sort_by_cached_key(|field| self.estimate(field));
                fields.into_iter().fold(candidates, |rows, field| self.narrow(field, rows))
            }
            Bound::Or(fields) => fields.iter().fold(RowSet::NONE, |rows, field| {
                rows.unite(self.narrow(field, candidates.clone()), &self.span)
            }),
            Bound::Not(field) => {
                let matching = self.narrow(field, candidates.clone());
                candidates.subtract(&matching, &self.span)
            }
            Bound::Codes(leaf) => self.narrow_by_codes(leaf, candidates),
            Bound::Value { values, test } => {
                self.narrow_by_row(candidates, |row| value_matches(values, row, test))
            }
            Bound::Timestamp { timestamps, ranges } => self.narrow_by_time(timestamps, ranges, &candidates),
            Bound::SameValue(same) => self.narrow_by_row(candidates, |row| same.matches(row)),
        }
    }

    fn narrow_by_codes(&self, leaf: &CodeLeaf, candidates: RowSet) -> RowSet {
        if let RowSet::List(mut rows) = candidates {
            rows.retain(|row| leaf_matches(leaf, *row));
            return RowSet::List(rows);
        }
        let found = match &leaf.postings {
            Some(postings) if self.postings_pay(leaf, postings) => self.by_postings(leaf, postings),
            _ => self.scan(leaf),
        };
        found.intersect(&candidates)
    }

    fn postings_pay(&self, leaf: &CodeLeaf, postings: &Postings) -> bool {
        match self.strategy {
            RowStrategy::Scan => false,
            RowStrategy::Postings => true,
            RowStrategy::Auto => named_rows(leaf, postings) <= self.span.len() / POSTINGS_ROW_COST,
        }
    }

    fn by_postings(&self, leaf: &CodeLeaf, postings: &Postings) -> RowSet {
        let mut rows = Vec::new();
        leaf.set.for_each(leaf.dictionary_len, |code| postings.rows_in(code, self.span.clone(), &mut rows));
        // Lists of several codes follow one another; a row with several values may be named by more than one.
        rows.sort_unstable();
        rows.dedup();
        RowSet::List(rows)
    }

    fn scan(&self, leaf: &CodeLeaf) -> RowSet {
        match &*leaf.codes {
            DimensionCodes::Single(Codes::U8(codes)) => self.scan_single(codes, &leaf.set),
            DimensionCodes::Single(Codes::U16(codes)) => self.scan_single(codes, &leaf.set),
            DimensionCodes::Single(Codes::U32(codes)) => self.scan_single(codes, &leaf.set),
            DimensionCodes::Multi(lists) => RowSet::from_words(self.span.clone(), |first, count| {
                word(count, |bit| list_matches(lists, first + bit, &leaf.set))
            }),
        }
    }

    fn scan_single<T: Copy + Into<u32>>(&self, codes: &[T], set: &CodeSet) -> RowSet {
        let words = |test: &dyn Fn(&[T]) -> u64| {
            RowSet::from_words(self.span.clone(), |first, count| {
                test(&codes[first as usize..(first + count) as usize])
            })
        };
        match set {
            CodeSet::Empty => RowSet::NONE,
            CodeSet::Full => RowSet::Range(self.span.clone()),
            CodeSet::Range(range) => {
                let (start, length) = (range.start, range.end - range.start);
                words(&move |codes| pack(codes, |code: u32| code.wrapping_sub(start) < length))
            }
            CodeSet::Bits(bits) => {
                words(&move |codes| pack(codes, |code: u32| bits[code as usize / 64] >> (code % 64) & 1 == 1))
            }
        }
    }

    fn narrow_by_time(&self, timestamps: &Timestamps, ranges: &[Range<i64>], candidates: &RowSet) -> RowSet {
        let mut rows = RowSet::NONE;
        for range in ranges {
            // Timestamps never fall within a span, so a range of time is a range of rows.
            let start = timestamps.first_at_or_after(self.span.clone(), range.start);
            let end = timestamps.first_at_or_after(start..self.span.end, range.end);
            rows = rows.unite(RowSet::Range(start..end).intersect(candidates), &self.span);
        }
        rows
    }

    fn narrow_by_row(&self, candidates: RowSet, matches: impl Fn(u32) -> bool) -> RowSet {
        let sparse = candidates.len() <= self.span.len() / SPARSE;
        match candidates {
            RowSet::List(mut rows) => {
                rows.retain(|row| matches(*row));
                RowSet::List(rows)
            }
            candidates if sparse => {
                let mut rows = Vec::new();
                candidates.for_each(|row| {
                    if matches(row) {
                        rows.push(row);
                    }
                });
                RowSet::List(rows)
            }
            candidates => {
                RowSet::from_words(self.span.clone(), |first, count| word(count, |bit| matches(first + bit)))
                    .intersect(&candidates)
            }
        }
    }

    /// How many of a thousand rows a filter may leave; rough, and only used to order the parts of an `and`.
    fn estimate(&self, filter: &Bound<'_>) -> usize {
        match filter {
            Bound::None => 0,
            Bound::Timestamp { .. } => 1,
            Bound::Codes(leaf) => match &leaf.postings {
                Some(postings) if self.strategy != RowStrategy::Scan => {
                    (named_rows(leaf, postings) * 1000 / self.span.len().max(1)).min(1000)
                }
                _ => leaf.set.count(leaf.dictionary_len) * 1000 / leaf.dictionary_len.max(1),
            },
            Bound::And(fields) => fields.iter().map(|field| self.estimate(field)).min().unwrap_or(1000),
            Bound::Or(fields) => fields.iter().map(|field| self.estimate(field)).sum::<usize>().min(1000),
            Bound::Not(field) => 1000 - self.estimate(field).min(1000),
            // Dear to test, so they go last.
            Bound::Value { .. } | Bound::SameValue(_) => 1001,
            Bound::All => 1002,
        }
    }
}

/// How many rows of the whole segment the posting lists of a leaf name.
fn named_rows(leaf: &CodeLeaf, postings: &Postings) -> usize {
    let mut rows = 0;
    leaf.set.for_each(leaf.dictionary_len, |code| rows += postings.count(code) as usize);
    rows
}

fn leaf_matches(leaf: &CodeLeaf, row: u32) -> bool {
    match &*leaf.codes {
        DimensionCodes::Single(codes) => leaf.set.contains(codes.get(row as usize)),
        DimensionCodes::Multi(lists) => list_matches(lists, row, &leaf.set),
    }
}

fn list_matches(lists: &Lists, row: u32, set: &CodeSet) -> bool {
    let mut entries = lists.range(row as usize);
    if entries.is_empty() {
        set.contains(NULL_CODE)
    } else {
        entries.any(|at| set.contains(lists.codes.get(at)))
    }
}

fn value_matches(values: &Values, row: u32, test: &NumberTest) -> bool {
    let value = values.get(row as usize);
    match test {
        NumberTest::In(wanted) => wanted.contains(&value),
        NumberTest::Bound(limits) => value.is_some_and(|value| {
            // Stored values and checked limits are finite, so they always compare.
            within(limits, |limit| value.partial_cmp(limit).unwrap_or(std::cmp::Ordering::Equal))
        }),
    }
}

/// A word with a bit for each of `count` tests.
fn word(count: u32, test: impl Fn(u32) -> bool) -> u64 {
    (0..count).fold(0, |word, bit| word | u64::from(test(bit)) << bit)
}

/// A word with a bit for each code, the first in the lowest bit.
#[inline]
fn pack<T: Copy + Into<u32>>(codes: &[T], test: impl Fn(u32) -> bool) -> u64 {
    let mut word = 0;
    for (bit, code) in codes.iter().enumerate() {
        word |= u64::from(test((*code).into())) << bit;
    }
    word
}
