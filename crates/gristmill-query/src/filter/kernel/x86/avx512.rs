//! AVX-512: a comparison of 64 bytes gives its 64 bits at once.

use super::{BIT_OF, ByteTables, CodeTest, WORD_ROWS, portable};
#[allow(clippy::wildcard_imports, reason = "instructions are named alike, and there are dozens")]
use std::arch::x86_64::*;

/// Codes that one permutation of two vectors tells apart.
const TABLE_CODES: u32 = 1024;

/// Sets that reach over at most this many tables are asked by permutations, others a code at a time.
///
/// Measured over 4 million codes: 0.07 ms a table against 1.94 ms for one code at a time, so they meet at 28.
const MAX_TABLES: usize = 24;

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn scan_u8(codes: &[[u8; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) {
    if let CodeTest::Range { first, last } = *test {
        let Ok(last) = u8::try_from(last.min(0xff)) else { return };
        let Ok(first) = u8::try_from(first) else { return words.fill(0) };
        let (low, length) =
            (_mm512_set1_epi8(first.cast_signed()), _mm512_set1_epi8((last - first).cast_signed()));
        return each::<_, 1>(codes, words, |[codes]| {
            _mm512_cmple_epu8_mask(_mm512_sub_epi8(codes, low), length)
        });
    }
    let tables = ByteTables::of(test);
    let below = table(&tables.below);
    let above = table(&tables.above);
    let bit_of = table(&BIT_OF);
    let (low_half, top, four) = (_mm512_set1_epi8(0x0f), _mm512_set1_epi8(-128), _mm512_set1_epi8(0x0f));
    each::<_, 1>(codes, words, |[codes]| {
        // A shuffle gives 0 where the top bit of its index is set, so only one of the two tables answers.
        let index = _mm512_and_si512(codes, _mm512_or_si512(low_half, top));
        let row = _mm512_or_si512(
            _mm512_shuffle_epi8(below, index),
            _mm512_shuffle_epi8(above, _mm512_xor_si512(index, top)),
        );
        let high = _mm512_and_si512(_mm512_srli_epi16::<4>(codes), four);
        _mm512_test_epi8_mask(row, _mm512_shuffle_epi8(bit_of, high))
    });
}

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn scan_u16(codes: &[[u16; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) -> bool {
    let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    match *test {
        CodeTest::Range { first, last } => {
            let low = _mm512_set1_epi16(word_of(first));
            let length = _mm512_set1_epi16(word_of(last.min(0xffff) - first));
            let within = |codes| _mm512_cmple_epu16_mask(_mm512_sub_epi16(codes, low), length);
            each::<_, 2>(codes, words, |[a, b]| pair(within(a), within(b)));
        }
        CodeTest::Few(few) => {
            each::<_, 2>(codes, words, |[a, b]| {
                let (mut low, mut high) = (0, 0);
                for wanted in few {
                    let wanted = _mm512_set1_epi16(word_of(*wanted));
                    low |= _mm512_cmpeq_epi16_mask(a, wanted);
                    high |= _mm512_cmpeq_epi16_mask(b, wanted);
                }
                pair(low, high)
            });
        }
        CodeTest::Bits(bits) => {
            let Some(tables) = Tables::of(bits) else { return false };
            each::<_, 2>(codes, words, |[a, b]| pair(tables.ask(a), tables.ask(b)));
        }
    }
    true
}

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn scan_u32(codes: &[[u32; WORD_ROWS]], test: &CodeTest<'_>, words: &mut [u64]) -> bool {
    match *test {
        CodeTest::Range { first, last } => {
            let low = _mm512_set1_epi32(first.cast_signed());
            let length = _mm512_set1_epi32((last - first).cast_signed());
            each::<_, 4>(codes, words, |vectors| {
                joined(vectors.map(|codes| _mm512_cmple_epu32_mask(_mm512_sub_epi32(codes, low), length)))
            });
        }
        CodeTest::Few(few) => {
            each::<_, 4>(codes, words, |vectors| {
                let mut found = [0; 4];
                for wanted in few {
                    let wanted = _mm512_set1_epi32(wanted.cast_signed());
                    for (found, codes) in found.iter_mut().zip(vectors) {
                        *found |= _mm512_cmpeq_epi32_mask(codes, wanted);
                    }
                }
                joined(found)
            });
        }
        CodeTest::Bits(_) => return false,
    }
    true
}

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn scan_numbers(numbers: &[[f64; WORD_ROWS]], (least, most): (f64, f64), words: &mut [u64]) {
    let (least, most) = (_mm512_set1_pd(least), _mm512_set1_pd(most));
    each::<_, 8>(numbers, words, |vectors| {
        let mut word = 0;
        for (numbers, at) in vectors.into_iter().zip((0..).step_by(8)) {
            let numbers = _mm512_castsi512_pd(numbers);
            let above = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(numbers, least);
            word |= u64::from(_mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(above, numbers, most)) << at;
        }
        word
    });
}

/// See [`super::super::any_of_lists`]: eight lists at a time, where their entries lie within 64 bits.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn any_of_lists(ends: &[i32], entries: &[u64], of_empty: bool, words: &mut [u64]) {
    let Some(&base) = ends.first() else { return };
    let lists = ends.len() - 1;
    let one = _mm512_set1_epi64(1);
    for (word, first) in words.iter_mut().zip((0..lists).step_by(WORD_ROWS)) {
        let ends = &ends[first..=lists.min(first + WORD_ROWS)];
        let (eights, _) = ends[1..].as_chunks::<8>();
        let mut done = 0;
        for (after, at) in eights.iter().zip((0..).step_by(8)) {
            let start = ends[at];
            if after[7] - start > 64 {
                break;
            }
            let window = portable::window(entries, start.abs_diff(base));
            // SAFETY: `ends` goes on for eight positions from `at`, since `after` are the eight from `at + 1`.
            let starts = unsafe { _mm256_loadu_si256(ends.as_ptr().add(at).cast()) };
            // SAFETY: eight numbers of four bytes are 256 bits.
            let after = unsafe { _mm256_loadu_si256(after.as_ptr().cast()) };
            let length = _mm512_cvtepu32_epi64(_mm256_sub_epi32(after, starts));
            let from = _mm512_cvtepu32_epi64(_mm256_sub_epi32(starts, _mm256_set1_epi32(start)));
            let own = _mm512_sub_epi64(_mm512_sllv_epi64(one, length), one);
            let bits = _mm512_srlv_epi64(_mm512_set1_epi64(window.cast_signed()), from);
            let mut found = _mm512_test_epi64_mask(bits, own);
            if of_empty {
                found |= _mm512_testn_epi64_mask(length, length);
            }
            *word = if at == 0 { 0 } else { *word } | u64::from(found) << at;
            done = at + 8;
        }
        if done + 1 < ends.len() {
            let rest = portable::any_of_64_lists(&ends[done..], base, entries, of_empty);
            *word = if done == 0 { 0 } else { *word } | rest << done;
        }
    }
}

/// Where words have more bits than this on average, more than 16 are common. Storing 16 positions a word takes 0.09 ms
/// for the words of 4 million rows, storing 64 takes 0.27 ms, and finding out each time what to do 0.35 ms.
const DENSE_WORD: usize = 8;

/// See [`super::super::positions`]: the numbers of the bits of a word, as bytes, are gathered at once.
///
/// # Safety
/// `rows` has room for 64 rows a word.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
pub(super) unsafe fn positions(words: &[u64], first: u32, rows: &mut [u32]) -> usize {
    const BYTES: [u8; WORD_ROWS] = {
        let mut bytes = [0; WORD_ROWS];
        let mut at = 0;
        while at < WORD_ROWS {
            bytes[at] = at.to_le_bytes()[0];
            at += 1;
        }
        bytes
    };
    // SAFETY: 64 bytes are 512 bits, and any alignment will do.
    let bytes = unsafe { _mm512_loadu_si512(BYTES.as_ptr().cast()) };
    let mut base = _mm512_set1_epi32(first.cast_signed());
    // How many bits a word has cannot be foretold where it is about 16, so then all are stored, whatever there is.
    let dense = words.iter().map(|word| word.count_ones() as usize).sum::<usize>() > DENSE_WORD * words.len();
    let mut count = 0;
    for word in words {
        let own = _mm512_maskz_compress_epi8(*word, bytes);
        let length = word.count_ones() as usize;
        // SAFETY: before this word there were at most 64 rows for each word, so there is room for 64 more.
        let to = unsafe { rows.as_mut_ptr().add(count) };
        let store = |at: usize, quarter: __m128i| {
            let numbers = _mm512_add_epi32(base, _mm512_cvtepu8_epi32(quarter));
            // SAFETY: `at` is at most 48, and 16 numbers are stored.
            unsafe { _mm512_storeu_si512(to.add(at).cast(), numbers) };
        };
        // What is stored beyond the rows there are is written over.
        store(0, _mm512_castsi512_si128(own));
        if dense || length > 16 {
            store(16, _mm512_extracti32x4_epi32::<1>(own));
            store(32, _mm512_extracti32x4_epi32::<2>(own));
            store(48, _mm512_extracti32x4_epi32::<3>(own));
        }
        count += length;
        base = _mm512_add_epi32(base, _mm512_set1_epi32(64));
    }
    count
}

/// A set of codes of two bytes as tables that permutations ask: the high bits of a code number the table, the next six
/// a lane of it, and the low four a bit of that lane.
struct Tables {
    /// The first code of the first table.
    first: i16,
    bits: [[__m512i; 2]; MAX_TABLES],
    count: usize,
}

impl Tables {
    /// `None` where the set reaches over too many tables.
    #[target_feature(enable = "avx512f,avx512bw")]
    fn of(bits: &[u64]) -> Option<Self> {
        const WORDS: usize = TABLE_CODES as usize / WORD_ROWS;
        let first = bits.iter().position(|word| *word != 0).unwrap_or(0) / WORDS;
        let bits = &bits[first * WORDS..];
        let bits = &bits[..bits.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1)];
        let count = bits.len().div_ceil(WORDS);
        if count > MAX_TABLES {
            return None;
        }
        let mut tables = [[_mm512_setzero_si512(); 2]; MAX_TABLES];
        for (table, bits) in tables.iter_mut().zip(bits.chunks(WORDS)) {
            let mut words = [0_u64; WORDS];
            words[..bits.len()].copy_from_slice(bits);
            // SAFETY: the two halves of 16 words are 512 bits each.
            *table = unsafe {
                [_mm512_loadu_si512(words.as_ptr().cast()), _mm512_loadu_si512(words.as_ptr().add(8).cast())]
            };
        }
        Some(Self { first: word_of(crate::narrow::id(first) * TABLE_CODES), bits: tables, count })
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn ask(&self, codes: __m512i) -> u32 {
        let codes = _mm512_sub_epi16(codes, _mm512_set1_epi16(self.first));
        let number = _mm512_srli_epi16::<10>(codes);
        let lane = _mm512_srli_epi16::<4>(codes);
        let bit = _mm512_sllv_epi16(_mm512_set1_epi16(1), _mm512_and_si512(codes, _mm512_set1_epi16(15)));
        let mut found = 0;
        for ([low, high], at) in self.bits[..self.count].iter().zip(0..) {
            let own = _mm512_cmpeq_epi16_mask(number, _mm512_set1_epi16(at));
            let lanes = _mm512_permutex2var_epi16(*low, lane, *high);
            found |= _mm512_mask_test_epi16_mask(own, lanes, bit);
        }
        found
    }
}

/// Calls with each 64 items as vectors, and writes the words that come back.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn each<T, const VECTORS: usize>(
    items: &[[T; WORD_ROWS]],
    words: &mut [u64],
    test: impl Fn([__m512i; VECTORS]) -> u64,
) {
    const { assert!(size_of::<[T; WORD_ROWS]>() == VECTORS * size_of::<__m512i>()) };
    for (items, word) in items.iter().zip(words) {
        let mut vectors = [_mm512_setzero_si512(); VECTORS];
        for (vector, at) in vectors.iter_mut().zip(0..) {
            // SAFETY: 64 items are as long as all vectors together, and any alignment will do.
            *vector = unsafe { _mm512_loadu_si512(items.as_ptr().cast::<__m512i>().add(at)) };
        }
        *word = test(vectors);
    }
}

/// The same 16 bytes in every quarter of a vector.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn table(bytes: &[u8; 16]) -> __m512i {
    // SAFETY: 16 bytes are 128 bits, and any alignment will do.
    _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
}

fn joined(masks: [u16; 4]) -> u64 {
    masks.into_iter().rev().fold(0, |word, mask| word << 16 | u64::from(mask))
}

/// A code that fits two bytes.
#[expect(
    clippy::cast_possible_truncation,
    reason = "codes of two bytes are compared with codes below 2^16 only"
)]
fn word_of(code: u32) -> i16 {
    (code as u16).cast_signed()
}

/// The sum of those numbers whose bit is set, 64 to a word.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn masked_sum_i16(numbers: &[[i16; WORD_ROWS]], words: &[u64]) -> i64 {
    let ones = _mm512_set1_epi16(1);
    let mut sum = _mm512_setzero_si512();
    for (numbers, word) in numbers.iter().zip(words) {
        let masks = word.to_le_bytes();
        for (numbers, mask) in numbers.as_chunks::<32>().0.iter().zip(masks.as_chunks().0) {
            // SAFETY: a chunk has the 32 numbers that are loaded.
            let kept = unsafe { _mm512_maskz_loadu_epi16(u32::from_le_bytes(*mask), numbers.as_ptr()) };
            // Sums of two numbers of 16 bits fit 32 bits.
            sum = _mm512_add_epi64(sum, widened(_mm512_madd_epi16(kept, ones)));
        }
    }
    _mm512_reduce_add_epi64(sum)
}

/// The sum of those numbers whose bit is set, 64 to a word.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn masked_sum_i32(numbers: &[[i32; WORD_ROWS]], words: &[u64]) -> i64 {
    let mut sum = _mm512_setzero_si512();
    for (numbers, word) in numbers.iter().zip(words) {
        let masks = word.to_le_bytes();
        for (numbers, mask) in numbers.as_chunks::<16>().0.iter().zip(masks.as_chunks().0) {
            // SAFETY: a chunk has the 16 numbers that are loaded.
            let kept = unsafe { _mm512_maskz_loadu_epi32(u16::from_le_bytes(*mask), numbers.as_ptr()) };
            sum = _mm512_add_epi64(sum, widened(kept));
        }
    }
    _mm512_reduce_add_epi64(sum)
}

/// The sums of the upper and of the lower halves of those numbers whose bit is set, 64 to a word.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn masked_sum_i64(numbers: &[[i64; WORD_ROWS]], words: &[u64]) -> (i64, i64) {
    let half = _mm512_set1_epi64(i64::from(u32::MAX));
    let (mut upper, mut lower) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (numbers, word) in numbers.iter().zip(words) {
        for (numbers, mask) in numbers.as_chunks::<8>().0.iter().zip(word.to_le_bytes()) {
            // SAFETY: a chunk has the 8 numbers that are loaded.
            let kept = unsafe { _mm512_maskz_loadu_epi64(mask, numbers.as_ptr()) };
            upper = _mm512_add_epi64(upper, _mm512_srai_epi64::<32>(kept));
            lower = _mm512_add_epi64(lower, _mm512_and_si512(kept, half));
        }
    }
    (_mm512_reduce_add_epi64(upper), _mm512_reduce_add_epi64(lower))
}

/// Sums of two numbers of 32 bits each.
#[target_feature(enable = "avx512f")]
fn widened(numbers: __m512i) -> __m512i {
    _mm512_add_epi64(
        _mm512_cvtepi32_epi64(_mm512_castsi512_si256(numbers)),
        _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64::<1>(numbers)),
    )
}
