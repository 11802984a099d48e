//! Codes of several dimensions packed into one key a row.

use super::batch_rows::BatchRows;
use super::prepare::Column;
use super::wide;
use gristmill_storage::segment::{Codes, DimensionCodes, Lists, NULL_CODE};
use std::ops::Range;

/// Rows, one entry for each value of the dimension with several values.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    /// The row of each entry. What stands behind the entries, here and in the next one, means nothing.
    rows: Vec<u32>,
    /// The code of each entry.
    codes: Vec<u32>,
    len: usize,
}

/// Rows of up to so many values, which is nearly all of them, are written without a loop whose end cannot be foreseen.
/// Measured over half a million rows of one to four values: 6 % off the whole fetch.
const FEW: usize = 4;

impl Expanded {
    /// Makes one entry of each value of a row; a row without a value has null.
    #[inline]
    pub(crate) fn push(&mut self, lists: &Lists, row: u32) {
        let entries = lists.range(row as usize);
        self.make_room(entries.len().max(FEW));
        match &lists.codes {
            Codes::U8(codes) => self.write(codes, entries, row),
            Codes::U16(codes) => self.write(codes, entries, row),
            Codes::U32(codes) => self.write(codes, entries, row),
        }
    }

    fn make_room(&mut self, entries: usize) {
        let needed = self.len + entries;
        if needed > self.rows.len() {
            let length = needed.max(2 * self.rows.len());
            self.rows.resize(length, 0);
            self.codes.resize(length, 0);
        }
    }

    #[inline]
    fn write<T: Copy + Into<u32>>(&mut self, codes: &[T], entries: Range<usize>, row: u32) {
        let places = self.len..self.len + entries.len().max(FEW);
        let (to_rows, to_codes) = (&mut self.rows[places.clone()], &mut self.codes[places]);
        match (
            codes[entries.start..].first_chunk::<FEW>(),
            to_rows.first_chunk_mut(),
            to_codes.first_chunk_mut::<FEW>(),
        ) {
            (Some(few), Some(rows), Some(codes)) if entries.len() <= FEW => {
                *rows = [row; FEW];
                codes.iter_mut().zip(few).for_each(|(to, code)| *to = (*code).into());
            }
            _ => {
                to_rows.fill(row);
                to_codes.iter_mut().zip(&codes[entries.clone()]).for_each(|(to, code)| *to = (*code).into());
            }
        }
        if entries.is_empty() {
            (to_rows[0], to_codes[0]) = (row, NULL_CODE);
        }
        self.len += entries.len().max(1);
    }

    /// How many entries.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The row of each entry.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows[..self.len]
    }

    /// The code of each entry.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes[..self.len]
    }

    /// Makes room for other rows.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }
}

/// The dimension with several values among the grouped ones; there is at most one.
pub(crate) fn multi(columns: &[Column]) -> Option<&Lists> {
    columns.iter().find_map(|column| match &*column.codes {
        DimensionCodes::Multi(lists) => Some(lists),
        DimensionCodes::Single(_) => None,
    })
}

/// Keys of 32 bits: what stands in `keys` already, plus each code times the stride of its column. `multi` are the codes
/// of the dimension with several values, in step with `rows`.
pub(crate) fn add_codes(
    keys: &mut [u32],
    columns: &[Column],
    strides: &[u32],
    rows: &BatchRows<'_>,
    multi: &[u32],
) {
    for (column, stride) in columns.iter().zip(strides) {
        let DimensionCodes::Single(codes) = &*column.codes else {
            wide::add_keys_u32(keys, multi, *stride);
            continue;
        };
        match (codes, rows) {
            (Codes::U8(codes), BatchRows::Range(rows)) => {
                wide::add_keys_u8(keys, &codes[rows.start as usize..rows.end as usize], *stride);
            }
            (Codes::U16(codes), BatchRows::Range(rows)) => {
                wide::add_keys_u16(keys, &codes[rows.start as usize..rows.end as usize], *stride);
            }
            (Codes::U32(codes), BatchRows::Range(rows)) => {
                wide::add_keys_u32(keys, &codes[rows.start as usize..rows.end as usize], *stride);
            }
            (Codes::U8(codes), BatchRows::List(rows)) => add_listed(keys, codes, *stride, rows),
            (Codes::U16(codes), BatchRows::List(rows)) => add_listed(keys, codes, *stride, rows),
            (Codes::U32(codes), BatchRows::List(rows)) => add_listed(keys, codes, *stride, rows),
        }
    }
}

fn add_listed<T: Copy + Into<u32>>(keys: &mut [u32], codes: &[T], stride: u32, rows: &[u32]) {
    for (key, row) in keys.iter_mut().zip(rows) {
        *key = key.wrapping_add(codes[*row as usize].into().wrapping_mul(stride));
    }
}

/// Takes keys of 32 bits apart.
#[derive(Debug, Default)]
pub(crate) struct Unpack {
    /// What is left of each key, kept to be filled again.
    rest: Vec<u32>,
}

impl Unpack {
    /// Appends the codes that keys were packed of, column by column.
    pub(crate) fn extend(&mut self, keys: &[u32], strides: &[u32], codes: &mut [Vec<u32>]) {
        self.rest.clear();
        self.rest.extend_from_slice(keys);
        for (codes, stride) in codes.iter_mut().zip(strides) {
            if *stride == 1 {
                codes.extend_from_slice(&self.rest);
                // Dimensions of one value may follow.
                self.rest.fill(0);
                continue;
            }
            let before = codes.len();
            codes.resize(before + keys.len(), 0);
            wide::split_keys(&mut self.rest, *stride, &mut codes[before..]);
        }
    }
}

/// Appends a column's codes to packed keys of 64 bits.
pub(crate) fn append_codes(
    keys: &mut [u64],
    radix: u64,
    column: &Column,
    rows: &BatchRows<'_>,
    multi: &[u32],
) {
    match &*column.codes {
        DimensionCodes::Single(Codes::U8(codes)) => append_single(keys, radix, codes, rows),
        DimensionCodes::Single(Codes::U16(codes)) => append_single(keys, radix, codes, rows),
        DimensionCodes::Single(Codes::U32(codes)) => append_single(keys, radix, codes, rows),
        DimensionCodes::Multi(_) => {
            keys.iter_mut().zip(multi).for_each(|(key, code)| *key = *key * radix + u64::from(*code));
        }
    }
}

fn append_single<T: Copy + Into<u64>>(keys: &mut [u64], radix: u64, codes: &[T], rows: &BatchRows<'_>) {
    rows.zip(keys.iter_mut(), |row, key| *key = *key * radix + codes[row as usize].into());
}
