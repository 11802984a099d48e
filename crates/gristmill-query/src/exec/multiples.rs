//! Values as whole multiples of a unit.

use super::batch_rows::BatchRows;
use super::cell::Cell;
use super::column_values::{ColumnValues, for_each_cell};
use super::sum::{Fixed, Place};
use super::wide;
use std::ops::Range;

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
}

impl Multiple for i16 {
    const WIDE: bool = false;

    fn sum(multiples: &[Self]) -> Fixed {
        Fixed::of(wide::sum_i16(multiples))
    }
}

impl Multiple for i32 {
    const WIDE: bool = false;

    fn sum(multiples: &[Self]) -> Fixed {
        Fixed::of(wide::sum_i32(multiples))
    }
}

impl Multiple for i64 {
    const WIDE: bool = true;

    fn sum(multiples: &[Self]) -> Fixed {
        wide::sum_i64(multiples)
    }
}

impl<T: Multiple> MultipleValues<'_, T> {
    /// As [`SpanValues::add_range`], of rows that are counted already.
    pub(super) fn add_range<C: Cell>(&self, cell: &mut C, rows: Range<usize>) {
        if C::SUM {
            cell.add_values(self.column.count(rows.clone()));
            self.add_sum(cell, T::sum(self.column.of(&rows)));
        }
    }

    /// As [`SpanValues::add_list`], of rows that are counted already.
    pub(super) fn add_list<C: Cell>(&self, cell: &mut C, rows: &[u32]) {
        if C::SUM {
            self.column.for_each_chunk(&BatchRows::List(rows), |_, chunk| {
                cell.add_values(chunk.count());
                self.add_sum(cell, T::sum(chunk.items));
            });
        }
    }

    fn add_sum<C: Cell>(&self, cell: &mut C, sum: Fixed) {
        if T::WIDE {
            cell.add_wide(sum.shifted(self.place.shift));
        } else {
            // Narrow sums fit.
            cell.add_narrow(sum.narrow() << self.place.shift);
        }
    }

    /// As [`SpanValues::add_keyed`].
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
