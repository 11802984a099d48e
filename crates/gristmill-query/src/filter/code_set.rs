//! A set of dictionary codes, in the shape that is cheapest to ask.

use std::ops::{ControlFlow, Range};

/// Which codes of one dictionary match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CodeSet {
    /// None of them.
    Empty,
    /// All of them, null included.
    Full,
    /// A range of them, neither empty nor all.
    Range(Range<u32>),
    /// Any other set: one bit a code, 64 to a word.
    Bits(Box<[u64]>),
}

impl CodeSet {
    /// The set of these codes, which are below `length`, in any order.
    pub(crate) fn from_codes(codes: impl Iterator<Item = u32>, length: usize) -> Self {
        let mut bits = vec![0_u64; length.div_ceil(64)].into_boxed_slice();
        let (mut low, mut high) = (u32::MAX, 0);
        for code in codes {
            bits[code as usize / 64] |= 1 << (code % 64);
            (low, high) = (low.min(code), high.max(code + 1));
        }
        if low > high {
            return Self::Empty;
        }
        let count: u32 = bits.iter().map(|word| word.count_ones()).sum();
        if count == high - low { Self::from_range(low..high, length) } else { Self::Bits(bits) }
    }

    /// The set of a range of codes of a dictionary of `length` entries.
    pub(crate) fn from_range(codes: Range<u32>, length: usize) -> Self {
        if codes.is_empty() {
            Self::Empty
        } else if codes.start == 0 && codes.end as usize == length {
            Self::Full
        } else {
            Self::Range(codes)
        }
    }

    /// Whether the code is in.
    pub(crate) fn contains(&self, code: u32) -> bool {
        match self {
            Self::Empty => false,
            Self::Full => true,
            Self::Range(codes) => codes.contains(&code),
            Self::Bits(bits) => bits[code as usize / 64] >> (code % 64) & 1 == 1,
        }
    }

    /// How many codes of a dictionary of `length` entries are in.
    pub(crate) fn count(&self, length: usize) -> usize {
        match self {
            Self::Empty => 0,
            Self::Full => length,
            Self::Range(codes) => codes.len(),
            Self::Bits(bits) => bits.iter().map(|word| word.count_ones() as usize).sum(),
        }
    }

    /// Calls with each code that is in, rising.
    pub(crate) fn for_each(&self, length: usize, mut call: impl FnMut(u32)) {
        let _ = self.try_for_each(length, |code| {
            call(code);
            ControlFlow::Continue(())
        });
    }

    /// Calls with each code that is in, rising, until the call breaks off.
    pub(crate) fn try_for_each(
        &self,
        length: usize,
        mut call: impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self {
            Self::Empty => ControlFlow::Continue(()),
            Self::Full => (0..u32::try_from(length).unwrap_or(u32::MAX)).try_for_each(call),
            Self::Range(codes) => codes.clone().try_for_each(call),
            Self::Bits(bits) => {
                for (word, base) in bits.iter().zip((0_u32..).step_by(64)) {
                    let mut rest = *word;
                    while rest != 0 {
                        call(base + rest.trailing_zeros())?;
                        rest &= rest - 1;
                    }
                }
                ControlFlow::Continue(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_simplest_shape() {
        assert_eq!(CodeSet::from_codes([].into_iter(), 70), CodeSet::Empty);
        assert_eq!(CodeSet::from_codes(0..70, 70), CodeSet::Full);
        assert_eq!(CodeSet::from_codes([66, 65, 65].into_iter(), 70), CodeSet::Range(65..67));
        let bits = CodeSet::from_codes([1, 69].into_iter(), 70);
        assert_eq!(bits.count(70), 2);
        let mut codes = Vec::new();
        bits.for_each(70, |code| codes.push(code));
        assert_eq!(codes, [1, 69]);
        assert!(bits.contains(69) && !bits.contains(68));
    }
}
