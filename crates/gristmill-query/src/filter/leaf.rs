//! The tests that a filter makes of rows, a block of rows at a time or one by one.

use super::code_set::CodeSet;
use super::kernel::{self, Code, WORD_ROWS};
use super::matcher::NumberMatcher;
use super::same_value::SameValue;
use crate::exec::Instructions;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{Codes, DimensionCodes, Lists, NULL_CODE, Values};
use std::ops::Range;
use std::sync::Arc;

/// One test of a row of a segment.
#[derive(Debug)]
pub(crate) enum Leaf<'p> {
    /// A code of the row is in a set.
    Codes(CodeLeaf),
    /// The row's value passes.
    Value { values: Arc<Values>, test: &'p NumberMatcher },
    /// Dimensions of the row have a value in common.
    SameValue(SameValue),
}

/// Rows of which a code is in a set.
#[derive(Debug)]
pub(crate) struct CodeLeaf {
    pub(crate) dimension: Dimension,
    pub(crate) codes: Arc<DimensionCodes>,
    pub(crate) set: CodeSet,
    /// Entries of the dictionary, null included.
    pub(crate) dictionary_len: usize,
}

/// What a test of one row costs by itself, in picoseconds: a look at one place in memory, and the way there.
pub(super) const PROBE_COST: u64 = 2_000;

/// Lists are looked at this many rows at a time, so that the bits of their entries stay in the first-level cache.
const LIST_BLOCK_WORDS: usize = 64;

impl Leaf<'_> {
    /// Whether a row passes.
    pub(super) fn matches(&self, row: u32) -> bool {
        match self {
            Self::Codes(leaf) => match &*leaf.codes {
                DimensionCodes::Single(codes) => leaf.set.contains(codes.get(row as usize)),
                DimensionCodes::Multi(lists) => list_matches(lists, row, &leaf.set),
            },
            Self::Value { values, test } => test.matches(values.get(row as usize)),
            Self::SameValue(same) => same.matches(row),
        }
    }

    /// Bytes of the columns that a scan reads for each row.
    pub(super) fn bytes_per_row(&self) -> f64 {
        match self {
            Self::Codes(leaf) => leaf.codes.bytes_per_row(),
            Self::Value { .. } => size_of::<f64>() as f64,
            Self::SameValue(same) => same.bytes_per_row(),
        }
    }

    /// Writes a bit for each of `rows`, whether it passes. `words` are as many as the rows fill.
    pub(super) fn scan(&self, rows: &Range<u32>, words: &mut [u64], allowed: Instructions) {
        match self {
            Self::Codes(leaf) => match &*leaf.codes {
                DimensionCodes::Single(codes) => {
                    scan_codes(codes, positions(rows), &leaf.set, words, allowed);
                }
                DimensionCodes::Multi(lists) => scan_lists(lists, rows, &leaf.set, words, allowed),
            },
            Self::Value { values, test } => match test.limits() {
                Some(limits) => scan_values(values, rows, limits, words, allowed),
                None => self.scan_by_row(rows, words),
            },
            Self::SameValue(_) => self.scan_by_row(rows, words),
        }
    }

    fn scan_by_row(&self, rows: &Range<u32>, words: &mut [u64]) {
        for (word, first) in words.iter_mut().zip(rows.clone().step_by(WORD_ROWS)) {
            let count = (rows.end - first).min(u64::BITS);
            *word = (0..count).fold(0, |word, bit| word | u64::from(self.matches(first + bit)) << bit);
        }
    }

    /// What a scan of one row costs, in picoseconds; rough. Measured over 4 million rows with the widest instructions.
    pub(super) fn scan_cost(&self) -> u64 {
        match self {
            Self::Codes(leaf) => {
                let multi = matches!(*leaf.codes, DimensionCodes::Multi(_));
                code_scan_cost(multi, leaf.dictionary_len, &leaf.set)
            }
            Self::Value { .. } => 190,
            Self::SameValue(_) => 3_000,
        }
    }

    /// The share of rows that may pass, from 0 to 1; rough.
    pub(super) fn share(&self) -> f64 {
        match self {
            Self::Codes(leaf) => {
                leaf.set.count(leaf.dictionary_len) as f64 / leaf.dictionary_len.max(1) as f64
            }
            Self::Value { .. } | Self::SameValue(_) => 0.5,
        }
    }
}

/// What a scan of the codes of one row costs, in picoseconds; see [`Leaf::scan_cost`].
pub(super) fn code_scan_cost(multi: bool, dictionary_len: usize, set: &CodeSet) -> u64 {
    let as_bits = matches!(set, CodeSet::Bits(_));
    match dictionary_len {
        _ if multi => 300,
        0..=0x100 => 12,
        // Each table of a thousand codes is asked.
        0x101..=0x1_0000 if as_bits => (30 + 18 * (dictionary_len as u64).div_ceil(1024)).min(490),
        0x101..=0x1_0000 => 25,
        _ if as_bits => 600,
        _ => 70,
    }
}

fn positions(rows: &Range<u32>) -> Range<usize> {
    rows.start as usize..rows.end as usize
}

fn scan_codes(codes: &Codes, at: Range<usize>, set: &CodeSet, words: &mut [u64], allowed: Instructions) {
    fn of<T: Code>(codes: &[T], set: &CodeSet, words: &mut [u64], allowed: Instructions) {
        match set.test() {
            Some(test) => kernel::scan(codes, &test, words, allowed),
            None => words.fill(if *set == CodeSet::Full { u64::MAX } else { 0 }),
        }
    }
    match codes {
        Codes::U8(codes) => of(&codes[at], set, words, allowed),
        Codes::U16(codes) => of(&codes[at], set, words, allowed),
        Codes::U32(codes) => of(&codes[at], set, words, allowed),
    }
}

/// First the entries of the lists, all alike, then the lists by the bits of their entries.
fn scan_lists(lists: &Lists, rows: &Range<u32>, set: &CodeSet, words: &mut [u64], allowed: Instructions) {
    let of_null = set.contains(NULL_CODE);
    // No list has null in it.
    let only_null = of_null && matches!(set, CodeSet::Range(codes) if codes.len() == 1);
    let mut entries = Vec::new();
    let block_rows = LIST_BLOCK_WORDS * WORD_ROWS;
    for (words, start) in words.chunks_mut(LIST_BLOCK_WORDS).zip(positions(rows).step_by(block_rows)) {
        let end = (rows.end as usize).min(start + block_rows);
        let at = lists.range(start).start..lists.range(end - 1).end;
        entries.clear();
        // One word of zeros more, so that 64 bits can be taken from any of them on.
        entries.resize(at.len().div_ceil(WORD_ROWS) + 1, 0);
        if !only_null {
            let filled = at.len().div_ceil(WORD_ROWS);
            scan_codes(&lists.codes, at, set, &mut entries[..filled], allowed);
        }
        kernel::any_of_lists(&lists.offsets[start..=end], &entries, of_null, words, allowed);
    }
}

fn scan_values(
    values: &Values,
    rows: &Range<u32>,
    limits: (f64, f64),
    words: &mut [u64],
    allowed: Instructions,
) {
    kernel::scan_numbers(&values.numbers[positions(rows)], limits, words, allowed);
    if let Some(validity) = &values.validity {
        let valid = validity.inner().slice(rows.start as usize, rows.len());
        words.iter_mut().zip(valid.bit_chunks().iter_padded()).for_each(|(word, valid)| *word &= valid);
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
