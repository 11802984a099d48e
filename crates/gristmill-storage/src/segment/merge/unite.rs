//! One dictionary of several.

use crate::segment::builder::{MAX_TEXT_BYTES, full};
use crate::segment::index::index;
use crate::segment::{Dictionary, IntegerDictionary, NULL_CODE, SegmentError, TextDictionary};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A dictionary of all values of some dictionaries.
#[derive(Debug)]
pub(super) struct United {
    pub(super) dictionary: Dictionary,
    /// For each dictionary, the new code of each of its codes.
    pub(super) names: Vec<Vec<u32>>,
}

/// Unites the dictionaries of a dimension of texts.
pub(super) fn texts(parts: &[TextDictionary]) -> Result<United, SegmentError> {
    let mut names = unnamed(parts.iter().map(TextDictionary::len));
    let mut offsets = vec![0, 0];
    let mut bytes: Vec<u8> = Vec::new();
    let head = |code: u32, part: usize| {
        let texts: &TextDictionary = &parts[part];
        ((code as usize) < texts.len()).then(|| {
            let text = texts.bytes(code);
            Reverse((prefix(text), text, part, code))
        })
    };
    let mut next: BinaryHeap<_> = (0..parts.len()).filter_map(|part| head(1, part)).collect();
    let mut last: Option<&[u8]> = None;
    let mut entries = 0;
    while let Some(Reverse((_, text, part, code))) = next.pop() {
        if last != Some(text) {
            if text.len() > MAX_TEXT_BYTES - bytes.len() {
                return Err(full("bytes of distinct values in a column", MAX_TEXT_BYTES));
            }
            bytes.extend_from_slice(text);
            offsets.push(index(bytes.len()).cast_signed());
            last = Some(text);
            entries += 1;
        }
        names[part][code as usize] = entries;
        next.extend(head(code + 1, part));
    }
    let dictionary = TextDictionary { offsets: offsets.into(), bytes: bytes.into() };
    Ok(United { dictionary: Dictionary::Text(dictionary), names })
}

/// The first bytes of a text as a number that sorts as they do: most texts differ there.
fn prefix(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(first.len());
    first[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(first)
}

/// Unites the dictionaries of a dimension of integers.
pub(super) fn integers(parts: &[IntegerDictionary]) -> United {
    let mut values: Vec<i64> = parts.iter().flat_map(|part| &part.values[1..]).copied().collect();
    values.sort_unstable();
    values.dedup();
    let mut names = unnamed(parts.iter().map(IntegerDictionary::len));
    for (names, part) in names.iter_mut().zip(parts) {
        for (name, value) in names.iter_mut().zip(part.values.iter()).skip(1) {
            *name = values.binary_search(value).map_or(NULL_CODE, |at| index(at) + 1);
        }
    }
    values.insert(0, 0);
    United { dictionary: Dictionary::Integer(IntegerDictionary { values: values.into() }), names }
}

/// Every code named null, which null's keeps.
fn unnamed(lengths: impl Iterator<Item = usize>) -> Vec<Vec<u32>> {
    lengths.map(|length| vec![NULL_CODE; length]).collect()
}
