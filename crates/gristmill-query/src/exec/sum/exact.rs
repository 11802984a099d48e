//! A sum of any finite numbers without any rounding: a fixed-point number wide enough for every `f64`.

/// Bits of one limb of the number.
const LIMB_BITS: usize = 32;

/// The weight of the lowest bit is 2^-1074, that of the smallest subnormal `f64`.
const LOWEST_EXPONENT: i32 = -1074;

/// From 2^-1074 to 2^1023 there are 2,098 bits; two more limbs take the carries of up to 2^63 numbers.
const LIMBS: usize = 2098_usize.div_ceil(LIMB_BITS) + 2;

/// So many additions may pass before carries are moved up: each adds less than 2^32 to a limb of 63 bits.
const MAX_PENDING: u32 = 1 << 30;

/// The exact sum of the numbers added so far.
#[derive(Clone, Debug)]
pub(crate) struct ExactSum {
    /// In base 2^32, the lowest first; signed, and not reduced while additions are pending.
    limbs: [i64; LIMBS],
    pending: u32,
}

impl ExactSum {
    pub(crate) fn new() -> Self {
        Self { limbs: [0; LIMBS], pending: 0 }
    }

    /// Adds a finite number.
    pub(crate) fn add(&mut self, number: f64) {
        let bits = number.to_bits();
        let biased = (bits >> 52 & 0x7ff) as usize;
        let fraction = bits & ((1 << 52) - 1);
        // A subnormal has the exponent of the smallest normal number, and no hidden bit.
        let (mantissa, shift) = if biased == 0 { (fraction, 0) } else { (fraction | 1 << 52, biased - 1) };
        let mut rest = u128::from(mantissa) << (shift % LIMB_BITS);
        let mut at = shift / LIMB_BITS;
        while rest != 0 {
            let limb = (rest & 0xffff_ffff) as i64;
            self.limbs[at] += if number.is_sign_negative() { -limb } else { limb };
            rest >>= LIMB_BITS;
            at += 1;
        }
        self.pending += 1;
        if self.pending >= MAX_PENDING {
            self.carry();
        }
    }

    /// Adds another sum.
    pub(crate) fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs) {
            *limb += more;
        }
        self.carry();
    }

    /// The sum, rounded once to the nearest `f64`, ties to even; `None` beyond the range of `f64`.
    pub(crate) fn round(&self) -> Option<f64> {
        let mut sum = self.clone();
        sum.carry();
        // After the carries every limb but the last lies in 0..2^32, so the last one has the sign.
        let negative = sum.limbs[LIMBS - 1] < 0;
        if negative {
            sum.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            sum.carry();
        }
        let magnitude = round_magnitude(&sum.limbs);
        magnitude.is_finite().then_some(if negative { -magnitude } else { magnitude })
    }

    fn carry(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs[..LIMBS - 1] {
            let sum = *limb + carry;
            *limb = sum & 0xffff_ffff;
            carry = sum >> LIMB_BITS;
        }
        self.limbs[LIMBS - 1] += carry;
        self.pending = 0;
    }
}

/// The nearest `f64` to a number whose limbs are all in 0..2^32; infinity beyond the range.
fn round_magnitude(limbs: &[i64; LIMBS]) -> f64 {
    let Some(top) = limbs.iter().rposition(|limb| *limb != 0) else { return 0.0 };
    // The four highest limbs hold at least 97 significant bits: 53 to keep, the rest to round by.
    let low = top.saturating_sub(3);
    let window = limbs[low..=top]
        .iter()
        .rev()
        .fold(0_u128, |window, limb| window << LIMB_BITS | u128::from(limb.cast_unsigned()));
    let sticky = limbs[..low].iter().any(|limb| *limb != 0);
    let bits = 128 - window.leading_zeros() as usize;
    let lowest_bit = low * LIMB_BITS;
    // A number of up to 53 bits above the lowest of all is exact, subnormals included.
    let dropped = bits.saturating_sub(53);
    // At most 53 bits are kept.
    let kept = u64::try_from(window >> dropped).unwrap_or(u64::MAX);
    let remainder = window & ((1_u128 << dropped) - 1);
    let half = if dropped == 0 { 0 } else { 1_u128 << (dropped - 1) };
    let up = dropped > 0 && (remainder > half || remainder == half && (sticky || kept & 1 == 1));
    scale(kept + u64::from(up), lowest_bit + dropped)
}

/// `mantissa * 2^(LOWEST_EXPONENT + exponent)`, where the mantissa has at most 54 bits and the product is exact.
fn scale(mantissa: u64, exponent: usize) -> f64 {
    let power = i32::try_from(exponent).map_or(i32::MAX, |exponent| exponent.saturating_add(LOWEST_EXPONENT));
    // In two steps, since 2^-1074 is no normal number and 2^1024 none at all.
    let first = power / 2;
    mantissa as f64 * power_of_two(first) * power_of_two(power - first)
}

fn power_of_two(exponent: i32) -> f64 {
    if exponent > 1023 { f64::INFINITY } else { f64::powi(2.0, exponent) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(numbers: &[f64]) -> Option<f64> {
        let mut sum = ExactSum::new();
        numbers.iter().for_each(|number| sum.add(*number));
        sum.round()
    }

    #[test]
    fn cancels_and_rounds_once() {
        assert_eq!(sum(&[]), Some(0.0));
        assert_eq!(sum(&[0.1; 10]), Some(1.0));
        assert_eq!(sum(&[1e300, 1e100, 1.0, -1e300, -1e100]), Some(1.0));
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), Some(f64::MAX));
        assert_eq!(sum(&[f64::MAX, f64::MAX]), None);
        assert_eq!(sum(&[-f64::MAX, -f64::MAX]), None);
        assert_eq!(sum(&[f64::MAX, 2_f64.powi(969)]), Some(f64::MAX));
        assert_eq!(sum(&[f64::MAX, 2_f64.powi(970)]), None);
        assert_eq!(sum(&[5e-324, 5e-324]), Some(1e-323));
        assert_eq!(sum(&[-5e-324]), Some(-5e-324));
        assert_eq!(sum(&[1.0, 2_f64.powi(-53)]), Some(1.0));
        assert_eq!(sum(&[1.0, 2_f64.powi(-53), 5e-324]), Some(1.0 + f64::EPSILON));
    }

    proptest! {
        #[test]
        fn one_number_is_itself(number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
            prop_assert_eq!(sum(&[number]), Some(if number == 0.0 { 0.0 } else { number }));
        }

        #[test]
        fn two_numbers_round_as_the_processor_does(
            a in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
            b in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
        ) {
            let expected = Some(a + b).filter(|sum| sum.is_finite());
            prop_assert_eq!(sum(&[a, b]), expected);
        }

        #[test]
        fn merged_parts_are_the_whole(numbers in prop::collection::vec(prop::num::f64::NORMAL, 0..20), cut in 0_usize..20) {
            let (left, right) = numbers.split_at(cut.min(numbers.len()));
            let (mut a, mut b) = (ExactSum::new(), ExactSum::new());
            left.iter().for_each(|number| a.add(*number));
            right.iter().for_each(|number| b.add(*number));
            a.merge(&b);
            prop_assert_eq!(a.round(), sum(&numbers));
        }
    }
}
