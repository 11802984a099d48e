//! `columnComparison` within one segment: codes of one dictionary translated into those of the next.

use super::matcher::find_digits;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{Dictionary, DimensionCodes, NULL_CODE, Segment, SegmentError};
use std::sync::Arc;

/// Whether every two dimensions of a list have a value in common, or are both null.
#[derive(Debug)]
pub(crate) struct SameValue {
    pairs: Vec<Pair>,
}

#[derive(Debug)]
struct Pair {
    left: Arc<DimensionCodes>,
    right: Arc<DimensionCodes>,
    /// By code on the left: the code of the same value on the right.
    translation: Vec<Option<u32>>,
}

impl SameValue {
    pub(crate) fn bind(dimensions: &[Dimension], segment: &Segment) -> Result<Self, SegmentError> {
        let mut pairs = Vec::new();
        for (at, left) in dimensions.iter().enumerate() {
            for right in &dimensions[at + 1..] {
                pairs.push(Pair {
                    left: segment.codes(*left)?,
                    right: segment.codes(*right)?,
                    translation: translate(&*segment.dictionary(*left)?, &*segment.dictionary(*right)?),
                });
            }
        }
        Ok(Self { pairs })
    }

    /// Bytes of the columns that are read for each row.
    pub(super) fn bytes_per_row(&self) -> f64 {
        self.pairs.iter().map(|pair| pair.left.bytes_per_row() + pair.right.bytes_per_row()).sum()
    }

    pub(crate) fn matches(&self, row: u32) -> bool {
        self.pairs.iter().all(|pair| pair.matches(row as usize))
    }
}

impl Pair {
    fn matches(&self, row: usize) -> bool {
        match codes_of(&self.left, row) {
            RowCodes::One(code) => self.on_the_right(code, row),
            RowCodes::Many(mut codes) => codes.any(|code| self.on_the_right(code, row)),
        }
    }

    fn on_the_right(&self, left: u32, row: usize) -> bool {
        let Some(wanted) = self.translation[left as usize] else { return false };
        match codes_of(&self.right, row) {
            RowCodes::One(code) => code == wanted,
            RowCodes::Many(mut codes) => codes.any(|code| code == wanted),
        }
    }
}

enum RowCodes<I> {
    One(u32),
    Many(I),
}

/// The codes of one row; a row without a value has the code of null.
fn codes_of(codes: &DimensionCodes, row: usize) -> RowCodes<impl Iterator<Item = u32>> {
    match codes {
        DimensionCodes::Single(codes) => RowCodes::One(codes.get(row)),
        DimensionCodes::Multi(lists) if lists.range(row).is_empty() => RowCodes::One(NULL_CODE),
        DimensionCodes::Multi(lists) => RowCodes::Many(lists.range(row).map(|at| lists.codes.get(at))),
    }
}

fn translate(from: &Dictionary, into: &Dictionary) -> Vec<Option<u32>> {
    let translated = |code: u32| match (from, into) {
        (Dictionary::Text(from), Dictionary::Text(into)) => into.find(from.get(code)?),
        (Dictionary::Integer(from), Dictionary::Integer(into)) => into.find(from.get(code)?),
        (Dictionary::Integer(from), Dictionary::Text(into)) => {
            into.find(itoa::Buffer::new().format(from.get(code)?))
        }
        (Dictionary::Text(from), Dictionary::Integer(into)) => find_digits(into, from.get(code)?),
    };
    let length = u32::try_from(from.len()).unwrap_or(u32::MAX);
    (0..length).map(|code| if code == NULL_CODE { Some(NULL_CODE) } else { translated(code) }).collect()
}
