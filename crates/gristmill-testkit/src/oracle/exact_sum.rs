//! A sum of numbers without any rounding on the way.

use num_bigint::{BigInt, BigUint, Sign};

/// Bits of precision in an `f64`.
const PRECISION: u64 = 53;

/// The exact sum of finite numbers, as a whole number of the smallest positive `f64` (2^-1074).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExactSum(BigInt);

impl ExactSum {
    /// Adds a finite number.
    pub fn add(&mut self, number: f64) {
        let bits = number.to_bits();
        let exponent = (bits >> (PRECISION - 1)) & 0x7ff;
        let fraction = bits & ((1 << (PRECISION - 1)) - 1);
        // Subnormal numbers have no hidden bit, and the scale of the first normal ones.
        let (significand, shift) =
            if exponent == 0 { (fraction, 0) } else { (fraction | 1 << (PRECISION - 1), exponent - 1) };
        let magnitude = BigInt::from(significand) << shift;
        if number.is_sign_negative() {
            self.0 -= magnitude;
        } else {
            self.0 += magnitude;
        }
    }

    /// The nearest `f64`, of two equally near the one with an even last bit; none where that is beyond `f64`.
    /// Zero is `0.0`, never `-0.0`.
    pub fn rounded(&self) -> Option<f64> {
        let magnitude = self.0.magnitude();
        let excess = magnitude.bits().saturating_sub(PRECISION);
        let mut significand = low_bits(&(magnitude >> excess));
        if excess > 0 {
            let dropped = magnitude - (BigUint::from(significand) << excess);
            let half = BigUint::from(1_u8) << (excess - 1);
            if dropped > half || (dropped == half && significand % 2 == 1) {
                significand += 1;
            }
        }
        // The bits of the positive numbers follow each other as their values do: with a significand that has its
        // hidden bit, the exponent's field is one more than `excess`, and a carry walks into it by itself.
        let bits = excess.checked_mul(1 << (PRECISION - 1))?.checked_add(significand)?;
        if bits >= f64::INFINITY.to_bits() {
            return None;
        }
        let number = f64::from_bits(bits);
        Some(if self.0.sign() == Sign::Minus { -number } else { number })
    }
}

impl FromIterator<f64> for ExactSum {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut sum = Self::default();
        numbers.into_iter().for_each(|number| sum.add(number));
        sum
    }
}

fn low_bits(number: &BigUint) -> u64 {
    number.iter_u64_digits().next().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(numbers: &[f64]) -> Option<f64> {
        numbers.iter().copied().collect::<ExactSum>().rounded()
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        assert_eq!(sum(&[]), Some(0.0));
        assert_eq!(sum(&[1e300, 1.0, -1e300]), Some(1.0));
        assert_eq!(sum(&[1e16, 1.0, 1.0]), Some(1e16 + 2.0));
        assert_eq!(sum(&[0.1; 10]), Some(1.0), "ten times the nearest number to 0.1 is nearest to 1");
        assert_eq!(sum(&[0.1, 0.2]), Some(0.1 + 0.2));
        assert_eq!(sum(&[5e-324, 5e-324]), Some(1e-323));
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let two_53 = 9_007_199_254_740_992.0;
        assert_eq!(sum(&[two_53, 1.0]), Some(two_53));
        assert_eq!(sum(&[two_53 + 2.0, 1.0]), Some(two_53 + 4.0));
        assert_eq!(sum(&[two_53, 1.0, 5e-324]), Some(two_53 + 2.0), "a little over the half goes up");
    }

    #[test]
    fn zero_has_no_sign_and_the_end_of_the_range_is_kept() {
        assert_eq!(sum(&[-0.0]).map(f64::to_bits), Some(0));
        assert_eq!(sum(&[f64::MAX]), Some(f64::MAX));
        assert_eq!(sum(&[-f64::MAX]), Some(f64::MIN));
        assert_eq!(sum(&[f64::MAX, f64::MAX]), None);
        assert_eq!(sum(&[-f64::MAX, -f64::MAX]), None);
        for count in 3..70 {
            assert_eq!(sum(&vec![-f64::MAX; count]), None, "{count} times");
        }
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), Some(f64::MAX), "only the end counts");
    }

    proptest! {
        #[test]
        fn one_number_is_itself(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            prop_assert_eq!(sum(&[number]), Some(number));
        }

        #[test]
        fn two_numbers_are_what_the_processor_says(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(sum(&[a, b]), Some(a + b).filter(|sum| sum.is_finite()));
        }
    }
}
