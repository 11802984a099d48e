//! AVX2: a comparison of 32 bytes, whose top bits are then gathered.

use super::{BIT_OF, ByteTables, CodeTest, WORD_ROWS};
#[allow(clippy::wildcard_imports, reason = "instructions are named alike, and there are dozens")]
use std::arch::x86_64::*;

#[target_feature(enable = "avx2")]
pub(super) fn scan_u8(codes: &[[u8; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) {
    if let CodeTest::Range { first, last } = *test {
        let Ok(last) = u8::try_from(last.min(0xff)) else { return };
        let Ok(first) = u8::try_from(first) else { return words.fill(0) };
        let (low, length) =
            (_mm256_set1_epi8(first.cast_signed()), _mm256_set1_epi8((last - first).cast_signed()));
        let within = |codes| {
            let from_low = _mm256_sub_epi8(codes, low);
            top_bits(_mm256_cmpeq_epi8(_mm256_min_epu8(from_low, length), from_low))
        };
        return each::<_, 2>(codes, words, |[a, b]| pair(within(a), within(b)));
    }
    let tables = ByteTables::of(test);
    let (below, above, bit_of) = (table(&tables.below), table(&tables.above), table(&BIT_OF));
    let (low_half, top) = (_mm256_set1_epi8(0x0f), _mm256_set1_epi8(-128));
    let ask = |codes| {
        // A shuffle gives 0 where the top bit of its index is set, so only one of the two tables answers.
        let index = _mm256_and_si256(codes, _mm256_or_si256(low_half, top));
        let row = _mm256_or_si256(
            _mm256_shuffle_epi8(below, index),
            _mm256_shuffle_epi8(above, _mm256_xor_si256(index, top)),
        );
        let bit = _mm256_shuffle_epi8(bit_of, _mm256_and_si256(_mm256_srli_epi16::<4>(codes), low_half));
        top_bits(_mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit))
    };
    each::<_, 2>(codes, words, |[a, b]| pair(ask(a), ask(b)));
}

#[target_feature(enable = "avx2")]
pub(super) fn scan_u16(codes: &[[u16; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) -> bool {
    match *test {
        CodeTest::Range { first, last } => {
            let low = _mm256_set1_epi16(word_of(first));
            let length = _mm256_set1_epi16(word_of(last.min(0xffff) - first));
            let within = |codes| {
                let from_low = _mm256_sub_epi16(codes, low);
                _mm256_cmpeq_epi16(_mm256_min_epu16(from_low, length), from_low)
            };
            each::<_, 4>(codes, words, |vectors| sixteens(vectors.map(within)));
        }
        CodeTest::Few(few) => each::<_, 4>(codes, words, |vectors| {
            let mut found = [_mm256_setzero_si256(); 4];
            for wanted in few {
                let wanted = _mm256_set1_epi16(word_of(*wanted));
                for (found, codes) in found.iter_mut().zip(vectors) {
                    *found = _mm256_or_si256(*found, _mm256_cmpeq_epi16(codes, wanted));
                }
            }
            sixteens(found)
        }),
        CodeTest::Bits(_) => return false,
    }
    true
}

#[target_feature(enable = "avx2")]
pub(super) fn scan_u32(codes: &[[u32; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) -> bool {
    match *test {
        CodeTest::Range { first, last } => {
            let low = _mm256_set1_epi32(first.cast_signed());
            let length = _mm256_set1_epi32((last - first).cast_signed());
            let within = |codes| {
                let from_low = _mm256_sub_epi32(codes, low);
                _mm256_cmpeq_epi32(_mm256_min_epu32(from_low, length), from_low)
            };
            each::<_, 8>(codes, words, |vectors| thirty_twos(vectors.map(within)));
        }
        CodeTest::Few(few) => each::<_, 8>(codes, words, |vectors| {
            let mut found = [_mm256_setzero_si256(); 8];
            for wanted in few {
                let wanted = _mm256_set1_epi32(wanted.cast_signed());
                for (found, codes) in found.iter_mut().zip(vectors) {
                    *found = _mm256_or_si256(*found, _mm256_cmpeq_epi32(codes, wanted));
                }
            }
            thirty_twos(found)
        }),
        CodeTest::Bits(_) => return false,
    }
    true
}

#[target_feature(enable = "avx2")]
pub(super) fn scan_numbers(numbers: &[[f64; WORD_ROWS]], (least, most): (f64, f64), words: &mut [u64]) {
    let (least, most) = (_mm256_set1_pd(least), _mm256_set1_pd(most));
    each::<_, 16>(numbers, words, |vectors| {
        let mut word = 0;
        for (numbers, at) in vectors.into_iter().zip((0..).step_by(4)) {
            let numbers = _mm256_castsi256_pd(numbers);
            let above = _mm256_cmp_pd::<_CMP_GE_OQ>(numbers, least);
            let both = _mm256_and_pd(above, _mm256_cmp_pd::<_CMP_LE_OQ>(numbers, most));
            word |= u64::from(_mm256_movemask_pd(both).cast_unsigned()) << at;
        }
        word
    });
}

/// Calls with each 64 items as vectors, and writes the words that come back.
#[inline]
#[target_feature(enable = "avx2")]
fn each<T, const VECTORS: usize>(
    items: &[[T; WORD_ROWS]],
    words: &mut [u64],
    test: impl Fn([__m256i; VECTORS]) -> u64,
) {
    const { assert!(size_of::<[T; WORD_ROWS]>() == VECTORS * size_of::<__m256i>()) };
    for (items, word) in items.iter().zip(words) {
        let mut vectors = [_mm256_setzero_si256(); VECTORS];
        for (vector, at) in vectors.iter_mut().zip(0..) {
            // SAFETY: 64 items are as long as all vectors together, and any alignment will do.
            *vector = unsafe { _mm256_loadu_si256(items.as_ptr().cast::<__m256i>().add(at)) };
        }
        *word = test(vectors);
    }
}

/// The same 16 bytes in both halves of a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn table(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are 128 bits, and any alignment will do.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
}

/// The top bit of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn top_bits(flags: __m256i) -> u32 {
    _mm256_movemask_epi8(flags).cast_unsigned()
}

/// The bits of 64 comparisons of two bytes each.
#[inline]
#[target_feature(enable = "avx2")]
fn sixteens([a, b, c, d]: [__m256i; 4]) -> u64 {
    // Packing works on the halves of its vectors, so the quarters are put back in order.
    let packed =
        |low, high| top_bits(_mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(low, high)));
    pair(packed(a, b), packed(c, d))
}

/// The bits of 64 comparisons of four bytes each.
#[inline]
#[target_feature(enable = "avx2")]
fn thirty_twos(flags: [__m256i; 8]) -> u64 {
    let eight = |flags| u64::from(_mm256_movemask_ps(_mm256_castsi256_ps(flags)).cast_unsigned());
    let mut word = 0;
    for (flags, at) in flags.into_iter().zip((0..).step_by(8)) {
        word |= eight(flags) << at;
    }
    word
}

fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// A code that fits two bytes.
#[expect(
    clippy::cast_possible_truncation,
    reason = "codes of two bytes are compared with codes below 2^16 only"
)]
fn word_of(code: u32) -> i16 {
    (code as u16).cast_signed()
}
