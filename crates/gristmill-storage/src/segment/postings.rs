//! The rows of each code of a dimension.

use super::cache::HeapBytes;
use super::index::index;
use super::{Codes, DimensionCodes, NULL_CODE};
use arrow_buffer::ScalarBuffer;
use roaring::RoaringBitmap;
use std::ops::Range;

/// The rows of each code of a dimension. A row of a multi-value dimension stands under each of its codes; null rows
/// stand under [`super::NULL_CODE`].
#[derive(Clone, Debug, PartialEq)]
pub enum Postings {
    /// A bitmap a code, for dictionaries whose values repeat.
    Bitmaps(Vec<RoaringBitmap>),
    /// Rows ordered by code and then row, for dictionaries of many values that stand in few rows each.
    Ordered {
        /// `starts[code]..starts[code + 1]` are the rows of a code within `rows`.
        starts: ScalarBuffer<u32>,
        /// Rows, rising within each code.
        rows: ScalarBuffer<u32>,
    },
}

/// Bitmaps are kept where a code has this many rows on average. Below, rows cost 4 bytes each when they are ordered,
/// and a bitmap of few rows, with its header for every 2^16 rows, costs more than that.
const MIN_ROWS_A_BITMAP: usize = 64;

impl HeapBytes for Postings {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Bitmaps(bitmaps) => {
                let own = |bitmap: &RoaringBitmap| size_of::<RoaringBitmap>() + bitmap.serialized_size();
                bitmaps.iter().map(own).sum()
            }
            Self::Ordered { starts, rows } => size_of_val(&**starts) + size_of_val(&**rows),
        }
    }
}

impl Postings {
    /// The postings of a dimension with a dictionary of `entries`. Rows and values together are below 2^32.
    pub(super) fn of(codes: &DimensionCodes, entries: u32) -> Self {
        let (starts, rows) = rows_by_code(codes, entries as usize);
        if rows.len() / (entries as usize).max(1) < MIN_ROWS_A_BITMAP {
            return Self::Ordered { starts: starts.into(), rows: rows.into() };
        }
        let bitmap = |ends: &[u32]| {
            let of_code = rows[ends[0] as usize..ends[1] as usize].iter().copied();
            let mut bitmap =
                RoaringBitmap::from_sorted_iter(of_code.clone()).unwrap_or_else(|_| of_code.collect());
            bitmap.optimize();
            bitmap
        };
        Self::Bitmaps(starts.windows(2).map(bitmap).collect())
    }

    /// How many rows have a code; 0 for a code that is not in the dictionary.
    pub fn count(&self, code: u32) -> u32 {
        match self {
            Self::Bitmaps(bitmaps) => {
                bitmaps.get(code as usize).map_or(0, |rows| u32::try_from(rows.len()).unwrap_or(u32::MAX))
            }
            Self::Ordered { starts, rows } => {
                u32::try_from(ordered(starts, rows, code).len()).unwrap_or(u32::MAX)
            }
        }
    }

    /// Appends the rows that have a code and lie in `rows`, rising.
    pub fn rows_in(&self, code: u32, rows: Range<u32>, out: &mut Vec<u32>) {
        match self {
            Self::Bitmaps(bitmaps) => {
                if let Some(bitmap) = bitmaps.get(code as usize) {
                    out.extend(bitmap.range(rows));
                }
            }
            Self::Ordered { starts, rows: ordered_rows } => {
                let all = ordered(starts, ordered_rows, code);
                let from = all.partition_point(|&row| row < rows.start);
                let to = all.partition_point(|&row| row < rows.end);
                out.extend_from_slice(all.get(from..to).unwrap_or_default());
            }
        }
    }
}

/// Rows ordered by code, and where those of each code start: a counting sort.
fn rows_by_code(codes: &DimensionCodes, entries: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; entries + 1];
    each_code(codes, |_, code| starts[code as usize + 1] += 1);
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let mut next = starts.clone();
    let mut rows = vec![0; total as usize];
    each_code(codes, |row, code| {
        let at = &mut next[code as usize];
        rows[*at as usize] = row;
        *at += 1;
    });
    (starts, rows)
}

/// Calls `visit` with every row and each of its codes, null's for an empty list.
fn each_code(codes: &DimensionCodes, mut visit: impl FnMut(u32, u32)) {
    fn of<T: Copy + Into<u32>>(codes: &[T], visit: &mut impl FnMut(u32, u32)) {
        for (&code, row) in codes.iter().zip(0..) {
            visit(row, code.into());
        }
    }
    match codes {
        DimensionCodes::Single(Codes::U8(codes)) => of(codes, &mut visit),
        DimensionCodes::Single(Codes::U16(codes)) => of(codes, &mut visit),
        DimensionCodes::Single(Codes::U32(codes)) => of(codes, &mut visit),
        DimensionCodes::Multi(lists) => {
            for row in 0..lists.offsets.len() - 1 {
                let list = lists.range(row);
                if list.is_empty() {
                    visit(index(row), NULL_CODE);
                }
                list.for_each(|at| visit(index(row), lists.codes.get(at)));
            }
        }
    }
}

/// The rows of one code in [`Postings::Ordered`].
fn ordered<'a>(starts: &[u32], rows: &'a [u32], code: u32) -> &'a [u32] {
    let code = code as usize;
    match (starts.get(code), starts.get(code + 1)) {
        (Some(&start), Some(&end)) => rows.get(start as usize..end as usize).unwrap_or_default(),
        _ => &[],
    }
}
