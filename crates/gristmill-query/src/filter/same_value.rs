//! `columnComparison` within one segment: codes of one dictionary translated into those of the next.

use super::bind::{rows_of, used_codes};
use super::matcher::find_digits;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{
    Dictionary, DimensionCodes, NULL_CODE, Segment, SegmentError, TextDictionary,
};
use std::ops::Range;
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
    translation: Translation,
}

/// From a code on the left to the code of the same value on the right.
#[derive(Debug)]
enum Translation {
    /// By code.
    Every(Vec<Option<u32>>),
    /// Pairs, rising by the code on the left; codes that are not named stand in no row that is asked about.
    Used(Vec<(u32, Option<u32>)>),
}

impl Translation {
    fn get(&self, left: u32) -> Option<u32> {
        match self {
            Self::Every(codes) => codes[left as usize],
            Self::Used(pairs) => {
                let at = pairs.binary_search_by_key(&left, |pair| pair.0).ok()?;
                pairs[at].1
            }
        }
    }
}

impl SameValue {
    /// `spans` are the rows that will be asked about.
    pub(crate) fn bind(
        dimensions: &[Dimension],
        segment: &Segment,
        spans: &[Range<u32>],
    ) -> Result<Self, SegmentError> {
        let mut pairs = Vec::new();
        for (at, left) in dimensions.iter().enumerate() {
            for right in &dimensions[at + 1..] {
                let codes = segment.codes(*left)?;
                let (from, into) = (segment.dictionary(*left)?, segment.dictionary(*right)?);
                // A tenant with few rows must not pay for the values of all others.
                let translation = if rows_of(spans) < from.len() / 2 {
                    let used = used_codes(&codes, from.len(), spans).into_iter();
                    Translation::Used(used.map(|code| (code, translated(&from, &into, code))).collect())
                } else {
                    Translation::Every(translate(&from, &into))
                };
                pairs.push(Pair { left: codes, right: segment.codes(*right)?, translation });
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
        let Some(wanted) = self.translation.get(left) else { return false };
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

/// The code of the same value in another dictionary.
fn translated(from: &Dictionary, into: &Dictionary, code: u32) -> Option<u32> {
    if code == NULL_CODE {
        return Some(NULL_CODE);
    }
    match (from, into) {
        (Dictionary::Text(from), Dictionary::Text(into)) => into.find(from.get(code)?),
        (Dictionary::Integer(from), Dictionary::Integer(into)) => into.find(from.get(code)?),
        (Dictionary::Integer(from), Dictionary::Text(into)) => {
            into.find(itoa::Buffer::new().format(from.get(code)?))
        }
        (Dictionary::Text(from), Dictionary::Integer(into)) => find_digits(into, from.get(code)?),
    }
}

/// Steps of a search in a dictionary of a million texts, against a step of a walk beside the other dictionary.
const SEARCH_STEPS: usize = 20;

/// The codes of the values of one dictionary in another.
fn translate(from: &Dictionary, into: &Dictionary) -> Vec<Option<u32>> {
    match (from, into) {
        (Dictionary::Text(from), Dictionary::Text(into)) if into.len() <= SEARCH_STEPS * from.len() => {
            side_by_side(from, into)
        }
        _ => (0..crate::narrow::id(from.len())).map(|code| translated(from, into, code)).collect(),
    }
}

/// As [`translate`]: both dictionaries are sorted, so one walk through them meets every text that they share.
fn side_by_side(from: &TextDictionary, into: &TextDictionary) -> Vec<Option<u32>> {
    let mut at = NULL_CODE + 1;
    let end = crate::narrow::id(into.len());
    let texts = (NULL_CODE + 1..crate::narrow::id(from.len())).map(|code| {
        let text = from.bytes(code);
        while at < end && into.bytes(at) < text {
            at += 1;
        }
        (at < end && into.bytes(at) == text).then_some(at)
    });
    std::iter::once(Some(NULL_CODE)).chain(texts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gristmill_storage::Timestamp;
    use gristmill_storage::event::Event;
    use gristmill_storage::segment::SegmentBuilder;

    /// Row `n` has the label and the version `n`; two of three have `2n` modulo 7 as first dimension, and all have both as
    /// properties.
    fn segment(rows: u32) -> Segment {
        let mut builder = SegmentBuilder::new();
        for row in 0..rows {
            let mut event = Event::new(Timestamp(i64::from(row)), "org", "vendor");
            event.set(Dimension::Label, Some(&row.to_string()));
            event.set(Dimension::Dim1, (row % 3 > 0).then_some((2 * row % 7).to_string()).as_deref());
            event.event_version = i64::from(row);
            event.set_properties([row.to_string(), (2 * row % 7).to_string()].iter().map(String::as_str));
            builder.push(&event.as_row()).unwrap();
        }
        builder.build().unwrap()
    }

    #[test]
    fn few_rows_translate_as_all_do() {
        let segment = segment(40);
        let dimensions = [Dimension::Label, Dimension::Dim1, Dimension::EventVersion, Dimension::Properties];
        for left in dimensions {
            for right in dimensions {
                let bind = |span: Range<u32>| SameValue::bind(&[left, right], &segment, &[span]).unwrap();
                let (few, all) = (bind(3..9), bind(0..40));
                let used = matches!(few.pairs[0].translation, Translation::Used(_));
                assert_eq!(used, left != Dimension::Dim1, "{left} to {right}");
                assert!(matches!(all.pairs[0].translation, Translation::Every(_)));
                for row in 3..9 {
                    assert_eq!(few.matches(row), all.matches(row), "{left} and {right} in {row}");
                }
            }
        }
        let with_label = |other| {
            let dimensions = [Dimension::Label, other];
            SameValue::bind(&dimensions, &segment, std::slice::from_ref(&(3..9))).unwrap()
        };
        let (doubled, tagged) = (with_label(Dimension::Dim1), with_label(Dimension::Properties));
        // Twice the row's number modulo 7 is the number of no row from 3 to 8.
        assert!((3..9).all(|row| !doubled.matches(row)));
        assert!((3..9).all(|row| tagged.matches(row)));
    }

    #[test]
    fn null_is_null_in_few_rows_too() {
        let mut builder = SegmentBuilder::new();
        for row in 0..40 {
            let mut event = Event::new(Timestamp(row), "org", "vendor");
            event.set_properties((row > 0).then(|| row.to_string()).as_deref());
            builder.push(&event.as_row()).unwrap();
        }
        let segment = builder.build().unwrap();
        let dimensions = [Dimension::Properties, Dimension::Dim5];
        for span in [0..2, 0..40] {
            let same = SameValue::bind(&dimensions, &segment, std::slice::from_ref(&span)).unwrap();
            assert!(same.matches(0) && !same.matches(1), "{span:?}");
        }
    }
}
