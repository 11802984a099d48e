//! The distinct values of a dimension within one segment, sorted, so that a range of values is a range of codes.

use super::cache::HeapBytes;
use super::index::index;
use arrow_buffer::{Buffer, ScalarBuffer};
use memchr::memmem::Finder;
use std::ops::Range;

/// The distinct values of one dimension in one segment. Entry 0 is null, whether a row is null or not; entries from 1
/// on are distinct and rise (text by its UTF-8 bytes, integers by number).
#[derive(Clone, Debug, PartialEq)]
pub enum Dictionary {
    /// Values of text, multi-text and source dimensions.
    Text(TextDictionary),
    /// Values of integer dimensions.
    Integer(IntegerDictionary),
}

impl HeapBytes for Dictionary {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::Text(texts) => size_of_val(&*texts.offsets) + texts.bytes.len(),
            Self::Integer(integers) => size_of_val(&*integers.values),
        }
    }
}

impl Dictionary {
    /// How many entries, null included: codes are below it. At least 1.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(texts) => texts.len(),
            Self::Integer(integers) => integers.len(),
        }
    }

    /// Always false: null is an entry.
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl Dictionary {
    /// The dictionary of those values that some codes stand for, and the new code of each old one: null's for those
    /// that are left out.
    pub(super) fn keep(&self, codes: &[u32]) -> (Self, Vec<u32>) {
        let mut names = vec![super::NULL_CODE; self.len()];
        codes.iter().for_each(|&code| names[code as usize] = 1);
        names[super::NULL_CODE as usize] = super::NULL_CODE;
        let mut next = 0;
        for name in names.iter_mut().filter(|name| **name > 0) {
            next += 1;
            *name = next;
        }
        if next as usize + 1 == self.len() {
            return (self.clone(), names);
        }
        let kept = (0..).zip(&names).filter(|&(_, &name)| name > 0).map(|(code, _)| code);
        let dictionary = match self {
            Self::Text(texts) => Self::Text(texts.of_codes(kept)),
            Self::Integer(integers) => Self::Integer(integers.of_codes(kept)),
        };
        (dictionary, names)
    }
}

/// Sorted texts behind codes from 1 on; code 0 is null.
#[derive(Clone, Debug, PartialEq)]
pub struct TextDictionary {
    /// `len() + 1` rising offsets into `bytes`; the null entry is empty.
    pub(crate) offsets: ScalarBuffer<i32>,
    /// UTF-8, checked when built or read.
    pub(crate) bytes: Buffer,
}

/// Sorted integers behind codes from 1 on; code 0 is null.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegerDictionary {
    /// `len()` entries; the first one stands for null and is meaningless.
    pub(crate) values: ScalarBuffer<i64>,
}

impl IntegerDictionary {
    /// How many entries, null included.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Always false: null is an entry.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The values of some codes, which rise from 1 on.
    fn of_codes(&self, codes: impl Iterator<Item = u32>) -> Self {
        let null = std::iter::once(0);
        Self { values: null.chain(codes.map(|code| self.values[code as usize])).collect() }
    }

    /// The value behind a code below [`IntegerDictionary::len`].
    pub fn get(&self, code: u32) -> Option<i64> {
        (code != super::NULL_CODE).then(|| self.values[code as usize])
    }

    /// The code of a value, where it is there.
    pub fn find(&self, value: i64) -> Option<u32> {
        let at = self.values[1..].binary_search(&value).ok()? + 1;
        u32::try_from(at).ok()
    }
}

impl TextDictionary {
    /// How many entries, null included.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Always false: null is an entry.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// A dictionary of texts in UTF-8 that rise by their bytes, each of them once, of 2 GiB together at most.
    pub fn of_rising<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut offsets = vec![0_i32, 0];
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend_from_slice(text);
            offsets.push(index(bytes.len()).cast_signed());
        }
        Self { offsets: offsets.into(), bytes: Buffer::from_vec(bytes) }
    }

    /// The texts of some codes, which rise from 1 on.
    fn of_codes(&self, codes: impl Iterator<Item = u32>) -> Self {
        Self::of_rising(codes.map(|code| self.bytes(code)))
    }

    /// The UTF-8 bytes behind a code below [`TextDictionary::len`]; empty for null.
    pub fn bytes(&self, code: u32) -> &[u8] {
        let code = code as usize;
        let (start, end) = (self.offsets[code].cast_unsigned(), self.offsets[code + 1].cast_unsigned());
        &self.bytes[start as usize..end as usize]
    }

    /// The text behind a code below [`TextDictionary::len`]; `None` for null.
    pub fn get(&self, code: u32) -> Option<&str> {
        // Checked to be UTF-8 as a whole when the dictionary was built or read, so this cannot fail on an entry.
        (code != super::NULL_CODE).then(|| std::str::from_utf8(self.bytes(code)).unwrap_or_default())
    }

    /// The first code from 1 on whose text is at least `text`; [`TextDictionary::len`] where there is none.
    pub fn lower_bound(&self, text: &[u8]) -> u32 {
        let (mut low, mut high) = (1_u32, u32::try_from(self.len()).unwrap_or(u32::MAX));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.bytes(middle) < text { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Those of some codes below [`TextDictionary::len`] whose text has a part in it, which is not empty; null has none. The
    /// texts are searched as one.
    pub fn containing(&self, codes: Range<u32>, part: &Finder<'_>) -> Vec<u32> {
        let length = part.needle().len();
        let offset = |code: u32| self.offsets[code as usize].cast_unsigned() as usize;
        let mut found = Vec::new();
        if codes.is_empty() || length == 0 {
            return found;
        }
        let (mut from, end) = (offset(codes.start), offset(codes.end));
        let mut code = codes.start;
        while let Some(at) = part.find(&self.bytes[from..end]) {
            let start = from + at;
            while offset(code + 1) <= start {
                code += 1;
            }
            from = if start + length <= offset(code + 1) {
                found.push(code);
                offset(code + 1)
            } else {
                // It reaches into the next text.
                start + 1
            };
        }
        found
    }

    /// The code of a text, where it is there.
    pub fn find(&self, text: &str) -> Option<u32> {
        let code = self.lower_bound(text.as_bytes());
        ((code as usize) < self.len() && self.bytes(code) == text.as_bytes()).then_some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(entries: &[&str]) -> TextDictionary {
        let mut offsets = vec![0, 0];
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend_from_slice(entry.as_bytes());
            offsets.push(i32::try_from(bytes.len()).unwrap());
        }
        TextDictionary { offsets: offsets.into(), bytes: Buffer::from_vec(bytes) }
    }

    #[test]
    fn a_text_is_found_by_its_bytes_and_null_never() {
        let texts = texts(&["", "a", "ab", "b", "\u{e9}"]);
        assert_eq!(texts.len(), 6);
        assert_eq!(texts.get(super::super::NULL_CODE), None);
        for code in 1..6 {
            assert_eq!(texts.find(texts.get(code).unwrap()), Some(code));
        }
        for absent in ["A", "aa", "abc", "c", "\u{ea}", "\u{1f33e}"] {
            assert_eq!(texts.find(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_lower_bound_is_the_first_text_not_below() {
        let some = texts(&["", "a", "ab", "b"]);
        let bounds = [("", 1), ("a", 2), ("a\0", 3), ("ab", 3), ("ab\0", 4), ("b", 4), ("c", 5)];
        for (text, code) in bounds {
            assert_eq!(some.lower_bound(text.as_bytes()), code, "{text:?}");
        }
        assert_eq!(texts(&[]).lower_bound(b""), 1);
        assert_eq!(texts(&[]).find(""), None);
    }

    #[test]
    fn a_part_is_found_within_one_text() {
        let texts = texts(&["", "a", "aba", "b", "ba", "bab", "\u{e9}"]);
        let containing = |codes, part: &str| texts.containing(codes, &Finder::new(part));
        assert_eq!(containing(0..8, "a"), [2, 3, 5, 6]);
        assert_eq!(containing(1..8, "ab"), [3, 6]);
        assert_eq!(containing(3..6, "a"), [3, 5]);
        assert_eq!(containing(4..8, "ba"), [5, 6]);
        // Only over the seam of two texts, or of the asked and the next one.
        assert!(containing(1..8, "aa").is_empty());
        assert!(containing(1..5, "bb").is_empty());
        assert_eq!(containing(1..8, "\u{e9}"), [7]);
        assert!(containing(3..3, "a").is_empty());
    }

    #[test]
    fn an_integer_is_found_and_the_place_of_null_is_not() {
        let integers = IntegerDictionary { values: vec![0, -5, 1, 7].into() };
        assert_eq!([-5, 1, 7].map(|value| integers.find(value)), [Some(1), Some(2), Some(3)]);
        assert_eq!((integers.find(0), integers.get(0), integers.get(3)), (None, None, Some(7)));
    }
}
