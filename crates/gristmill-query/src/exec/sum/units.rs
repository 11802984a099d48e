//! The units in which the values of a tenant are added up.

use super::fixed::FLOATS;
use super::{Fixed, Pair};
use gristmill_storage::segment::{FixedPoint, ValueStats};

/// What the sums of a scan are multiples of: one unit for runs whose multiples are narrow, one for the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Units {
    /// The unit of the narrow ones, a power of two.
    narrow: f64,
    /// The unit of the wide ones.
    wide: f64,
}

/// How the multiples of one run are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// In which of the two units.
    pub(crate) is_wide: bool,
    /// Bits that a multiple is shifted by to be one of that unit.
    pub(crate) shift: u32,
    pub(crate) point: FixedPoint,
}

impl Units {
    /// The units for some runs, and the place of each one that has a value; `None` where a run has no unit, or none that is
    /// close enough to those of the others.
    pub(crate) fn of<'s>(runs: impl Iterator<Item = &'s ValueStats>) -> Option<(Self, Vec<Option<Place>>)> {
        let points: Vec<Option<FixedPoint>> = runs
            .map(|stats| match stats.count {
                0 => Some(None),
                _ => FixedPoint::of(stats).map(Some),
            })
            .collect::<Option<_>>()?;
        let is_wide = |point: &FixedPoint| point.bits > i32::BITS;
        let least = |wide: bool| {
            let exponents = points.iter().flatten().filter(|point| is_wide(point) == wide);
            exponents.map(|point| point.exponent).min().unwrap_or_default()
        };
        let (narrow, wide) = (least(false), least(true));
        let place = |point: FixedPoint| {
            let is_wide = is_wide(&point);
            let (unit, most) = if is_wide { (wide, i64::BITS) } else { (narrow, i32::BITS) };
            let shift = u32::try_from(point.exponent - unit).ok()?;
            (shift + point.bits <= most).then_some(Place { is_wide, shift, point })
        };
        let places = points.into_iter().map(|point| match point {
            None => Some(None),
            Some(point) => place(point).map(Some),
        });
        let units = Self { narrow: 2_f64.powi(narrow), wide: 2_f64.powi(wide) };
        Some((units, places.collect::<Option<_>>()?))
    }

    /// A narrow sum and a wide one as one; `missing` takes what the pair cannot hold (nearly always nothing).
    #[inline]
    pub(crate) fn sum(self, narrow: i64, wide: Fixed, missing: &mut dyn FnMut(f64)) -> Pair {
        let mut sum = if narrow.unsigned_abs() < FLOATS {
            #[expect(clippy::cast_precision_loss, reason = "checked above")]
            Pair::of(narrow as f64 * self.narrow)
        } else {
            let mut sum = Pair::default();
            Fixed::of(narrow).parts(self.narrow).iter().for_each(|part| sum.add_or(*part, missing));
            sum
        };
        if wide == Fixed::default() {
            return sum;
        }
        match wide.few_parts(self.wide) {
            Some(parts) => parts.iter().for_each(|part| sum.add_or(*part, missing)),
            None => wide.parts(self.wide).iter().for_each(|part| sum.add_or(*part, missing)),
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gristmill_storage::segment::Values;

    fn stats(numbers: &[f64]) -> ValueStats {
        let values = Values { numbers: numbers.to_vec().into(), validity: None };
        ValueStats::of(&values, 0..u32::try_from(numbers.len()).unwrap())
    }

    fn places(runs: &[&[f64]]) -> Option<Vec<Option<(bool, u32)>>> {
        let runs: Vec<ValueStats> = runs.iter().map(|numbers| stats(numbers)).collect();
        let (_, places) = Units::of(runs.iter())?;
        Some(places.into_iter().map(|place| place.map(|place| (place.is_wide, place.shift))).collect())
    }

    #[test]
    fn narrow_and_wide_runs_have_units_of_their_own() {
        let seconds: &[f64] = &[1.0, 3481.0];
        assert_eq!(places(&[seconds, &[], &[0.25]]), Some(vec![Some((false, 2)), None, Some((false, 0))]));
        let found = places(&[seconds, &[0.99, 895.25], &[0.0]]).unwrap();
        assert_eq!(found, [Some((false, 0)), Some((true, 0)), Some((false, 0))]);
        // A narrow run that would have to be shifted out of its width, and a run without a unit.
        assert_eq!(places(&[&[1e9], &[0.125]]), None);
        assert_eq!(places(&[seconds, &[1e300, 1.0]]), None);
    }

    #[test]
    fn a_sum_is_that_of_both_units() {
        let runs = [stats(&[2.0, 6.0]), stats(&[0.99, 700.25])];
        let (units, places) = Units::of(runs.iter()).unwrap();
        let total = |sum: Pair| sum.parts().iter().sum::<f64>().to_bits();
        let wide = places[1].unwrap().point.multiple(0.99);
        let sum = units.sum(3, Fixed::of(wide), &mut |_| unreachable!("it fits"));
        assert_eq!(total(sum), (6.0_f64 + 0.99).to_bits());
        let many = Fixed { upper: 1 << 20, lower: (1 << 52) + 1 };
        let lots = Fixed { upper: (1 << 60) + 1, lower: (1 << 62) + 1 };
        for wide in [many, lots] {
            let sum = units.sum(0, wide, &mut |_| unreachable!("it fits"));
            let mut parts = Pair::default();
            wide.parts(units.wide)
                .iter()
                .for_each(|part| parts.add_or(*part, &mut |_| unreachable!("it fits")));
            assert_eq!(total(sum), total(parts));
        }
        let large = units.sum(i64::MAX - 1023, Fixed::default(), &mut |_| unreachable!("it fits"));
        assert_eq!(total(large), (2.0 * (i64::MAX - 1023) as f64).to_bits());
    }
}
