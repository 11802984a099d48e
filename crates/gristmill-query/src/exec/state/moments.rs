//! Sums of values and of their squares, exact, for the variance.

use super::Figure;
use crate::exec::sum::{ExactSum, Pair};
use crate::request::Estimator;

/// A value from here on cannot be squared and added up exactly: 2^450.
const MOST: f64 = f64::from_bits((1023 + 450) << 52);

/// A value nearer to 0 than this counts as 0, so that no product of two of its bits is below what a float holds: 2^-400.
const LEAST: f64 = f64::from_bits((1023 - 400) << 52);

/// The sums of values and of their squares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    count: u64,
    sum: Pair,
    squares: Pair,
    /// What the pairs could not hold: nothing nearly always.
    spilled: Option<Box<[ExactSum; 2]>>,
    out_of_range: bool,
}

/// A product as two floats that add up to it, where it is not too small.
fn product(a: f64, b: f64) -> [f64; 2] {
    let high = a * b;
    [high, a.mul_add(b, -high)]
}

impl Moments {
    /// Bytes beside itself.
    pub(super) fn heap_bytes(&self) -> usize {
        self.spilled.as_deref().map_or(0, size_of_val)
    }

    pub(super) fn add(&mut self, value: f64) {
        self.count += 1;
        if value.abs() >= MOST {
            self.out_of_range = true;
        } else if value.abs() >= LEAST {
            let missing = self.sum.add(value);
            self.spill(0, missing);
            for part in product(value, value) {
                let missing = self.squares.add(part);
                self.spill(1, missing);
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.out_of_range |= other.out_of_range;
        for missing in self.sum.merge(other.sum) {
            self.spill(0, missing);
        }
        for missing in self.squares.merge(other.squares) {
            self.spill(1, missing);
        }
        if let Some(other) = &other.spilled {
            let own = self.spilled();
            own.iter_mut().zip(other.iter()).for_each(|(own, other)| own.merge(other));
        }
    }

    fn spill(&mut self, at: usize, missing: f64) {
        if missing != 0.0 {
            self.spilled()[at].add(missing);
        }
    }

    fn spilled(&mut self) -> &mut [ExactSum; 2] {
        self.spilled.get_or_insert_with(|| Box::new([ExactSum::new(), ExactSum::new()]))
    }

    /// The mean square of the distances from the mean: n times the sum of squares less the square of the sum, exact and
    /// rounded once, over n times n or n - 1.
    pub(super) fn variance(&self, of: Estimator) -> Figure {
        if self.out_of_range {
            return Figure::OutOfRange;
        }
        let others = match of {
            Estimator::Population => self.count,
            Estimator::Sample => self.count.saturating_sub(1),
        };
        if others == 0 {
            return Figure::Number(None);
        }
        #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 rows")]
        let (count, others) = (self.count as f64, others as f64);
        let mut numerator = ExactSum::new();
        for part in self.parts(1, self.squares) {
            product(count, part).iter().for_each(|part| numerator.add(*part));
        }
        let sums = self.parts(0, self.sum);
        for a in &sums {
            for b in &sums {
                product(*a, *b).iter().for_each(|part| numerator.add(-part));
            }
        }
        match numerator.round() {
            Some(numerator) => Figure::Number(Some(numerator / (count * others) + 0.0)),
            None => Figure::OutOfRange,
        }
    }

    /// Floats that add up to a sum exactly.
    fn parts(&self, at: usize, pair: Pair) -> Vec<f64> {
        let Some(spilled) = &self.spilled else { return pair.parts().to_vec() };
        let mut rest = spilled[at].clone();
        pair.parts().iter().for_each(|part| rest.add(*part));
        let mut parts = Vec::new();
        while let Some(part) = rest.round().filter(|part| *part != 0.0) {
            rest.add(-part);
            parts.push(part);
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_powers_of_two() {
        assert_eq!((MOST, LEAST), (2_f64.powi(450), 2_f64.powi(-400)));
    }

    fn variance(values: &[f64], of: Estimator) -> Figure {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments.variance(of)
    }

    #[test]
    fn a_variance_is_exact_far_from_zero() {
        let far = [1e16, 1e16 + 2.0, 1e16 + 4.0];
        assert_eq!(variance(&far, Estimator::Sample), Figure::Number(Some(4.0)));
        assert_eq!(variance(&[1.0, 2.0, 3.0, 4.0], Estimator::Population), Figure::Number(Some(1.25)));
        assert_eq!(variance(&[0.1; 7], Estimator::Population), Figure::Number(Some(0.0)));
        assert_eq!(variance(&[5.0], Estimator::Sample), Figure::Number(None));
        assert_eq!(variance(&[5.0], Estimator::Population), Figure::Number(Some(0.0)));
        assert_eq!(variance(&[], Estimator::Population), Figure::Number(None));
        assert_eq!(variance(&[1e300, 1.0], Estimator::Sample), Figure::OutOfRange);
    }

    #[test]
    fn what_the_pairs_cannot_hold_is_not_lost() {
        let wide = [1e100, 1.0, -1e100, 1e-100, 3.0];
        let mut parts = [Moments::default(), Moments::default()];
        wide.iter().enumerate().for_each(|(at, value)| parts[at % 2].add(*value));
        let [mut all, other] = parts;
        all.merge(&other);
        assert!(all.spilled.is_some());
        assert_eq!(all.variance(Estimator::Sample), variance(&wide, Estimator::Sample));
    }
}
