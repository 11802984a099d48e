//! Dictionary codes, as narrow as the dictionary allows.

use super::cache::HeapBytes;
use arrow_buffer::ScalarBuffer;
use std::ops::Range;

/// The code of null in every dictionary.
pub const NULL_CODE: u32 = 0;

/// One dictionary code an entry, in 1, 2 or 4 bytes. Codes mean something within their segment only.
#[derive(Clone, Debug, PartialEq)]
pub enum Codes {
    /// Dictionaries of up to 2^8 entries, null included.
    U8(ScalarBuffer<u8>),
    /// Dictionaries of up to 2^16 entries.
    U16(ScalarBuffer<u16>),
    /// All others.
    U32(ScalarBuffer<u32>),
}

impl Codes {
    /// How many codes there are.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    /// Whether there is no code.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code at a position below [`Codes::len`].
    pub fn get(&self, at: usize) -> u32 {
        match self {
            Self::U8(codes) => u32::from(codes[at]),
            Self::U16(codes) => u32::from(codes[at]),
            Self::U32(codes) => codes[at],
        }
    }

    /// Which codes below `entries`, as all here are, stand at some places.
    pub(super) fn used(&self, places: &[Range<usize>], entries: usize) -> Vec<bool> {
        fn of<T: Copy + Into<u32>>(codes: &[T], places: &[Range<usize>], entries: usize) -> Vec<bool> {
            let mut used = vec![false; entries];
            for place in places.iter().cloned() {
                codes[place].iter().for_each(|&code| used[code.into() as usize] = true);
            }
            used
        }
        match self {
            Self::U8(codes) => of(codes, places, entries),
            Self::U16(codes) => of(codes, places, entries),
            Self::U32(codes) => of(codes, places, entries),
        }
    }

    /// How often a code stands here.
    pub(super) fn count(&self, code: u32) -> usize {
        fn of<T: Copy + Into<u32>>(codes: &[T], code: u32) -> usize {
            codes.iter().filter(|&&at| at.into() == code).count()
        }
        match self {
            Self::U8(codes) => of(codes, code),
            Self::U16(codes) => of(codes, code),
            Self::U32(codes) => of(codes, code),
        }
    }

    /// The smallest and the largest code; both 0 where there is none.
    pub(super) fn bounds(&self) -> (u32, u32) {
        fn of<T: Copy + Ord + Into<u32>>(codes: &[T]) -> (u32, u32) {
            let Some(&first) = codes.first() else { return (0, 0) };
            let (least, most) =
                codes.iter().fold((first, first), |(least, most), &code| (least.min(code), most.max(code)));
            (least.into(), most.into())
        }
        match self {
            Self::U8(codes) => of(codes),
            Self::U16(codes) => of(codes),
            Self::U32(codes) => of(codes),
        }
    }

    /// Bytes of all codes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.len() * self.width()
    }

    /// Bytes of one code.
    pub fn width(&self) -> usize {
        match self {
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::U32(_) => 4,
        }
    }
}

/// The codes of a dimension, row by row.
#[derive(Clone, Debug, PartialEq)]
pub enum DimensionCodes {
    /// One code a row.
    Single(Codes),
    /// Any number of codes a row.
    Multi(Lists),
}

impl HeapBytes for DimensionCodes {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Single(codes) => codes.heap_bytes(),
            Self::Multi(lists) => size_of_val(&*lists.offsets) + lists.codes.heap_bytes(),
        }
    }
}

impl DimensionCodes {
    /// Bytes that the codes take for each row, on average.
    pub fn bytes_per_row(&self) -> f64 {
        match self {
            Self::Single(codes) => codes.width() as f64,
            Self::Multi(lists) => {
                let rows = lists.offsets.len().saturating_sub(1).max(1);
                (size_of_val(&*lists.offsets) + lists.codes.heap_bytes()) as f64 / rows as f64
            }
        }
    }
}

/// Lists of codes: row `r` has the codes `offsets[r]..offsets[r + 1]`; none at all is a null row.
///
/// Within a row no code stands twice and none is [`NULL_CODE`]; they are in the order they were sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Lists {
    /// One more than rows; starts with 0, never falls.
    pub offsets: ScalarBuffer<i32>,
    /// The codes of all rows, one after the other.
    pub codes: Codes,
}

impl Lists {
    /// Where the codes of a row lie in [`Lists::codes`].
    pub fn range(&self, row: usize) -> Range<usize> {
        // Offsets are checked to be non-negative and rising when a segment is built or read.
        self.offsets[row].cast_unsigned() as usize..self.offsets[row + 1].cast_unsigned() as usize
    }

    /// Where the codes of several rows lie in [`Lists::codes`].
    pub(crate) fn range_of(&self, rows: &Range<usize>) -> Range<usize> {
        let at = |row: usize| self.offsets[row].cast_unsigned() as usize;
        at(rows.start)..at(rows.end)
    }
}
