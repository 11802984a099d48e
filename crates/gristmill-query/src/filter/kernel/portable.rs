//! The scans in plain Rust: what they do, and what runs where nothing wider is detected.

use super::code_test::bit;
use super::{CodeTest, WORD_ROWS};

/// Writes a word for each 64 codes.
pub(super) fn scan<T: Copy + Into<u32>>(codes: &[[T; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) {
    match *test {
        CodeTest::Range { first, last } => {
            each(codes, words, |code| code.into().wrapping_sub(first) <= last - first);
        }
        CodeTest::Few(few) => {
            for (codes, word) in codes.iter().zip(words) {
                let mut flags = [0; WORD_ROWS];
                for wanted in few {
                    for (flag, code) in flags.iter_mut().zip(codes) {
                        *flag |= u8::from((*code).into() == *wanted);
                    }
                }
                *word = packed(flags);
            }
        }
        CodeTest::Bits(bits) if size_of::<T>() == 1 => {
            let table: [bool; 256] = std::array::from_fn(|code| bit(bits, crate::narrow::id(code)));
            each(codes, words, |code| table.get(code.into() as usize).copied().unwrap_or(false));
        }
        CodeTest::Bits(bits) => each(codes, words, |code| bit(bits, code.into())),
    }
}

/// The word of fewer than 64 codes.
pub(super) fn scan_rest<T: Copy + Into<u32>>(codes: &[T], test: &CodeTest<'_>) -> u64 {
    word(codes.iter().map(|code| test.passes((*code).into())))
}

pub(super) fn scan_numbers(numbers: &[[f64; WORD_ROWS]], (least, most): (f64, f64), words: &mut [u64]) {
    each(numbers, words, |number| least <= number && number <= most);
}

pub(super) fn numbers_rest(numbers: &[f64], (least, most): (f64, f64)) -> u64 {
    word(numbers.iter().map(|number| least <= *number && *number <= most))
}

/// See [`super::any_of_lists`].
pub(super) fn any_of_lists(ends: &[i32], entries: &[u64], of_empty: bool, words: &mut [u64]) {
    let Some(&base) = ends.first() else { return };
    let lists = ends.len() - 1;
    for (word, first) in words.iter_mut().zip((0..lists).step_by(WORD_ROWS)) {
        *word = any_of_64_lists(&ends[first..=lists.min(first + WORD_ROWS)], base, entries, of_empty);
    }
}

/// The bits of up to 64 lists, whose entries lie in `entries` from `base` on.
pub(super) fn any_of_64_lists(ends: &[i32], base: i32, entries: &[u64], of_empty: bool) -> u64 {
    let of_empty = u64::from(of_empty);
    let bits = ends.windows(2).map(|ends| {
        let (start, end) = (ends[0].abs_diff(base), ends[1].abs_diff(base));
        let length = end - start;
        if length < u64::BITS {
            // Without a branch: whether a list is empty or has an entry that is set cannot be foretold.
            let own = window(entries, start) & ((1 << length) - 1);
            u64::from(own != 0) | of_empty & u64::from(length == 0)
        } else {
            u64::from((start..end).any(|at| bit(entries, at)))
        }
    });
    bits.zip(0..).fold(0, |word, (bit, at)| word | bit << at)
}

/// See [`super::count`].
#[inline]
pub(super) fn count(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

/// See [`super::positions`].
pub(super) fn positions(words: &[u64], first: u32, rows: &mut [u32]) -> usize {
    let mut count = 0;
    for (word, first) in words.iter().zip((first..).step_by(WORD_ROWS)) {
        let mut rest = *word;
        while rest != 0 {
            rows[count] = first + rest.trailing_zeros();
            count += 1;
            rest &= rest - 1;
        }
    }
    count
}

/// The 64 bits from a position on; what lies behind the last word is 0.
#[inline]
pub(super) fn window(bits: &[u64], from: u32) -> u64 {
    let (at, shift) = (from as usize / 64, from % 64);
    let word = |at: usize| bits.get(at).copied().unwrap_or(0);
    word(at) >> shift | word(at + 1) << 1 << (63 - shift)
}

/// A word with a bit for each of up to 64 tests.
fn word(tests: impl Iterator<Item = bool>) -> u64 {
    tests.zip(0..).fold(0, |word, (passes, bit)| word | u64::from(passes) << bit)
}

/// Writes a word for each 64 items.
#[inline]
fn each<T: Copy>(items: &[[T; WORD_ROWS]], words: &mut [u64], test: impl Fn(T) -> bool) {
    for (items, word) in items.iter().zip(words) {
        *word = packed(items.map(|item| u8::from(test(item))));
    }
}

/// Bytes of 0 and 1 as bits. The compiler makes vectors of what fills the bytes, and one multiplication brings eight of
/// them together.
#[inline]
fn packed(flags: [u8; WORD_ROWS]) -> u64 {
    let (eights, _) = flags.as_chunks::<8>();
    let bits = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().rev().fold(0, |word, eight| word << 8 | bits(eight))
}

/// Adds those numbers whose bit is set to a sum.
pub(super) fn add_masked<T: Copy, S>(numbers: &[T], word: u64, sum: S, add: impl Fn(S, T) -> S) -> S {
    let set = numbers.iter().enumerate().filter(|(at, _)| word >> at & 1 == 1);
    set.fold(sum, |sum, (_, number)| add(sum, *number))
}
