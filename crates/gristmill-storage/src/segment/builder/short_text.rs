//! Short texts as numbers, and the codes of those that came last.

use crate::segment::NULL_CODE;

/// The most bytes of a short text.
const MOST_BYTES: usize = 16;

/// A text of up to 16 bytes: two are equal when their numbers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ShortText {
    /// The first eight bytes, or the first four of fewer; all of fewer than four.
    head: u64,
    /// The last ones, as many.
    tail: u64,
    len: u32,
}

impl ShortText {
    /// A text as numbers; `None` where it is longer.
    #[inline]
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let len = u32::try_from(text.len()).ok().filter(|_| text.len() <= MOST_BYTES)?;
        let (head, tail) = match (ends::<8>(text), ends::<4>(text)) {
            (Some((head, tail)), _) => (u64::from_le_bytes(head), u64::from_le_bytes(tail)),
            (None, Some((head, tail))) => {
                (u64::from(u32::from_le_bytes(head)), u64::from(u32::from_le_bytes(tail)))
            }
            (None, None) => (text.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), 0),
        };
        Some(Self { head, tail, len })
    }

    /// Where its code is kept.
    #[inline]
    fn place(self) -> usize {
        /// An odd number without a pattern: its product spreads what differs over the upper bits.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.head ^ self.tail.rotate_left(29)).wrapping_mul(SPREAD);
        let upper = mixed >> (u64::BITS - PLACES.ilog2());
        usize::try_from(upper).unwrap_or_default() % PLACES
    }
}

/// The first bytes and the last ones, which overlap in the middle of a text that has fewer than both.
#[inline]
fn ends<const N: usize>(text: &[u8]) -> Option<([u8; N], [u8; N])> {
    Some((*text.first_chunk()?, *text.last_chunk()?))
}

/// How many codes are kept: what fits the first-level cache for all dimensions together. Measured over 2 million events of
/// 26 columns: 64 places are as fast as 128, and 256 slower.
const PLACES: usize = 64;

/// The codes of short texts that came last, one at each place.
#[derive(Debug)]
pub(super) struct RecentCodes(Box<[(ShortText, u32); PLACES]>);

impl RecentCodes {
    pub(super) fn new() -> Self {
        Self(Box::new([(ShortText::default(), NULL_CODE); PLACES]))
    }

    /// The code of a text, where it is among them.
    #[inline]
    pub(super) fn find(&self, text: ShortText) -> Option<u32> {
        let (known, code) = self.0[text.place()];
        (known == text && code != NULL_CODE).then_some(code)
    }

    /// Keeps the code of a text, which is not null's, and answers it.
    #[inline]
    pub(super) fn keep(&mut self, text: ShortText, code: u32) -> u32 {
        self.0[text.place()] = (text, code);
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_equal_when_their_numbers_are() {
        let texts: Vec<Vec<u8>> = (0..=MOST_BYTES)
            .flat_map(|len| {
                let plain = vec![0; len];
                let marked = (0..len).map(move |at| {
                    let mut text = vec![0; len];
                    text[at] = 1;
                    text
                });
                std::iter::once(plain).chain(marked)
            })
            .collect();
        for (at, text) in texts.iter().enumerate() {
            for (other_at, other) in texts.iter().enumerate() {
                assert_eq!(ShortText::of(text) == ShortText::of(other), at == other_at, "{text:?} {other:?}");
            }
        }
        assert_eq!(ShortText::of(&[0; MOST_BYTES + 1]), None);
    }

    #[test]
    fn a_code_is_found_until_another_takes_its_place() {
        let mut recent = RecentCodes::new();
        let short = |text: &str| ShortText::of(text.as_bytes()).unwrap();
        // The place of the empty text holds what looks like it from the beginning.
        assert_eq!(recent.find(short("")), None);
        assert_eq!((recent.keep(short(""), 7), recent.find(short(""))), (7, Some(7)));
        for code in 1..1000_u32 {
            let text = short(&code.to_string());
            assert_eq!(recent.find(text), None);
            assert_eq!((recent.keep(text, code), recent.find(text)), (code, Some(code)));
        }
    }
}
