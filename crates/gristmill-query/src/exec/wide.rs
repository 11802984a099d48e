//! Loops over long slices, compiled a second time for the wide instructions that most processors have.
//!
//! The crate is built for any x86-64; what the processor can do is asked once, at run time. Both forms are the same
//! code and give the same result: the second one is only allowed wider registers.

#![allow(unsafe_code, reason = "calling a function that was compiled for more instructions needs it")]

use super::cell::{Extreme, NO_MAX, NO_MIN, to_extreme};

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

wide! {
    /// How many whole widths each offset holds, times the stride. Offsets are not negative, and below 2^31 as the
    /// width is.
    divide(offsets: &[i32], width: i32, stride: u32, quotients: &mut [u32]) {
        /// Added to a whole number below 2^32, it leaves that number in the lowest bits.
        const TWO_52: f64 = 4_503_599_627_370_496.0;
        let width = f64::from(width);
        for (quotient, offset) in quotients.iter_mut().zip(offsets) {
            // A quotient that is not whole is below the next whole number by one part in 2^31 of it or more, far more
            // than the division is rounded by: it never becomes that number.
            let whole = (f64::from(*offset) / width).floor();
            #[expect(clippy::cast_possible_truncation, reason = "the lowest 32 bits are wanted")]
            let number = (whole + TWO_52).to_bits() as u32;
            *quotient = number.wrapping_mul(stride);
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
        }

        #[test]
        fn quotients_are_those_of_integers(
            width in prop_oneof![1..1000_i32, 1..=i32::MAX],
            near in prop::collection::vec((any::<u32>(), -2..=2_i64), 1..50),
        ) {
            // Around multiples of the width, where a rounded quotient could be wrong.
            let offsets: Vec<i32> = near
                .into_iter()
                .map(|(number, by)| {
                    let times = i64::from(number) % (i64::from(i32::MAX) / i64::from(width) + 1);
                    i32::try_from((times * i64::from(width) + by).clamp(0, i64::from(i32::MAX))).unwrap()
                })
                .collect();
            let mut quotients = vec![0; offsets.len()];
            divide(&offsets, width, 3, &mut quotients);
            let expected: Vec<u32> =
                offsets.iter().map(|offset| u32::try_from(offset / width).unwrap().wrapping_mul(3)).collect();
            prop_assert_eq!(quotients, expected);
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
