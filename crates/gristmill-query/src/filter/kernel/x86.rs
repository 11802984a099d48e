//! The scans with AVX2 and AVX-512, each called only where the processor was found to have it.

use super::code_test::CodeTest;
use super::portable;
use super::{Instructions, WORD_ROWS};
use std::arch::is_x86_feature_detected;

mod avx2;
mod avx512;

/// A byte of codes: 256 bits, as two tables of 16 bytes that are asked by the low half of a code, for a bit that the
/// high half numbers. The first has the codes below 128, the second the others.
struct ByteTables {
    below: [u8; 16],
    above: [u8; 16],
}

/// The bit of a byte that the low three bits of a number stand for.
const BIT_OF: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

impl ByteTables {
    fn of(test: &CodeTest<'_>) -> Self {
        let bits = test.of_bytes();
        let byte = |low: usize, highs: std::ops::Range<usize>| {
            let has = |high: usize| bits[high / 4] >> (16 * (high % 4) + low) & 1 == 1;
            highs.fold(0, |byte, high| byte | u8::from(has(high)) << (high % 8))
        };
        Self {
            below: std::array::from_fn(|low| byte(low, 0..8)),
            above: std::array::from_fn(|low| byte(low, 8..16)),
        }
    }
}

/// Whether the wider instructions are there and allowed.
fn has_avx512(allowed: Instructions) -> bool {
    allowed == Instructions::Widest
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
}

/// Whether the wide instructions are there and allowed.
fn has_avx2(allowed: Instructions) -> bool {
    allowed != Instructions::Portable && is_x86_feature_detected!("avx2")
}

pub(super) fn scan_u8(
    codes: &[[u8; WORD_ROWS]],
    test: &CodeTest<'_>,
    words: &mut [u64],
    allowed: Instructions,
) -> bool {
    if has_avx512(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx512::scan_u8(codes, test, words) };
    } else if has_avx2(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx2::scan_u8(codes, test, words) };
    } else {
        return false;
    }
    true
}

pub(super) fn scan_u16(
    codes: &[[u16; WORD_ROWS]],
    test: &CodeTest<'_>,
    words: &mut [u64],
    allowed: Instructions,
) -> bool {
    if has_avx512(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx512::scan_u16(codes, test, words) }
    } else if has_avx2(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx2::scan_u16(codes, test, words) }
    } else {
        false
    }
}

pub(super) fn scan_u32(
    codes: &[[u32; WORD_ROWS]],
    test: &CodeTest<'_>,
    words: &mut [u64],
    allowed: Instructions,
) -> bool {
    if has_avx512(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx512::scan_u32(codes, test, words) }
    } else if has_avx2(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx2::scan_u32(codes, test, words) }
    } else {
        false
    }
}

pub(super) fn scan_numbers(
    numbers: &[[f64; WORD_ROWS]],
    limits: (f64, f64),
    words: &mut [u64],
    allowed: Instructions,
) -> bool {
    if has_avx512(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx512::scan_numbers(numbers, limits, words) };
    } else if has_avx2(allowed) {
        // SAFETY: the instructions were detected.
        unsafe { avx2::scan_numbers(numbers, limits, words) };
    } else {
        return false;
    }
    true
}

/// See [`super::any_of_lists`].
pub(super) fn any_of_lists(
    ends: &[i32],
    entries: &[u64],
    of_empty: bool,
    words: &mut [u64],
    allowed: Instructions,
) -> bool {
    let has = has_avx512(allowed);
    if has {
        // SAFETY: the instructions were detected.
        unsafe { avx512::any_of_lists(ends, entries, of_empty, words) };
    }
    has
}

/// See [`super::count`].
pub(super) fn count(words: &[u64]) -> Option<usize> {
    // SAFETY: the instruction was detected.
    is_x86_feature_detected!("popcnt").then(|| unsafe { count_by_instruction(words) })
}

/// The processor has an instruction for it, which the oldest of its family had not.
#[target_feature(enable = "popcnt")]
fn count_by_instruction(words: &[u64]) -> usize {
    portable::count(words)
}

/// See [`super::positions`].
pub(super) fn positions(words: &[u64], first: u32, rows: &mut [u32], allowed: Instructions) -> Option<usize> {
    let has =
        has_avx512(allowed) && is_x86_feature_detected!("avx512vbmi2") && is_x86_feature_detected!("popcnt");
    if !has || rows.len() < words.len() * WORD_ROWS {
        return None;
    }
    // SAFETY: the instructions were detected, and there is room for every row.
    Some(unsafe { avx512::positions(words, first, rows) })
}

/// Defines what asks for the sum of numbers whose bit is set.
macro_rules! masked_sum {
    ($name:ident, $number:ty, $sum:ty) => {
        pub(super) fn $name(
            numbers: &[[$number; WORD_ROWS]],
            words: &[u64],
            allowed: Instructions,
        ) -> Option<$sum> {
            // SAFETY: the instructions were detected.
            has_avx512(allowed).then(|| unsafe { avx512::$name(numbers, words) })
        }
    };
}

masked_sum!(masked_sum_i16, i16, i64);
masked_sum!(masked_sum_i32, i32, i64);
masked_sum!(masked_sum_i64, i64, (i64, i64));
