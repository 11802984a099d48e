//! A set of codes in the shape that a scan asks it in.

/// Which codes pass.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CodeTest<'s> {
    /// Those from `first` to `last`, both included.
    Range { first: u32, last: u32 },
    /// One of these, which are few and not none.
    Few(&'s [u32]),
    /// One bit a code, 64 to a word; codes beyond do not pass.
    Bits(&'s [u64]),
}

impl CodeTest<'_> {
    /// Whether a code passes.
    #[inline]
    pub(super) fn passes(&self, code: u32) -> bool {
        match self {
            Self::Range { first, last } => code.wrapping_sub(*first) <= last - first,
            Self::Few(codes) => codes.contains(&code),
            Self::Bits(bits) => bit(bits, code),
        }
    }

    /// The codes of one byte that pass, 64 to a word.
    pub(super) fn of_bytes(&self) -> [u64; 4] {
        let mut bytes = [0; 4];
        match self {
            Self::Bits(bits) => bytes.iter_mut().zip(*bits).for_each(|(word, bits)| *word = *bits),
            Self::Few(codes) => {
                codes.iter().for_each(|code| bytes[*code as usize / 64 % 4] |= 1 << (code % 64));
            }
            Self::Range { .. } => {
                for code in (0..=u8::MAX).filter(|code| self.passes(u32::from(*code))) {
                    bytes[usize::from(code) / 64] |= 1 << (code % 64);
                }
            }
        }
        bytes
    }
}

/// Whether a bit is set; none is behind the last word.
#[inline]
pub(super) fn bit(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}
