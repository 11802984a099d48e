//! The values of a run, brought together a chunk at a time.

use super::batch_rows::BatchRows;
use super::cell::Cell;
use super::wide;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use std::ops::Range;

/// Values that have to be looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnValues<'v, T> {
    /// The row of the first item.
    pub(super) first: u32,
    /// One a row; 0 where it is null, which adds nothing.
    pub(super) items: &'v [T],
    /// Absent where none is null.
    pub(super) validity: Option<&'v BooleanBuffer>,
}

impl<'v, T> ColumnValues<'v, T> {
    pub(super) fn new(first: u32, items: &'v [T], validity: Option<&'v NullBuffer>, nullable: bool) -> Self {
        Self { first, items, validity: validity.filter(|_| nullable).map(NullBuffer::inner) }
    }

    /// The items of some rows.
    pub(super) fn of(&self, rows: &Range<usize>) -> &'v [T] {
        let first = self.first as usize;
        &self.items[rows.start - first..rows.end - first]
    }
}

/// Rows whose values are brought together before they are added; a whole number of lanes.
const CHUNK_ROWS: usize = 256;

/// The values of some rows, side by side.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'c, T> {
    pub(super) items: &'c [T],
    /// 1 for each value, 0 for each null.
    pub(super) present: &'c [u8],
}

impl<T> Chunk<'_, T> {
    /// How many are not null.
    pub(super) fn count(&self) -> u32 {
        self.present.iter().map(|present| u32::from(*present)).sum()
    }
}

impl<T: Copy + Default> ColumnValues<'_, T> {
    /// Behind the last row.
    pub(super) fn end(&self) -> usize {
        self.first as usize + self.items.len()
    }

    /// How many of some rows are not null whose bit is set, a bit a row.
    pub(super) fn count_bits(&self, rows: Range<usize>, words: &[u64]) -> u32 {
        let Some(valid) = self.validity else { return wide::count_common(words, words) };
        let chunks = valid.inner().bit_chunks(valid.offset() + rows.start, rows.len());
        let mut valid = chunks.iter().chain([chunks.remainder_bits()]);
        let mut buffer = [0; 64];
        let mut count = 0;
        for words in words.chunks(buffer.len()) {
            let valid = valid.by_ref().chain(std::iter::repeat(0));
            buffer.iter_mut().zip(valid.take(words.len())).for_each(|(place, word)| *place = word);
            count += wide::count_common(words, &buffer);
        }
        count
    }

    /// How many of some rows are not null.
    pub(super) fn count(&self, rows: Range<usize>) -> u32 {
        let count = match self.validity {
            None => rows.len(),
            Some(valid) => valid.slice(rows.start, rows.len()).count_set_bits(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Calls with the values of some rows, a chunk at a time, and with the place of the first of them among `rows`.
    #[inline]
    pub(super) fn for_each_chunk(&self, rows: &BatchRows<'_>, mut call: impl FnMut(usize, &Chunk<'_, T>)) {
        let mut present = [1; CHUNK_ROWS];
        match rows {
            BatchRows::Range(rows) => {
                let (first, end) = (rows.start as usize, rows.end as usize);
                for start in (first..end).step_by(CHUNK_ROWS) {
                    let rows = start..end.min(start + CHUNK_ROWS);
                    let present = &mut present[..rows.len()];
                    if let Some(valid) = self.validity {
                        spread_bits(valid, rows.start, present);
                    }
                    call(start - first, &Chunk { items: self.of(&rows), present });
                }
            }
            BatchRows::List(rows) => {
                let mut items = [T::default(); CHUNK_ROWS];
                for (rows, at) in rows.chunks(CHUNK_ROWS).zip((0..).step_by(CHUNK_ROWS)) {
                    let items = &mut items[..rows.len()];
                    let present = &mut present[..rows.len()];
                    items
                        .iter_mut()
                        .zip(rows)
                        .for_each(|(item, row)| *item = self.items[(*row - self.first) as usize]);
                    if let Some(valid) = self.validity {
                        let valid = rows.iter().map(|row| u8::from(valid.value(*row as usize)));
                        present.iter_mut().zip(valid).for_each(|(present, valid)| *present = valid);
                    }
                    call(at, &Chunk { items, present });
                }
            }
        }
    }
}

/// From so many places of a chunk rows are taken in turn. Rows that follow one another are often of one bucket and so of
/// one cell, where each waits for the sum of the one before.
const STREAMS: usize = 4;

/// Rows of a chunk that lie in each of these places.
const STREAM_ROWS: usize = CHUNK_ROWS / STREAMS;

/// Calls with the cell and the key of each row of a chunk, once the row is counted, and with its value. `keys` starts with
/// those of the chunk.
#[inline]
pub(super) fn for_each_cell<C: Cell, T: Copy, const LANES: usize>(
    cells: &mut [C],
    keys: &[u32],
    chunk: &Chunk<'_, T>,
    first: &mut impl FnMut(u32, bool),
    mut call: impl FnMut(&mut C, u32, T, u8),
) {
    let mut one = |lane: usize, key: u32, item: T, present: u8| {
        let cell = &mut cells[key as usize * LANES + lane % LANES];
        first(key, cell.rows() == 0);
        cell.add_rows(1);
        call(cell, key, item, present);
    };
    // Of a whole chunk the lengths are known, which takes the checks out of the loop.
    let whole = (keys.first_chunk(), chunk.items.first_chunk(), chunk.present.first_chunk());
    if let (Some(keys), Some(items), Some(present)) = whole {
        let (keys, items, present): Whole<'_, T> = (keys, items, present);
        for at in 0..STREAM_ROWS {
            for stream in 0..STREAMS {
                let at = stream * STREAM_ROWS + at;
                one(stream, keys[at], items[at], present[at]);
            }
        }
        return;
    }
    let values = chunk.items.iter().zip(chunk.present);
    for ((lane, key), (item, present)) in keys.iter().enumerate().zip(values) {
        one(lane, *key, *item, *present);
    }
}

/// The keys of a whole chunk, its values, and which of them are there.
type Whole<'c, T> = (&'c [u32; CHUNK_ROWS], &'c [T; CHUNK_ROWS], &'c [u8; CHUNK_ROWS]);

/// Writes a byte for each bit from `start` on.
fn spread_bits(bits: &BooleanBuffer, start: usize, bytes: &mut [u8]) {
    /// In byte `i` the bit `i`.
    const DIAGONAL: u64 = 0x8040_2010_0804_0201;
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Each byte has its bit or none; adding 0x7f carries any bit into the highest one, and never further.
    let spread = |eight: u64| ((((eight * ONES) & DIAGONAL) + 0x7f * ONES) >> 7) & ONES;
    let chunks = bits.inner().bit_chunks(bits.offset() + start, bytes.len());
    let (words, rest) = bytes.as_chunks_mut::<64>();
    for (bytes, word) in words.iter_mut().zip(chunks.iter()) {
        for (eight, place) in bytes.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            *place = spread(word >> (8 * eight) & 0xff).to_le_bytes();
        }
    }
    for (at, byte) in rest.iter_mut().enumerate() {
        *byte = u8::from(chunks.remainder_bits() >> at & 1 == 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_are_spread_one_a_byte(
            bits in prop::collection::vec(any::<bool>(), 0..400),
            offset in 0_usize..70,
            start in 0_usize..200,
        ) {
            let buffer = BooleanBuffer::from(bits.clone());
            let offset = offset.min(bits.len());
            let sliced = buffer.slice(offset, bits.len() - offset);
            let start = start.min(sliced.len());
            let mut bytes = vec![7; sliced.len() - start];
            spread_bits(&sliced, start, &mut bytes);
            let expected: Vec<u8> = bits[offset + start..].iter().map(|bit| u8::from(*bit)).collect();
            prop_assert_eq!(bytes, expected);
        }
    }
}
