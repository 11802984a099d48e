//! The rows of each code of a dimension.

use arrow_buffer::ScalarBuffer;
use roaring::RoaringBitmap;
use std::ops::Range;

/// The rows of each code of a dimension. A row of a multi-value dimension stands under each of its codes; null rows
/// stand under [`super::NULL_CODE`].
#[derive(Clone, Debug)]
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

impl Postings {
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

/// The rows of one code in [`Postings::Ordered`].
fn ordered<'a>(starts: &[u32], rows: &'a [u32], code: u32) -> &'a [u32] {
    let code = code as usize;
    match (starts.get(code), starts.get(code + 1)) {
        (Some(&start), Some(&end)) => rows.get(start as usize..end as usize).unwrap_or_default(),
        _ => &[],
    }
}
