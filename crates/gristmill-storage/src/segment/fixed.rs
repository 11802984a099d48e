//! The values of each run as whole multiples of a unit of its own.

use super::cache::HeapBytes;
use super::{RunTable, ValueStats, Values};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use std::ops::Range;

/// The unit of some numbers: a power of two of which each of them is a whole multiple that fits an `i64`.
///
/// Prices in cents are no multiples of a large power of two: sums of them do not fit the 53 bits of an `f64`. As
/// integers they are added up exactly, whatever the order, and with no look at what is rounded off; and small numbers
/// are narrow integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedPoint {
    /// The exponent of the unit.
    pub exponent: i32,
    /// Bits that hold every multiple, its sign counted; from 2 to 64.
    pub bits: u32,
}

/// Between these exponents the powers of two are normal floats, and so are their inverses and what is 2^128 times them.
const EXPONENTS: std::ops::RangeInclusive<i32> = -700..=700;

impl FixedPoint {
    /// The unit of numbers of which that much is known; `None` where a multiple of it may not fit an `i64`, and where there
    /// is no number.
    pub fn of(stats: &ValueStats) -> Option<Self> {
        if stats.count > 0 && stats.unit == ValueStats::NO_UNIT {
            // Zeros are multiples of everything.
            return Some(Self { exponent: 0, bits: 2 });
        }
        let exponent = i32::from(stats.unit);
        if stats.count == 0 || !EXPONENTS.contains(&exponent) {
            return None;
        }
        let above = exponent_above(stats.min.abs().max(stats.max.abs()));
        let bits = u32::try_from(above - exponent + 1).ok()?;
        (bits <= i64::BITS).then_some(Self { exponent, bits })
    }

    /// Which multiple of the unit a number is.
    #[expect(clippy::cast_possible_truncation, reason = "such multiples are whole, and below 2^63")]
    pub fn multiple(self, number: f64) -> i64 {
        (number * 2_f64.powi(-self.exponent)) as i64
    }
}

/// The exponent of a power of two that is above a number, the least one for a normal number.
fn exponent_above(number: f64) -> i32 {
    /// What is added to the exponent of an `f64` where it is stored.
    const BIAS: i32 = 1023;
    let stored = number.to_bits() >> (f64::MANTISSA_DIGITS - 1);
    i32::try_from(stored).unwrap_or(i32::MAX) - BIAS + 1
}

/// The values of a segment as multiples, run by run.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedValues {
    /// Of those runs whose values have a unit, in their order.
    runs: Vec<RunMultiples>,
    /// Which rows of the segment are not null; absent where none is null.
    pub validity: Option<NullBuffer>,
}

/// The values of one run as multiples of its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct RunMultiples {
    /// The rows of the run.
    pub rows: Range<u32>,
    /// One a row of the run; what stands at a null row is 0.
    pub multiples: Multiples,
}

/// Multiples of a unit, in the narrowest form that holds all of them.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named for the width")]
pub enum Multiples {
    I16(ScalarBuffer<i16>),
    I32(ScalarBuffer<i32>),
    I64(ScalarBuffer<i64>),
}

impl HeapBytes for FixedValues {
    fn heap_bytes(&self) -> usize {
        self.runs.iter().map(|run| size_of::<RunMultiples>() + run.rows.len() * run.multiples.width()).sum()
    }
}

impl Multiples {
    /// Bytes of one.
    pub fn width(&self) -> usize {
        match self {
            Self::I16(_) => size_of::<i16>(),
            Self::I32(_) => size_of::<i32>(),
            Self::I64(_) => size_of::<i64>(),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "multiples of the unit are whole, and fit its bits")]
    fn of(numbers: &[f64], point: FixedPoint) -> Self {
        let inverse = 2_f64.powi(-point.exponent);
        match point.bits {
            ..=16 => Self::I16(numbers.iter().map(|number| (number * inverse) as i16).collect()),
            17..=32 => Self::I32(numbers.iter().map(|number| (number * inverse) as i32).collect()),
            _ => Self::I64(numbers.iter().map(|number| (number * inverse) as i64).collect()),
        }
    }
}

impl FixedValues {
    /// The same values in another form.
    pub(super) fn of(runs: &RunTable, values: &Values) -> Self {
        let runs = runs.all().iter().filter_map(|run| {
            let point = FixedPoint::of(&run.values)?;
            let numbers = values.numbers.get(run.rows.start as usize..run.rows.end as usize)?;
            Some(RunMultiples { rows: run.rows.clone(), multiples: Multiples::of(numbers, point) })
        });
        Self { runs: runs.collect(), validity: values.validity.clone() }
    }

    /// The multiples of the run that a row lies in; `None` where its values have no unit.
    pub fn of_run(&self, row: u32) -> Option<&RunMultiples> {
        let after = self.runs.partition_point(|run| run.rows.start <= row);
        self.runs.get(after.checked_sub(1)?).filter(|run| run.rows.contains(&row))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Run;
    use super::*;

    fn values(numbers: &[f64]) -> (Values, RunTable) {
        let values = Values { numbers: numbers.to_vec().into(), validity: None };
        let rows = 0..u32::try_from(numbers.len()).unwrap();
        let stats = ValueStats::of(&values, rows.clone());
        let run = Run { organization: 1, vendor: 1, rows, min_time: 0, max_time: 0, values: stats };
        (values, RunTable { runs: vec![run] })
    }

    fn point(numbers: &[f64]) -> Option<FixedPoint> {
        FixedPoint::of(&values(numbers).1.runs[0].values)
    }

    #[test]
    fn multiples_give_the_numbers_back() {
        let cents: Vec<f64> = (1..1000).map(|cents| f64::from(cents * 90 + 9) / 100.0).collect();
        let powers: Vec<f64> = (0..63).map(|power| -(2_f64.powi(power))).collect();
        let whole: Vec<f64> = (-40_000..40_000).map(f64::from).collect();
        for numbers in [&cents[..], &powers, &whole, &[0.0, -0.0, 1.5], &[2_f64.powi(700)], &[-0.1, 0.3]] {
            let (values, runs) = values(numbers);
            let point = point(numbers).unwrap();
            let fixed = FixedValues::of(&runs, &values);
            let multiples: Vec<i64> = match &fixed.of_run(0).unwrap().multiples {
                Multiples::I16(multiples) => multiples.iter().map(|multiple| i64::from(*multiple)).collect(),
                Multiples::I32(multiples) => multiples.iter().map(|multiple| i64::from(*multiple)).collect(),
                Multiples::I64(multiples) => multiples.to_vec(),
            };
            assert!(fixed.of_run(u32::try_from(numbers.len()).unwrap()).is_none());
            for (number, multiple) in numbers.iter().zip(multiples) {
                let back = multiple as f64 * 2_f64.powi(point.exponent);
                assert_eq!((back + 0.0).to_bits(), (*number + 0.0).to_bits());
                assert_eq!(point.multiple(*number), multiple);
            }
        }
    }

    #[test]
    fn multiples_are_as_narrow_as_they_can_be() {
        let bits = |numbers: &[f64]| point(numbers).map(|point| point.bits);
        assert_eq!(bits(&[1.0, 32_767.0]), Some(16));
        assert_eq!(bits(&[1.0, -32_768.0]), Some(17));
        assert_eq!(bits(&[0.5, 16_384.0]), Some(17));
        assert_eq!(bits(&[1.0, 2_147_483_647.0]), Some(32));
        assert_eq!(bits(&[1.0, 2_147_483_648.0]), Some(33));
        assert_eq!(bits(&[0.0, -0.0]), Some(2));
        for (numbers, width) in [(&[1.0, 2.0][..], 2), (&[1.0, 70_000.0], 4), (&[0.99, 895.25], 8)] {
            let (values, runs) = values(numbers);
            assert_eq!(FixedValues::of(&runs, &values).runs[0].multiples.width(), width);
        }
    }

    #[test]
    fn numbers_of_unlike_size_have_no_unit() {
        for numbers in [&[1e300, 1.0][..], &[2_f64.powi(63), 1.0], &[5e-324], &[0.01, 1e6], &[]] {
            assert_eq!(point(numbers), None, "{numbers:?}");
        }
    }
}
