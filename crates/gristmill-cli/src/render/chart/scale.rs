//! The scale of values: round numbers that span them, always with zero.

use crate::render::number::whole;

/// A scale from `low` to `high` in steps; `low <= 0 <= high`, both whole numbers of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) step: f64,
    /// Steps from zero down to the end.
    pub(super) below: usize,
    /// Steps from zero up to the end.
    pub(super) above: usize,
}

/// About how many steps a scale has.
const STEPS: f64 = 4.0;

impl Scale {
    /// The scale for these values; infinities and NaN do not come from an answer and are ignored.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high, mut all_whole) = (0.0_f64, 0.0_f64, true);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
            all_whole &= value.fract() == 0.0;
        }
        // Each end apart, since their distance may be beyond the largest number.
        let step = round_up(high / STEPS - low / STEPS, all_whole);
        let steps = |size: f64| whole((size / step - 1e-9).ceil().clamp(0.0, 2.0 * STEPS));
        let (below, above) = (steps(-low), steps(high));
        Self { step, below, above: if below == 0 { above.max(1) } else { above } }
    }

    /// The values at the steps above zero, the lowest first.
    pub(super) fn ticks_above(self) -> impl Iterator<Item = f64> {
        (1..=self.above).map(move |step| step as f64 * self.step)
    }

    /// The values at the steps below zero, the highest first.
    pub(super) fn ticks_below(self) -> impl Iterator<Item = f64> {
        (1..=self.below).map(move |step| step as f64 * -self.step)
    }

    pub(super) fn steps(self) -> usize {
        self.below + self.above
    }
}

/// The smallest of 1, 2, 2.5, 3, 4, 5 times a power of ten that is not below `size`; 1 for zero. A whole number on demand.
fn round_up(size: f64, whole: bool) -> f64 {
    if size <= 0.0 || (whole && size < 1.0) {
        return 1.0;
    }
    let power = 10_f64.powf(size.log10().floor());
    [1.0, 2.0, 2.5, 3.0, 4.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= size * (1.0 - 1e-9) && !(whole && step.fract() != 0.0))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(values: &[f64]) -> (f64, f64, f64) {
        let scale = Scale::of(values.iter().copied());
        (scale.below as f64 * -scale.step, scale.above as f64 * scale.step, scale.step)
    }

    #[test]
    fn ends_are_round_and_hold_zero() {
        assert_eq!(ends(&[]), (0.0, 1.0, 1.0));
        assert_eq!(ends(&[0.0]), (0.0, 1.0, 1.0));
        assert_eq!(ends(&[1.0]), (0.0, 1.0, 1.0));
        assert_eq!(ends(&[3.0]), (0.0, 3.0, 1.0));
        assert_eq!(ends(&[118.0]), (0.0, 120.0, 30.0));
        assert_eq!(ends(&[0.35]), (0.0, 0.4, 0.1));
        assert_eq!(ends(&[-7.0, 12.0]), (-10.0, 15.0, 5.0));
        assert_eq!(ends(&[-3.0]), (-3.0, 0.0, 1.0));
    }

    #[test]
    fn extremes_do_not_break_it() {
        for values in [[f64::MAX, f64::MIN], [5e-324, -5e-324], [f64::MAX, 1e-300]] {
            let scale = Scale::of(values);
            assert!(scale.steps() >= 1 && scale.steps() <= 16, "{values:?}: {scale:?}");
        }
    }
}
