//! Every kernel against a plain loop, whatever instructions it may use.

use super::{
    Code, CodeTest, any_of_lists, count, masked_sum_i16, masked_sum_i32, masked_sum_i64, positions, scan,
    scan_numbers,
};
use crate::exec::Instructions;
use proptest::collection::vec;
use proptest::prelude::*;

const LEVELS: [Instructions; 3] = [Instructions::Widest, Instructions::Avx2, Instructions::Portable];

/// A test in a form that owns its codes.
#[derive(Clone, Debug)]
enum Set {
    Range(u32, u32),
    Few(Vec<u32>),
    Bits(Vec<u64>),
}

impl Set {
    fn test(&self) -> CodeTest<'_> {
        match self {
            Self::Range(first, last) => CodeTest::Range { first: *first, last: *last },
            Self::Few(codes) => CodeTest::Few(codes),
            Self::Bits(bits) => CodeTest::Bits(bits),
        }
    }

    fn has(&self, code: u32) -> bool {
        match self {
            Self::Range(first, last) => *first <= code && code <= *last,
            Self::Few(codes) => codes.contains(&code),
            Self::Bits(bits) => bits[code as usize / 64] & (1 << (code % 64)) != 0,
        }
    }
}

/// A set of codes below `length`, which is at least 1.
fn set(length: u32) -> impl Strategy<Value = Set> {
    let code = move || 0..length;
    let bits = (any::<u64>(), any::<u64>(), 0..=length, 0..=length).prop_map(move |(a, b, from, to)| {
        // Dense, sparse and empty stretches, so that some tables are empty and some sets reach far.
        let word = |at: u32| if (from..to).contains(&(64 * at)) { a.rotate_left(at % 64) } else { a & b & 1 };
        Set::Bits((0..length.div_ceil(64)).map(word).collect())
    });
    prop_oneof![
        (code(), code()).prop_map(|(a, b)| Set::Range(a.min(b), a.max(b))),
        vec(code(), 1..=8).prop_map(Set::Few),
        bits,
    ]
}

/// Codes of a dictionary of some length, and a set of them.
fn codes(lengths: impl Strategy<Value = u32>) -> impl Strategy<Value = (Vec<u32>, Set)> {
    lengths.prop_flat_map(|length| (vec(0..length, 0..400), set(length)))
}

/// Scans from `skipped` on, so that codes start at any alignment, and compares every bit.
fn check<T: Code + TryFrom<u32>>(codes: &[u32], set: &Set, skipped: usize) -> Result<(), TestCaseError> {
    let narrow: Vec<T> = codes.iter().filter_map(|code| T::try_from(*code).ok()).collect();
    prop_assert_eq!(narrow.len(), codes.len());
    let skipped = skipped.min(codes.len());
    let (codes, narrow) = (&codes[skipped..], &narrow[skipped..]);
    for level in LEVELS {
        let mut words = vec![u64::MAX; codes.len().div_ceil(64)];
        scan(narrow, &set.test(), &mut words, level);
        let found: Vec<bool> = (0..64 * words.len()).map(|at| words[at / 64] >> (at % 64) & 1 == 1).collect();
        let expected = codes.iter().map(|code| set.has(*code)).chain(std::iter::repeat(false));
        prop_assert_eq!(&found, &expected.take(found.len()).collect::<Vec<_>>(), "{:?}", level);
    }
    Ok(())
}

proptest! {
    #[test]
    fn codes_of_one_byte((codes, set) in codes(1..=256_u32), skipped in 0..70_usize) {
        check::<u8>(&codes, &set, skipped)?;
    }

    #[test]
    fn codes_of_two_bytes(
        (codes, set) in codes(prop_oneof![257..3000_u32, 3000..=65536_u32]), skipped in 0..70_usize,
    ) {
        check::<u16>(&codes, &set, skipped)?;
    }

    #[test]
    fn codes_of_four_bytes(
        (codes, set) in codes(prop_oneof![Just(65537_u32), 65537..1_000_000_u32]), skipped in 0..70_usize,
    ) {
        check::<u32>(&codes, &set, skipped)?;
    }

    #[test]
    fn any_four_bytes(codes in vec(any::<u32>(), 0..400), (a, b) in any::<(u32, u32)>()) {
        check::<u32>(&codes, &Set::Range(a.min(b), a.max(b)), 0)?;
        let few = codes.iter().copied().take(3).chain([a]).collect();
        check::<u32>(&codes, &Set::Few(few), 1)?;
    }

    #[test]
    fn numbers(
        numbers in vec(prop_oneof![Just(0.0), Just(-0.0), -3.0..3.0_f64, any::<f64>()], 0..300),
        least in prop_oneof![Just(f64::NEG_INFINITY), Just(0.0), Just(-0.0), -3.0..3.0_f64],
        most in prop_oneof![Just(f64::INFINITY), Just(0.0), Just(-0.0), -3.0..3.0_f64],
    ) {
        for level in LEVELS {
            let mut words = vec![u64::MAX; numbers.len().div_ceil(64)];
            scan_numbers(&numbers, (least, most), &mut words, level);
            for at in 0..64 * words.len() {
                let expected = numbers.get(at).is_some_and(|number| *number >= least && *number <= most);
                prop_assert_eq!(words[at / 64] >> (at % 64) & 1 == 1, expected, "{} with {:?}", at, level);
            }
        }
    }

    #[test]
    fn lists(
        lengths in vec(prop_oneof![4 => 0..4_i32, 1 => 0..100_i32], 0..300),
        base in 0..1000_i32,
        pattern in any::<u64>(),
        of_empty in any::<bool>(),
    ) {
        let mut ends = vec![base];
        for length in &lengths {
            ends.push(ends[ends.len() - 1] + length);
        }
        let entries = usize::try_from(ends[ends.len() - 1] - base).unwrap();
        let is_set = |entry: usize| pattern.rotate_left(crate::narrow::id(entry / 64)) >> (entry % 64) & 1 == 1;
        let mut bits = vec![0_u64; entries.div_ceil(64) + 1];
        (0..entries).filter(|entry| is_set(*entry)).for_each(|entry| bits[entry / 64] |= 1 << (entry % 64));
        for level in LEVELS {
            let mut words = vec![u64::MAX; lengths.len().div_ceil(64)];
            any_of_lists(&ends, &bits, of_empty, &mut words, level);
            for at in 0..64 * words.len() {
                let expected = ends.get(at + 1).is_some_and(|end| {
                    let own = usize::try_from(ends[at] - base).unwrap()..usize::try_from(end - base).unwrap();
                    if own.is_empty() { of_empty } else { own.into_iter().any(is_set) }
                });
                prop_assert_eq!(words[at / 64] >> (at % 64) & 1 == 1, expected, "{} with {:?}", at, level);
            }
        }
    }

    #[test]
    fn numbers_whose_bit_is_set(
        numbers in vec((any::<i16>(), any::<i32>(), any::<i64>()), 0..300),
        pattern in any::<u64>(),
    ) {
        let words: Vec<u64> = (0..crate::narrow::id(numbers.len().div_ceil(64))).map(|at| pattern.rotate_left(at)).collect();
        let is_set = |at: usize| words[at / 64] >> (at % 64) & 1 == 1;
        let kept = || numbers.iter().enumerate().filter(|(at, _)| is_set(*at)).map(|(_, number)| *number);
        let (narrow, middle): (Vec<i16>, Vec<i32>) = numbers.iter().map(|number| (number.0, number.1)).unzip();
        let wide: Vec<i64> = numbers.iter().map(|number| number.2).collect();
        for level in LEVELS {
            if let Some(sum) = masked_sum_i16(&narrow, &words, level) {
                prop_assert_eq!(sum, kept().map(|number| i64::from(number.0)).sum::<i64>());
            }
            if let Some(sum) = masked_sum_i32(&middle, &words, level) {
                prop_assert_eq!(sum, kept().map(|number| i64::from(number.1)).sum::<i64>());
            }
            if let Some((upper, lower)) = masked_sum_i64(&wide, &words, level) {
                let sum: i128 = kept().map(|number| i128::from(number.2)).sum();
                prop_assert_eq!((i128::from(upper) << 32) + i128::from(lower), sum);
            }
        }
    }

    #[test]
    fn bits_that_are_set(
        words in vec(prop_oneof![Just(0), Just(u64::MAX), any::<u64>()], 0..40),
        first in prop_oneof![Just(0), Just(u32::MAX - 64 * 40), any::<u32>().prop_map(|row| row / 2)],
    ) {
        let is_set = |at: &u32| words[*at as usize / 64] >> (at % 64) & 1 == 1;
        let expected: Vec<u32> = (0..64 * crate::narrow::id(words.len())).filter(is_set).map(|at| first + at).collect();
        prop_assert_eq!(count(&words), expected.len());
        for level in LEVELS {
            let mut rows = vec![7; 64 * words.len()];
            let count = positions(&words, first, &mut rows, level);
            prop_assert_eq!(&rows[..count], &expected, "{:?}", level);
        }
    }
}
