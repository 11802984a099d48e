//! Sums that do not depend on the order of what is added.
//!
//! A sum is carried as two doubles whose sum is exact for all but extreme inputs; what they cannot hold goes, exactly,
//! into a wide fixed-point number. The result is rounded once, at the end, so every order, thread count and segment
//! layout gives the same bits.

mod exact;
mod fixed;
mod units;

use super::stretch::Stretches;
use crate::narrow;
pub(crate) use exact::ExactSum;
pub(crate) use fixed::Fixed;
use gristmill_storage::hash::HashMap;
use hashbrown::hash_map::Entry;
use std::ops::Range;
pub(crate) use units::{Place, Units};

/// Numbers from here on go straight to the exact sum: 2^63 smaller ones cannot overflow the pair.
const HUGE: f64 = 8.452_712_498_170_644e270; // 2^900

/// A running sum of two doubles, `hi + lo`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pair {
    hi: f64,
    lo: f64,
}

impl Pair {
    /// A sum of one number below [`HUGE`].
    pub(crate) fn of(number: f64) -> Self {
        Self { hi: number, lo: 0.0 }
    }

    /// Adds a finite number; what is returned is missing from the pair (0.0 nearly always).
    #[inline]
    #[must_use]
    pub(crate) fn add(&mut self, number: f64) -> f64 {
        if number.abs() >= HUGE {
            return number;
        }
        self.add_small(number)
    }

    /// Adds a number below [`HUGE`].
    #[inline]
    #[must_use]
    fn add_small(&mut self, number: f64) -> f64 {
        let (hi, error) = two_sum(self.hi, number);
        let (lo, residue) = two_sum(self.lo, error);
        *self = Self { hi, lo };
        residue
    }

    /// Adds a finite number; `missing` takes what is missing from the pair.
    #[inline]
    pub(crate) fn add_or(&mut self, number: f64, missing: &mut dyn FnMut(f64)) {
        let residue = self.add(number);
        if residue != 0.0 {
            missing(residue);
        }
    }

    /// Two numbers that add up to it.
    pub(crate) fn parts(self) -> [f64; 2] {
        [self.hi, self.lo]
    }

    /// Adds another sum; what is returned is missing from the pair.
    #[must_use]
    pub(crate) fn merge(&mut self, other: Self) -> [f64; 2] {
        [self.add(other.hi), self.add(other.lo)]
    }

    /// Adds finite numbers; `spill` takes what is missing from the pair.
    pub(crate) fn add_all(&mut self, numbers: &[f64], mut spill: impl FnMut(f64)) {
        let mut add = |pair: &mut Self, number: f64| {
            let residue = pair.add(number);
            if residue != 0.0 {
                spill(residue);
            }
        };
        let mut lanes = [Self::default(); LANES];
        let mut blocks = numbers.chunks_exact(64);
        for block in &mut blocks {
            let before = lanes;
            let mut residue = 0.0_f64;
            let mut largest = 0.0_f64;
            for numbers in block.chunks_exact(LANES) {
                for (lane, number) in lanes.iter_mut().zip(numbers) {
                    residue += lane.add_small(*number).abs();
                    largest = largest.max(number.abs());
                }
            }
            // The negated comparison also holds for a NaN that an overflow made.
            if !(residue == 0.0 && largest < HUGE) {
                lanes = before;
                block.iter().for_each(|number| add(self, *number));
            }
        }
        blocks.remainder().iter().for_each(|number| add(self, *number));
        for lane in lanes {
            add(self, lane.hi);
            add(self, lane.lo);
        }
    }
}

/// Sums that go side by side over one slice of numbers.
const LANES: usize = 8;

/// The rounded sum and its exact rounding error (Knuth, The Art of Computer Programming, volume 2, section 4.2.2).
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

/// One sum per group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pairs: Vec<Pair>,
    /// What the pairs of a few groups could not hold.
    spilled: HashMap<u32, Box<ExactSum>>,
}

impl Sums {
    /// Bytes of a sum, unless it is one of the few that need more.
    pub(crate) const BYTES_A_GROUP: usize = size_of::<Pair>();

    /// Makes room for groups below `groups`.
    pub(crate) fn resize(&mut self, groups: usize) {
        self.pairs.resize(groups, Pair::default());
    }

    /// Appends the sums of more groups.
    pub(crate) fn extend(&mut self, sums: impl Iterator<Item = Pair>) {
        self.pairs.extend(sums);
    }

    /// Appends the sums of some groups of `other`.
    pub(crate) fn extend_from(&mut self, other: &Self, groups: Range<usize>) {
        let place = self.pairs.len();
        self.pairs.extend_from_slice(other.pairs.get(groups.clone()).unwrap_or_default());
        self.take_spilled(other, &groups, place);
    }

    /// The sums of several sources in their order.
    pub(crate) fn join<'a>(order: &Stretches, source: impl Fn(usize) -> &'a Self + Copy) -> Self {
        let mut joined = Self { pairs: order.join(|at| &source(at).pairs), ..Self::default() };
        for (at, groups, place) in order.each() {
            joined.take_spilled(source(at), &groups, place);
        }
        joined
    }

    /// Takes in what the pairs of some groups of `other` could not hold; the first of them is group `place`.
    fn take_spilled(&mut self, other: &Self, groups: &Range<usize>, place: usize) {
        let moved = other.spilled.iter().filter(|(group, _)| groups.contains(&(**group as usize)));
        let moved =
            moved.map(|(group, sum)| (narrow::id(place + *group as usize - groups.start), sum.clone()));
        self.spilled.extend(moved);
    }

    /// The same sums in another order: group `i` is the one that was `order[i]`.
    pub(crate) fn gather(&self, order: &[u32]) -> Self {
        if self.pairs.is_empty() {
            return Self::default();
        }
        let spilled = |(at, group): (u32, &u32)| Some((at, self.spilled.get(group)?.clone()));
        Self {
            pairs: order.iter().map(|group| self.pairs[*group as usize]).collect(),
            spilled: if self.spilled.is_empty() {
                HashMap::default()
            } else {
                (0..).zip(order).filter_map(spilled).collect()
            },
        }
    }

    /// Adds a finite number to the sum of a group.
    pub(crate) fn add(&mut self, group: u32, number: f64) {
        let residue = self.pairs[group as usize].add(number);
        if residue != 0.0 {
            self.spill(group, residue);
        }
    }

    /// Adds what the pair of a group could not hold.
    pub(crate) fn add_spilled(&mut self, group: u32, sum: Box<ExactSum>) {
        match self.spilled.entry(group) {
            Entry::Occupied(mut known) => known.get_mut().merge(&sum),
            Entry::Vacant(vacant) => {
                vacant.insert(sum);
            }
        }
    }

    /// Adds the sum of a group of `other` to a group of `self`.
    pub(crate) fn merge(&mut self, group: u32, other: &Self, other_group: u32) {
        let pair = other.pairs[other_group as usize];
        self.add(group, pair.hi);
        self.add(group, pair.lo);
        if let Some(spilled) = other.spilled.get(&other_group) {
            self.add_spilled(group, spilled.clone());
        }
    }

    /// The sum of a group, rounded once; `None` beyond the range of `f64`.
    pub(crate) fn round(&self, group: u32) -> Option<f64> {
        let pair = self.pairs[group as usize];
        match self.spilled.get(&group) {
            // One rounding of two numbers is the rounding of their exact sum. Adding 0.0 makes -0.0 plain.
            None => Some(pair.hi + pair.lo + 0.0),
            Some(spilled) => {
                let mut sum = ExactSum::clone(spilled);
                sum.add(pair.hi);
                sum.add(pair.lo);
                sum.round()
            }
        }
    }

    #[cold]
    fn spill(&mut self, group: u32, number: f64) {
        self.spilled.entry(group).or_insert_with(|| Box::new(ExactSum::new())).add(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![
            (-1_000_000_i32..1_000_000).prop_map(|cents| f64::from(cents) / 100.0),
            prop::num::f64::NORMAL,
            prop::num::f64::SUBNORMAL,
            prop::sample::select(vec![0.0, -0.0, 1e300, -1e300, f64::MAX, f64::MIN, 1e16, 1.0, -1e16]),
        ]
    }

    fn exactly(numbers: &[f64]) -> Option<f64> {
        let mut sum = ExactSum::new();
        numbers.iter().for_each(|number| sum.add(*number));
        sum.round()
    }

    fn add_all(sums: &mut Sums, group: u32, numbers: &[f64]) {
        let mut pair = sums.pairs[group as usize];
        let mut missing = Vec::new();
        pair.add_all(numbers, |residue| missing.push(residue));
        sums.pairs[group as usize] = pair;
        missing.into_iter().for_each(|residue| sums.add(group, residue));
    }

    proptest! {
        #[test]
        fn every_way_to_add_gives_the_same_bits(
            numbers in prop::collection::vec(any_number(), 0..300),
            cut in 0_usize..300,
        ) {
            let expected = exactly(&numbers).map(f64::to_bits);
            let cut = cut.min(numbers.len());

            let mut one_by_one = Sums::default();
            one_by_one.resize(1);
            numbers.iter().for_each(|number| one_by_one.add(0, *number));
            prop_assert_eq!(one_by_one.round(0).map(f64::to_bits), expected);

            let mut blocks = Sums::default();
            blocks.resize(1);
            add_all(&mut blocks, 0, &numbers);
            prop_assert_eq!(blocks.round(0).map(f64::to_bits), expected);

            let mut parts = Sums::default();
            parts.resize(2);
            add_all(&mut parts, 1, &numbers[..cut]);
            let mut other = Sums::default();
            other.resize(3);
            add_all(&mut other, 2, &numbers[cut..]);
            parts.merge(1, &other, 2);
            prop_assert_eq!(parts.round(1).map(f64::to_bits), expected);
        }
    }
}
