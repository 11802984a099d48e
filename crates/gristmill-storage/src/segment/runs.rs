//! The run table: where the rows of one (organization, vendor) lie.

use super::cache::HeapBytes;
use super::index::index;
use super::{Codes, SegmentMeta, Timestamps, Values};
use crate::schema::Dimension;
use std::ops::Range;

/// The rows of one organization and vendor: a range of rows, in which timestamps never fall.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Code in the segment's dictionary of `organization_id`.
    pub organization: u32,
    /// Code in the segment's dictionary of `vendor`.
    pub vendor: u32,
    /// The rows.
    pub rows: Range<u32>,
    /// The first timestamp, in milliseconds.
    pub min_time: i64,
    /// The last timestamp, in milliseconds.
    pub max_time: i64,
    /// What is known of `value` in these rows.
    pub values: ValueStats,
}

impl Run {
    fn tenant(&self) -> (u32, u32) {
        (self.organization, self.vendor)
    }

    /// The run of some rows, at least one, with its bounds and statistics counted from the columns.
    pub(super) fn of(
        (organization, vendor): (u32, u32),
        rows: Range<u32>,
        timestamps: &Timestamps,
        values: &Values,
    ) -> Self {
        let (min_time, max_time) =
            (timestamps.get(rows.start as usize), timestamps.get(rows.end as usize - 1));
        let values = ValueStats::of(values, rows.clone());
        Self { organization, vendor, rows, min_time, max_time, values }
    }
}

impl Run {
    /// Whether the timestamps of its rows rise from its first to its last.
    pub(super) fn holds_times(&self, timestamps: &Timestamps) -> bool {
        let rows = self.rows.start as usize..self.rows.end as usize;
        let rise = match timestamps {
            Timestamps::Narrow { offsets, .. } => offsets.get(rows.clone()).is_some_and(<[u32]>::is_sorted),
            Timestamps::Wide(instants) => instants.get(rows.clone()).is_some_and(<[i64]>::is_sorted),
        };
        rise && !rows.is_empty()
            && timestamps.get(rows.start) == self.min_time
            && timestamps.get(rows.end - 1) == self.max_time
    }

    /// Whether its statistics are those of the values of its rows.
    pub(super) fn holds_values(&self, values: &Values) -> bool {
        self.rows.end as usize <= values.numbers.len()
            && ValueStats::of(values, self.rows.clone()) == self.values
    }
}

/// What is known of `value` over some rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueStats {
    /// Rows whose value is not null.
    pub count: u32,
    /// The smallest value, -0.0 before 0.0; meaningless where `count` is 0.
    pub min: f64,
    /// The largest value, 0.0 after -0.0; meaningless where `count` is 0.
    pub max: f64,
    /// The largest exponent `e` for which every value is a whole multiple of 2^e, from -1074 to 1023;
    /// [`ValueStats::NO_UNIT`] where there is no value but zeros.
    ///
    /// With `count` and the bounds it proves that a plain sum of `f64` is exact: every partial sum is a multiple of
    /// 2^e, and one below 2^(e + 53) has a place in an `f64`.
    pub unit: i16,
}

impl ValueStats {
    /// The statistics of no value at all.
    pub const NONE: Self = Self { count: 0, min: f64::INFINITY, max: f64::NEG_INFINITY, unit: Self::NO_UNIT };

    /// The unit of no value, and of zeros, which are multiples of everything.
    pub const NO_UNIT: i16 = i16::MAX;

    /// The statistics of two sets of rows together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            min: smaller(self.min, other.min),
            max: larger(self.max, other.max),
            unit: self.unit.min(other.unit),
        }
    }

    /// Counts the values in some rows.
    pub fn of(values: &Values, rows: Range<u32>) -> Self {
        rows.filter_map(|row| values.get(row as usize)).fold(Self::NONE, |stats, value| Self {
            count: stats.count + 1,
            min: smaller(stats.min, value),
            max: larger(stats.max, value),
            unit: stats.unit.min(unit(value)),
        })
    }
}

/// The smaller number, where -0.0 is below 0.0: the order of rows must not show in statistics.
fn smaller(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

/// The larger number, where 0.0 is above -0.0.
fn larger(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_gt() { b } else { a }
}

/// The largest exponent `e` for which a finite number is a whole multiple of 2^e.
fn unit(value: f64) -> i16 {
    /// Bits of the fraction of an `f64`.
    const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    /// The exponent of the last bit of the fraction of the smallest numbers.
    const LEAST: i16 = -1074;
    let bits = value.abs().to_bits();
    if bits == 0 {
        return ValueStats::NO_UNIT;
    }
    let (exponent, fraction) = (bits >> FRACTION_BITS, bits & ((1 << FRACTION_BITS) - 1));
    // The smallest numbers share the exponent of the next larger ones, without their leading bit.
    let significand = if exponent == 0 { fraction } else { fraction | 1 << FRACTION_BITS };
    let steps = exponent.saturating_sub(1) + u64::from(significand.trailing_zeros());
    // There are 2,098 steps.
    i16::try_from(steps).map_or(ValueStats::NO_UNIT, |steps| LEAST + steps)
}

/// Every run of a segment, sorted by (organization, vendor); their row ranges follow one another without a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunTable {
    pub(crate) runs: Vec<Run>,
}

impl HeapBytes for RunTable {
    fn heap_bytes(&self) -> usize {
        size_of_val(&*self.runs)
    }
}

impl RunTable {
    /// Counts the runs; `None` where the rows are not in order.
    pub(super) fn of(
        organizations: &Codes,
        vendors: &Codes,
        timestamps: &Timestamps,
        values: &Values,
    ) -> Option<Self> {
        let tenant = |row: u32| (organizations.get(row as usize), vendors.get(row as usize));
        let rows = index(timestamps.len());
        let mut runs = Vec::new();
        let mut start = 0;
        for row in 1..=rows {
            if row == rows || tenant(row) != tenant(start) {
                runs.push(Run::of(tenant(start), start..row, timestamps, values));
                start = row;
            }
        }
        let in_order = runs.is_sorted_by(|a, b| a.tenant() < b.tenant())
            && runs.iter().all(|run| run.holds_times(timestamps));
        in_order.then_some(Self { runs })
    }

    /// Whether these are the runs of a segment of which that much is known.
    pub(super) fn agrees_with(&self, meta: &SegmentMeta) -> bool {
        let mut end = 0;
        let follow = self.runs.iter().all(|run| {
            let follows = run.rows.start == end && run.rows.end > end;
            end = run.rows.end;
            follows
        });
        let entries = |dimension| meta.dimension(dimension).distinct;
        let known = |run: &Run| {
            run.organization <= entries(Dimension::OrganizationId) && run.vendor <= entries(Dimension::Vendor)
        };
        follow
            && end == meta.rows
            && self.runs.is_sorted_by(|a, b| a.tenant() < b.tenant())
            && self.runs.iter().all(known)
            && self.time_bounds() == (meta.min_time, meta.max_time)
            && self.values() == meta.values
    }

    /// The first and the last timestamp.
    pub(super) fn time_bounds(&self) -> (i64, i64) {
        let min = self.runs.iter().map(|run| run.min_time).min();
        let max = self.runs.iter().map(|run| run.max_time).max();
        (min.unwrap_or_default(), max.unwrap_or_default())
    }

    /// What is known of `value` over all rows.
    pub(super) fn values(&self) -> ValueStats {
        self.runs.iter().fold(ValueStats::NONE, |stats, run| stats.and(run.values))
    }

    /// Every run.
    pub fn all(&self) -> &[Run] {
        &self.runs
    }

    /// The runs of one organization, by its code.
    pub fn of_organization(&self, organization: u32) -> &[Run] {
        let start = self.runs.partition_point(|run| run.organization < organization);
        let end = self.runs.partition_point(|run| run.organization <= organization);
        &self.runs[start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(values: &[f64]) -> ValueStats {
        let values = Values { numbers: values.to_vec().into(), validity: None };
        let rows = index(values.numbers.len());
        ValueStats::of(&values, 0..rows)
    }

    #[test]
    fn statistics_do_not_depend_on_the_order_of_rows() {
        for values in [[0.0, -0.0, 5.0], [5.0, -0.0, 0.0], [-0.0, 5.0, 0.0]] {
            let found = stats(&values);
            assert_eq!((found.count, found.max), (3, 5.0));
            assert!(found.min == 0.0 && found.min.is_sign_negative(), "{values:?}");
        }
        let zeros = stats(&[0.0]).and(stats(&[-0.0]));
        assert!(zeros.min.is_sign_negative() && zeros.max.is_sign_positive());
    }

    #[test]
    fn a_unit_is_the_largest_power_of_two_that_divides_every_value() {
        let units = [
            (&[1.0][..], 0),
            (&[-12.0], 2),
            (&[12.0, 0.25, 0.0], -2),
            (&[0.1], -55),
            (&[f64::MAX], 971),
            (&[2_f64.powi(1023)], 1023),
            (&[f64::MIN_POSITIVE], -1022),
            (&[f64::MIN_POSITIVE * 0.5], -1023),
            (&[5e-324], -1074),
            (&[1.5e-323], -1074),
            (&[0.0, -0.0], ValueStats::NO_UNIT),
            (&[], ValueStats::NO_UNIT),
        ];
        for (values, unit) in units {
            assert_eq!(stats(values).unit, unit, "{values:?}");
        }
        assert_eq!(stats(&[8.0]).and(stats(&[0.5])).unit, -1);
        assert_eq!(stats(&[8.0]).and(stats(&[0.0])).unit, 3);
    }

    #[test]
    fn the_statistics_of_nothing_change_nothing() {
        let some = stats(&[3.0, -2.0]);
        assert_eq!(some.and(ValueStats::NONE), some);
        assert_eq!(ValueStats::NONE.and(some), some);
        assert_eq!(stats(&[]), ValueStats::NONE);
    }
}
