//! Scans at the speed of memory: codes, values and lists become bits, 64 rows to a word.
//!
//! Every scan exists in plain Rust (`portable`), which says what it does. Where the processor has wider instructions
//! than the crate is built for, `x86` does the same with them; the choice is made once a scan, by what is detected when
//! it runs and by what [`Instructions`] allows. This is the only module with unsafe code, all of it in `x86`.

mod code_test;
mod portable;
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "wide instructions are called once they were detected, and load through pointers"
)]
mod x86;

#[cfg(test)]
mod tests;

pub(crate) use code_test::CodeTest;

use crate::exec::Instructions;

/// Rows of one word of bits.
pub(crate) const WORD_ROWS: usize = 64;

/// A code of 1, 2 or 4 bytes.
pub(crate) trait Code: Copy + Into<u32> {
    /// Writes one word of bits for each 64 codes by wide instructions, or says that there are none for this test.
    fn scan_wide(
        codes: &[[Self; WORD_ROWS]],
        test: &CodeTest<'_>,
        words: &mut [u64],
        allowed: Instructions,
    ) -> bool;
}

macro_rules! code {
    ($code:ty, $scan:ident) => {
        impl Code for $code {
            #[cfg(target_arch = "x86_64")]
            fn scan_wide(
                codes: &[[Self; WORD_ROWS]],
                test: &CodeTest<'_>,
                words: &mut [u64],
                allowed: Instructions,
            ) -> bool {
                x86::$scan(codes, test, words, allowed)
            }

            #[cfg(not(target_arch = "x86_64"))]
            fn scan_wide(_: &[[Self; WORD_ROWS]], _: &CodeTest<'_>, _: &mut [u64], _: Instructions) -> bool {
                false
            }
        }
    };
}

code!(u8, scan_u8);
code!(u16, scan_u16);
code!(u32, scan_u32);

/// Writes a bit for each code, the first in the lowest bit of the first word: whether it passes the test. Bits past the
/// last code are 0. `words` are as many as the codes fill.
pub(crate) fn scan<T: Code>(codes: &[T], test: &CodeTest<'_>, words: &mut [u64], allowed: Instructions) {
    let (whole, rest) = codes.as_chunks();
    let (words, last) = words.split_at_mut(whole.len().min(words.len()));
    if !T::scan_wide(whole, test, words, allowed) {
        portable::scan(whole, test, words);
    }
    if let Some(last) = last.first_mut() {
        *last = portable::scan_rest(rest, test);
    }
}

/// As [`scan`], whether each number lies from `least` to `most`, both included.
pub(crate) fn scan_numbers(
    numbers: &[f64],
    (least, most): (f64, f64),
    words: &mut [u64],
    allowed: Instructions,
) {
    let (whole, rest) = numbers.as_chunks();
    let (words, last) = words.split_at_mut(whole.len().min(words.len()));
    #[cfg(target_arch = "x86_64")]
    let done = x86::scan_numbers(whole, (least, most), words, allowed);
    #[cfg(not(target_arch = "x86_64"))]
    let done = allowed != allowed;
    if !done {
        portable::scan_numbers(whole, (least, most), words);
    }
    if let Some(last) = last.first_mut() {
        *last = portable::numbers_rest(rest, (least, most));
    }
}

/// For each list, whether one of its entries is set: list `n` has the entries `ends[n]..ends[n + 1]`, and `entries`
/// holds a bit for each from `ends[0]` on, with a word of zeros behind them. An empty list is as `of_empty`.
pub(crate) fn any_of_lists(
    ends: &[i32],
    entries: &[u64],
    of_empty: bool,
    words: &mut [u64],
    allowed: Instructions,
) {
    #[cfg(target_arch = "x86_64")]
    if x86::any_of_lists(ends, entries, of_empty, words, allowed) {
        return;
    }
    portable::any_of_lists(ends, entries, of_empty, words);
}

/// Defines the sum of those numbers whose bit is set: the first number's is the lowest bit of the first word. `None` where
/// the processor has no instructions for it, and listing the rows is as fast.
macro_rules! masked_sum {
    ($name:ident, $number:ty, $sum:ty, $of:expr) => {
        /// The sum of those numbers whose bit is set, by instructions that may not be there. `$sum` of one is `$of` of it.
        pub(crate) fn $name(numbers: &[$number], words: &[u64], allowed: Instructions) -> Option<$sum> {
            let (whole, rest) = numbers.as_chunks();
            #[cfg(target_arch = "x86_64")]
            let sum = x86::$name(whole, words, allowed);
            #[cfg(not(target_arch = "x86_64"))]
            let sum = None.filter(|_: &$sum| allowed == Instructions::Widest);
            let last = words.get(whole.len()).copied().unwrap_or_default();
            Some(portable::add_masked(rest, last, sum?, $of))
        }
    };
}

masked_sum!(masked_sum_i16, i16, i64, |sum, number| sum + i64::from(number));
masked_sum!(masked_sum_i32, i32, i64, |sum, number| sum + i64::from(number));
masked_sum!(masked_sum_i64, i64, (i64, i64), |sum: (i64, i64), number: i64| (
    sum.0 + (number >> 32),
    sum.1 + (number & i64::from(u32::MAX))
));

/// How many bits are set.
pub(crate) fn count(words: &[u64]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(count) = x86::count(words) {
        return count;
    }
    portable::count(words)
}

/// Writes the rows that the bits of some words stand for, rising, and says how many they are. The lowest bit of the
/// first word is row `first`; `rows` has room for 64 rows a word.
pub(crate) fn positions(words: &[u64], first: u32, rows: &mut [u32], allowed: Instructions) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(count) = x86::positions(words, first, rows, allowed) {
        return count;
    }
    portable::positions(words, first, rows)
}
