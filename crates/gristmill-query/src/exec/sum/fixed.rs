//! Sums of whole multiples of a unit.

use std::ops::{Add, AddAssign};

/// A sum of multiples: of their upper halves, and of their lower halves, which are never negative. Fewer than 2^31 rows
/// cannot overflow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixed {
    pub(crate) upper: i64,
    pub(crate) lower: i64,
}

/// Integers below this are floats too.
pub(super) const FLOATS: u64 = 1 << f64::MANTISSA_DIGITS;

/// Bits of a half of a multiple.
const HALF: u32 = 32;

impl Fixed {
    /// One multiple.
    #[inline]
    pub(crate) fn of(multiple: i64) -> Self {
        Self { upper: multiple >> HALF, lower: multiple & i64::from(u32::MAX) }
    }

    /// The sum, where it fits.
    #[inline]
    pub(crate) fn narrow(self) -> i64 {
        (self.upper << HALF).wrapping_add(self.lower)
    }

    /// So many times the same; no more than there can be rows.
    pub(crate) fn times(self, count: u32) -> Self {
        let times = |half: i64| half.wrapping_mul(i64::from(count));
        Self { upper: times(self.upper), lower: times(self.lower) }
    }

    /// The sum of the same multiples, each shifted by some bits that it had room for.
    pub(crate) fn shifted(self, shift: u32) -> Self {
        let sum = ((i128::from(self.upper) << HALF) + i128::from(self.lower)) << shift;
        let half = |bits: i128| i64::try_from(bits).unwrap_or_default();
        Self { upper: half(sum >> HALF), lower: half(sum & i128::from(u32::MAX)) }
    }

    /// Two floats that add up to the sum, in multiples of `unit`, exactly; `None` where that takes more.
    #[inline]
    pub(crate) fn few_parts(self, unit: f64) -> Option<[f64; 2]> {
        #[expect(clippy::cast_precision_loss, reason = "checked here")]
        let float = |half: i64| (half.unsigned_abs() < FLOATS).then_some(half as f64);
        Some([float(self.upper)? * (unit * TWO_32), float(self.lower)? * unit])
    }

    /// Floats that add up to the sum, in multiples of `unit`, exactly.
    #[inline]
    pub(crate) fn parts(self, unit: f64) -> [f64; 4] {
        let [upper, middle] = halves(self.upper);
        let [more, lower] = halves(self.lower);
        [upper * (unit * TWO_32 * TWO_32), middle * (unit * TWO_32), more * (unit * TWO_32), lower * unit]
    }
}

impl Add for Fixed {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self { upper: self.upper.wrapping_add(other.upper), lower: self.lower.wrapping_add(other.lower) }
    }
}

impl AddAssign for Fixed {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The upper and the lower half of an integer, each of which a float holds.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "so few bits fit")]
fn halves(integer: i64) -> [f64; 2] {
    [(integer >> HALF) as f64, (integer & i64::from(u32::MAX)) as f64]
}

const TWO_32: f64 = 4_294_967_296.0;

#[cfg(test)]
mod tests {
    use super::super::ExactSum;
    use super::*;
    use crate::exec::wide;
    use gristmill_storage::segment::{FixedPoint, ValueStats, Values};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_add_up_to_the_exact_sum(
            cents in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 1..60),
            divisor in prop::sample::select(vec![1.0, 100.0, 7.0, 1e6, 1024.0]),
            count in prop::sample::select(vec![1_u32, 1 << 10, 1 << 25]),
        ) {
            let numbers: Vec<f64> = cents.iter().map(|cents| (*cents as f64 + 2e9) / divisor).collect();
            let rows = u32::try_from(numbers.len()).unwrap();
            let values = Values { numbers: numbers.clone().into(), validity: None };
            let point = FixedPoint::of(&ValueStats::of(&values, 0..rows)).unwrap();
            let multiples: Vec<i64> = numbers.iter().map(|number| point.multiple(*number)).collect();
            let mut sum = Fixed::default();
            let mut exact = ExactSum::new();
            for (number, multiple) in numbers.iter().zip(&multiples) {
                sum += Fixed::of(*multiple).times(count);
                exact.add(*number * f64::from(count));
            }
            prop_assert_eq!(wide::sum_i64(&multiples).times(count), sum);
            let mut found = ExactSum::new();
            sum.parts(2_f64.powi(point.exponent)).iter().for_each(|part| found.add(*part));
            prop_assert_eq!(found.round().map(f64::to_bits), exact.round().map(f64::to_bits));
        }
    }

    #[test]
    fn a_shifted_sum_is_that_of_shifted_multiples() {
        for (multiples, shift) in [([1_i64 << 40, -3, 77], 20), ([-(1 << 62), 1, 1], 1), ([5, 6, -7], 0)] {
            let sum = |shift: u32| {
                multiples.iter().fold(Fixed::default(), |sum, multiple| sum + Fixed::of(multiple << shift))
            };
            let exactly = |sum: Fixed| {
                let mut exact = ExactSum::new();
                sum.parts(1.0).iter().for_each(|part| exact.add(*part));
                exact.round()
            };
            assert_eq!(exactly(sum(0).shifted(shift)), exactly(sum(shift)));
        }
    }

    #[test]
    fn halves_keep_the_sign() {
        for multiple in [0, 1, -1, i64::MAX, i64::MIN, -(1 << 32), (1 << 32) - 1] {
            let mut sum = ExactSum::new();
            Fixed::of(multiple).parts(1.0).iter().for_each(|part| sum.add(*part));
            assert_eq!(sum.round(), Some(multiple as f64), "{multiple}");
        }
    }
}
