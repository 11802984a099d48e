//! Values as whole multiples of a unit.

use super::batch_rows::BatchRows;
use super::cell::Cell;
use super::column_values::{ColumnValues, for_each_cell};
use super::sum::{Fixed, Place};
use super::tuning::Instructions;
use super::wide;
use crate::filter::{Words, masked_sum_i16, masked_sum_i32, masked_sum_i64};
use std::ops::Range;

/// Rows that a word of bits stands for.
const WORD_ROWS: usize = u64::BITS as usize;

/// Rows are listed where fewer than this many bits are set for each word and byte of a multiple: a word costs as much as its
/// bytes take to read, a listed row always the same.
const BITS_PER_BYTE: usize = 2;

/// Values as multiples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MultipleValues<'v, T> {
    pub(super) column: ColumnValues<'v, T>,
    pub(super) place: Place,
}

/// A multiple of some width.
pub(crate) trait Multiple: Copy + Default + Into<i64> {
    /// Whether multiples may be wide.
    const WIDE: bool;

    /// The sum of some.
    fn sum(multiples: &[Self]) -> Fixed;

    /// The sum of those whose bit is set, where there are instructions for it.
    fn masked_sum(multiples: &[Self], words: &[u64], allowed: Instructions) -> Option<Fixed>;
}

impl Multiple for i16 {
    const WIDE: bool = false;

    fn sum(multiples: &[Self]) -> Fixed {
        Fixed::of(wide::sum_i16(multiples))
    }

    fn masked_sum(multiples: &[Self], words: &[u64], allowed: Instructions) -> Option<Fixed> {
        masked_sum_i16(multiples, words, allowed).map(Fixed::of)
    }
}

impl Multiple for i32 {
    const WIDE: bool = false;

    fn sum(multiples: &[Self]) -> Fixed {
        Fixed::of(wide::sum_i32(multiples))
    }

    fn masked_sum(multiples: &[Self], words: &[u64], allowed: Instructions) -> Option<Fixed> {
        masked_sum_i32(multiples, words, allowed).map(Fixed::of)
    }
}

impl Multiple for i64 {
    const WIDE: bool = true;

    fn sum(multiples: &[Self]) -> Fixed {
        wide::sum_i64(multiples)
    }

    fn masked_sum(multiples: &[Self], words: &[u64], allowed: Instructions) -> Option<Fixed> {
        masked_sum_i64(multiples, words, allowed).map(|(upper, lower)| Fixed { upper, lower })
    }
}

impl<T: Multiple> MultipleValues<'_, T> {
    /// As `SpanValues::add_range`, of rows that are counted already.
    pub(super) fn add_range<C: Cell>(&self, cell: &mut C, rows: Range<usize>) {
        if C::SUM {
            cell.add_values(self.column.count(rows.clone()));
            self.add_sum(cell, T::sum(self.column.of(&rows)));
        }
    }

    /// As `SpanValues::add_list`, of rows that are counted already.
    pub(super) fn add_list<C: Cell>(&self, cell: &mut C, rows: &[u32]) {
        if C::SUM {
            self.column.for_each_chunk(&BatchRows::List(rows), |_, chunk| {
                cell.add_values(chunk.count());
                self.add_sum(cell, T::sum(chunk.items));
            });
        }
    }

    /// As `SpanValues::add_bits`, of rows that are counted already.
    pub(super) fn add_bits<C: Cell>(
        &self,
        cell: &mut C,
        first: u32,
        words: &Words<'_>,
        allowed: Instructions,
    ) -> bool {
        let bytes: usize = words.parts().map(|words| words.len() * size_of::<T>()).sum();
        if words.count() < bytes * BITS_PER_BYTE {
            return false;
        }
        let mut sum = Fixed::default();
        let mut values = 0;
        let mut start = first as usize;
        for words in words.parts() {
            let rows = start.min(self.column.end())..self.column.end().min(start + words.len() * WORD_ROWS);
            let Some(more) = T::masked_sum(self.column.of(&rows), words, allowed) else { return false };
            sum += more;
            values += self.column.count_bits(rows, words);
            start += words.len() * WORD_ROWS;
        }
        cell.add_values(values);
        self.add_sum(cell, sum);
        true
    }

    fn add_sum<C: Cell>(&self, cell: &mut C, sum: Fixed) {
        if T::WIDE {
            cell.add_wide(sum.shifted(self.place.shift));
        } else {
            // Narrow sums fit.
            cell.add_narrow(sum.narrow() << self.place.shift);
        }
    }

    /// As `SpanValues::add_keyed`.
    #[inline]
    pub(super) fn add_keyed<C: Cell, const LANES: usize>(
        &self,
        cells: &mut [C],
        keys: &[u32],
        rows: &BatchRows<'_>,
        mut first: impl FnMut(u32, bool),
    ) {
        let shift = self.place.shift;
        self.column.for_each_chunk(rows, |at, chunk| {
            for_each_cell::<C, T, LANES>(
                cells,
                &keys[at..],
                chunk,
                &mut first,
                |cell, _, multiple, present| {
                    let multiple: i64 = multiple.into() << shift;
                    if T::WIDE {
                        cell.add_wide(Fixed::of(multiple));
                    } else {
                        cell.add_narrow(multiple);
                    }
                    cell.add_values(u32::from(present));
                },
            );
        });
    }
}
