//! Things that are not equally likely.

use crate::random::Random;

/// Positions drawn by weight.
#[derive(Clone, Debug)]
pub(crate) struct Weighted {
    /// The sum of the weights up to and with each position.
    sums: Vec<f64>,
}

impl Weighted {
    /// Weights are positive, and there is at least one.
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights.into_iter().map(|weight| {
            sum += weight;
            sum
        });
        Self { sums: sums.collect() }
    }

    /// Zipf's law, shifted so that the first of 200 has a fifth of all. Divisions only: they are exact on every
    /// platform, and powers and logarithms are not.
    pub(crate) fn zipf(count: u32) -> Self {
        Self::new((1..=count.max(1)).map(|rank| 1.0 / (f64::from(rank) - 0.2)))
    }

    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        let total = self.sums.last().copied().unwrap_or(0.0);
        let target = random.fraction() * total;
        self.sums.partition_point(|&sum| sum <= target).min(self.sums.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(weighted: &Weighted, places: usize) -> Vec<f64> {
        let mut random = Random::new(3);
        let mut counts = vec![0.0; places];
        for _ in 0..200_000 {
            counts[weighted.draw(&mut random)] += 1.0 / 200_000.0;
        }
        counts
    }

    #[test]
    fn shares_follow_the_weights() {
        let shares = shares(&Weighted::new([1.0, 3.0, 6.0]), 3);
        for (share, expected) in shares.iter().zip([0.1, 0.3, 0.6]) {
            assert!((share - expected).abs() < 0.01, "{shares:?}");
        }
    }

    #[test]
    fn the_first_of_two_hundred_has_a_fifth() {
        let shares = shares(&Weighted::zipf(200), 200);
        assert!((0.19..0.21).contains(&shares[0]), "{}", shares[0]);
        assert!(shares[1] < shares[0] / 2.0 && shares[199] > 0.0);
    }
}
