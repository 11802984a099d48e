//! Loops over long slices, compiled a second time for the wide instructions that most processors have.
//!
//! The crate is built for any x86-64; what the processor can do is asked once, at run time. Both forms are the same
//! code and give the same result: the second one is only allowed wider registers.

#![allow(unsafe_code, reason = "calling a function that was compiled for more instructions needs it")]

use super::cell::{Extreme, NO_MAX, NO_MIN, to_extreme};
use super::sum::Fixed;

/// Defines a function twice: `$name` asks which form the processor can run.
macro_rules! wide {
    ($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) $(-> $result:ty)? $body:block) => {
        $(#[$doc])*
        pub(crate) fn $name($($arg: $kind),*) $(-> $result)? {
            #[inline(always)]
            fn plain($($arg: $kind),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2($($arg: $kind),*) $(-> $result)? {
                    plain($($arg),*)
                }

                if is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("lzcnt")
                    && is_x86_feature_detected!("popcnt")
                {
                    // SAFETY: the processor has every feature that the function was compiled for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}

/// Running results that go side by side, so that one addition does not wait for the other.
const LANES: usize = 16;

wide! {
    /// The sum in plain arithmetic, in an order of its own.
    sum(numbers: &[f64]) -> f64 {
        let mut lanes = [0.0_f64; LANES];
        let mut chunks = numbers.chunks_exact(LANES);
        for chunk in &mut chunks {
            for (lane, number) in lanes.iter_mut().zip(chunk) {
                *lane += *number;
            }
        }
        chunks.remainder().iter().sum::<f64>() + lanes.iter().sum::<f64>()
    }
}

wide! {
    /// The sum of multiples.
    sum_i64(multiples: &[i64]) -> Fixed {
        let mut lanes = [Fixed::default(); LANES];
        let mut chunks = multiples.chunks_exact(LANES);
        for chunk in &mut chunks {
            for (lane, multiple) in lanes.iter_mut().zip(chunk) {
                *lane += Fixed::of(*multiple);
            }
        }
        let rest = chunks.remainder().iter().map(|multiple| Fixed::of(*multiple));
        lanes.into_iter().chain(rest).fold(Fixed::default(), |sum, other| sum + other)
    }
}

/// Defines the sum of multiples that are narrow enough for an `i64` to hold all of them.
macro_rules! narrow_sum {
    ($name:ident, $multiple:ty) => {
        wide! {
            /// The sum of multiples.
            $name(multiples: &[$multiple]) -> i64 {
                let mut lanes = [0_i64; LANES];
                let mut chunks = multiples.chunks_exact(LANES);
                for chunk in &mut chunks {
                    for (lane, multiple) in lanes.iter_mut().zip(chunk) {
                        *lane = lane.wrapping_add(i64::from(*multiple));
                    }
                }
                let rest = chunks.remainder().iter().map(|multiple| i64::from(*multiple));
                lanes.into_iter().chain(rest).fold(0, i64::wrapping_add)
            }
        }
    };
}

narrow_sum!(sum_i16, i16);
narrow_sum!(sum_i32, i32);

wide! {
    /// How many bits are set in both.
    count_common(words: &[u64], others: &[u64]) -> u32 {
        words.iter().zip(others).map(|(word, other)| (word & other).count_ones()).sum()
    }
}

wide! {
    /// The smallest and the largest number.
    extremes(numbers: &[f64]) -> (Extreme, Extreme) {
        let mut least = [NO_MIN; LANES];
        let mut most = [NO_MAX; LANES];
        let mut chunks = numbers.chunks_exact(LANES);
        for chunk in &mut chunks {
            for at in 0..LANES {
                let extreme = to_extreme(chunk[at]);
                least[at] = least[at].min(extreme);
                most[at] = most[at].max(extreme);
            }
        }
        let rest = chunks.remainder().iter().map(|number| to_extreme(*number));
        let (min, max) = rest.fold((NO_MIN, NO_MAX), |(min, max), at| (min.min(at), max.max(at)));
        (least.into_iter().fold(min, i64::min), most.into_iter().fold(max, i64::max))
    }
}

wide! {
    /// The smallest and the largest of those numbers that are there: of which 1 and not 0 stands beside them.
    extremes_of_present(numbers: &[f64], present: &[u8]) -> (Extreme, Extreme) {
        let mut least = [NO_MIN; LANES];
        let mut most = [NO_MAX; LANES];
        let (chunks, rest) = numbers.as_chunks::<LANES>();
        let (marks, rest_marks) = present.as_chunks::<LANES>();
        for (chunk, marks) in chunks.iter().zip(marks) {
            for at in 0..LANES {
                let extreme = to_extreme(chunk[at]);
                least[at] = least[at].min(if marks[at] == 0 { NO_MIN } else { extreme });
                most[at] = most[at].max(if marks[at] == 0 { NO_MAX } else { extreme });
            }
        }
        let rest = rest.iter().zip(rest_marks).filter(|(_, mark)| **mark != 0);
        let rest = rest.map(|(number, _)| to_extreme(*number));
        let (min, max) = rest.fold((NO_MIN, NO_MAX), |(min, max), at| (min.min(at), max.max(at)));
        (least.into_iter().fold(min, i64::min), most.into_iter().fold(max, i64::max))
    }
}

/// Defines the loop of [`add_keys_u8`] for another width of codes.
macro_rules! add_keys {
    ($name:ident, $code:ty) => {
        wide! {
            /// Adds to each key its code times the stride.
            $name(keys: &mut [u32], codes: &[$code], stride: u32) {
                for (key, code) in keys.iter_mut().zip(codes) {
                    *key = key.wrapping_add(u32::from(*code).wrapping_mul(stride));
                }
            }
        }
    };
}

add_keys!(add_keys_u8, u8);
add_keys!(add_keys_u16, u16);
add_keys!(add_keys_u32, u32);

/// Added to a whole number below 2^52, it leaves that number in the lowest bits.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// `number` as it stands in the lowest bits of a float that [`TWO_52`] was added to.
#[inline]
fn to_float(number: u64) -> f64 {
    f64::from_bits(number | TWO_52.to_bits()) - TWO_52
}

/// The lowest 32 bits of a whole number below 2^52.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lowest 32 bits are wanted")]
fn to_u32(whole: f64) -> u32 {
    (whole + TWO_52).to_bits() as u32
}

/// The whole part of a quotient of which the inverse of the divisor is known.
///
/// Half is added, so that the exact quotient is at least half a step, `0.5 / divisor`, away from every whole number. The
/// two roundings change it by less than `3 * 2^-53` of itself, which is less for a dividend below 2^50.
#[inline]
fn quotient(dividend: f64, inverse: f64) -> f64 {
    ((dividend + 0.5) * inverse).floor()
}

wide! {
    /// The number of the bucket of each instant, times the stride: how many whole widths it is after `start`. No instant
    /// is before `start`, or 2^50 ms after it; no number is 2^32 or more.
    bucket_numbers(instants: &[i64], start: i64, width: u32, stride: u32, numbers: &mut [u32]) {
        let inverse = f64::from(width).recip();
        for (number, instant) in numbers.iter_mut().zip(instants) {
            let offset = to_float(instant.wrapping_sub(start).cast_unsigned());
            *number = to_u32(quotient(offset, inverse)).wrapping_mul(stride);
        }
    }
}

wide! {
    /// Leaves of each key what is left of whole strides, and writes how many those were.
    split_keys(keys: &mut [u32], stride: u32, quotients: &mut [u32]) {
        let inverse = f64::from(stride).recip();
        for (key, number) in keys.iter_mut().zip(quotients) {
            *number = to_u32(quotient(to_float(u64::from(*key)), inverse));
            *key = key.wrapping_sub(number.wrapping_mul(stride));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn long_slices_give_what_a_plain_loop_gives(
            numbers in prop::collection::vec(-1_000_000_i32..1_000_000, 0..200),
        ) {
            let numbers: Vec<f64> = numbers.into_iter().map(f64::from).collect();
            prop_assert_eq!(sum(&numbers).to_bits(), numbers.iter().fold(0.0, |sum, number| sum + number).to_bits());
            let least = numbers.iter().map(|number| to_extreme(*number)).min().unwrap_or(NO_MIN);
            let most = numbers.iter().map(|number| to_extreme(*number)).max().unwrap_or(NO_MAX);
            prop_assert_eq!(extremes(&numbers), (least, most));
            prop_assert_eq!(extremes_of_present(&numbers, &vec![1; numbers.len()]), (least, most));
            let even: Vec<f64> = numbers.iter().step_by(2).copied().collect();
            let marks: Vec<u8> = (0..numbers.len()).map(|at| u8::from(at % 2 == 0)).collect();
            prop_assert_eq!(extremes_of_present(&numbers, &marks), extremes(&even));
            prop_assert_eq!(extremes_of_present(&numbers, &vec![0; numbers.len()]), (NO_MIN, NO_MAX));
        }

        #[test]
        fn bucket_numbers_are_quotients_of_integers(
            width in prop_oneof![1..1000_u32, 1..=u32::MAX],
            start in -1_i64 << 42..1 << 42,
            // Around multiples of the width, where a rounded quotient could be wrong.
            near in prop::collection::vec((any::<u32>(), -2..=2_i64), 1..50),
        ) {
            let most = (1_i64 << 50) - 1;
            let offsets: Vec<i64> = near
                .into_iter()
                .map(|(times, by)| i64::from(times).saturating_mul(i64::from(width)).min(most).saturating_add(by).clamp(0, most))
                .filter(|offset| offset / i64::from(width) <= i64::from(u32::MAX))
                .collect();
            let instants: Vec<i64> = offsets.iter().map(|offset| start + offset).collect();
            let mut numbers = vec![0; offsets.len()];
            bucket_numbers(&instants, start, width, 3, &mut numbers);
            let expected: Vec<u32> = offsets
                .iter()
                .map(|offset| u32::try_from(offset / i64::from(width)).unwrap().wrapping_mul(3))
                .collect();
            prop_assert_eq!(numbers, expected);
        }

        #[test]
        fn keys_are_split_as_integers_are_divided(
            stride in prop_oneof![1..1000_u32, 1..=u32::MAX],
            near in prop::collection::vec((any::<u32>(), -2..=2_i64), 1..50),
        ) {
            let keys: Vec<u32> = near
                .into_iter()
                .map(|(number, by)| {
                    let times = i64::from(number) % (i64::from(u32::MAX / stride) + 1);
                    u32::try_from((times * i64::from(stride) + by).clamp(0, i64::from(u32::MAX))).unwrap()
                })
                .collect();
            let (mut rest, mut quotients) = (keys.clone(), vec![0; keys.len()]);
            split_keys(&mut rest, stride, &mut quotients);
            prop_assert_eq!(&quotients, &keys.iter().map(|key| key / stride).collect::<Vec<_>>());
            prop_assert_eq!(&rest, &keys.iter().map(|key| key % stride).collect::<Vec<_>>());
        }

        #[test]
        fn sums_of_multiples_are_those_of_a_plain_loop(
            multiples in prop::collection::vec((any::<i16>(), any::<i32>(), any::<i64>()), 0..100),
        ) {
            let (a, b): (Vec<i16>, Vec<i32>) = multiples.iter().map(|row| (row.0, row.1)).unzip();
            let c: Vec<i64> = multiples.iter().map(|row| row.2).collect();
            prop_assert_eq!(sum_i16(&a), a.iter().map(|multiple| i64::from(*multiple)).sum::<i64>());
            prop_assert_eq!(sum_i32(&b), b.iter().map(|multiple| i64::from(*multiple)).sum::<i64>());
            let sum = c.iter().fold(Fixed::default(), |sum, multiple| sum + Fixed::of(*multiple));
            prop_assert_eq!(sum_i64(&c), sum);
        }

        #[test]
        fn keys_are_packed_code_by_code(
            codes in prop::collection::vec((any::<u8>(), any::<u16>(), 0_u32..1000), 0..100),
        ) {
            let mut keys = vec![0; codes.len()];
            let (a, b, c): (Vec<u8>, Vec<u16>, Vec<u32>) =
                (codes.iter().map(|at| at.0).collect(), codes.iter().map(|at| at.1).collect(), codes.iter().map(|at| at.2).collect());
            add_keys_u8(&mut keys, &a, 60_000);
            add_keys_u16(&mut keys, &b, 7);
            add_keys_u32(&mut keys, &c, 1);
            let expected: Vec<u32> =
                codes.iter().map(|(a, b, c)| u32::from(*a) * 60_000 + u32::from(*b) * 7 + c).collect();
            prop_assert_eq!(keys, expected);
        }
    }
}
