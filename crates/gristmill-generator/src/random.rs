//! Random numbers that are the same everywhere and for ever.

/// `SplitMix64` (Steele, Lea, Flood 2014): a counter and a mixer. It is spelled out here because the events of a seed
/// are a promise, which the algorithms of a library are not.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A generator for one thing among many, the same whenever it is asked for.
    pub(crate) fn of(seed: u64, kind: u64, number: u64) -> Self {
        Self::new(mix(mix(seed.wrapping_add(STEP) ^ kind.wrapping_mul(STEP)).wrapping_add(number)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// Evenly from 0 on and below `end`; 0 where `end` is 0. The bias is below one in 2^32.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let scaled = (self.next() >> 32) * u64::from(end);
        u32::try_from(scaled >> 32).unwrap_or(u32::MAX)
    }

    /// Evenly from 0.0 on and below 1.0.
    pub(crate) fn fraction(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next() >> 11) as f64 * UNIT
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// One of them, each as likely.
    pub(crate) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        let count = u32::try_from(things.len()).unwrap_or(u32::MAX);
        things[self.below(count) as usize]
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_algorithm() {
        let mut random = Random::new(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn draws_stay_in_range_and_are_even() {
        let mut random = Random::new(7);
        let mut counts = [0_u32; 10];
        for _ in 0..100_000 {
            counts[random.below(10) as usize] += 1;
            assert!((0.0..1.0).contains(&random.fraction()));
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        assert_eq!(random.below(0), 0);
    }
}
