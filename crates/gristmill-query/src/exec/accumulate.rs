//! Accumulators: one slot a group in plain arrays, filled by tight loops.

use super::batch_rows::BatchRows;
use super::distinct::CodeSets;
use super::sum::Sums;
use crate::request::{Aggregation, Metric};
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::Values;
use std::ops::Range;

/// Which accumulators the metrics of a fetch need; several metrics may share one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Number and sum of the values.
    pub(crate) sum: bool,
    /// Smallest value.
    pub(crate) min: bool,
    /// Largest value.
    pub(crate) max: bool,
    /// Distinct values of these dimensions.
    pub(crate) uniq: Vec<Dimension>,
}

impl Needs {
    pub(crate) fn of(metrics: &[Metric]) -> Self {
        let mut needs = Self::default();
        for metric in metrics {
            match metric.aggregation {
                Aggregation::Count => {}
                Aggregation::Sum | Aggregation::Avg => needs.sum = true,
                Aggregation::Min => needs.min = true,
                Aggregation::Max => needs.max = true,
                Aggregation::Uniq(dimension) => {
                    if !needs.uniq.contains(&dimension) {
                        needs.uniq.push(dimension);
                    }
                }
            }
        }
        needs
    }

    /// Whether the column of values is read.
    pub(crate) fn values(&self) -> bool {
        self.sum || self.min || self.max
    }
}

/// What has been seen of each group. Arrays that are not needed stay empty.
#[derive(Debug, Default)]
pub(crate) struct Accumulators {
    /// Rows.
    pub(crate) rows: Vec<u64>,
    /// Rows whose value is not null.
    pub(crate) values: Vec<u64>,
    /// Sums of the values.
    pub(crate) sums: Sums,
    /// Smallest values.
    pub(crate) min: Vec<Extreme>,
    /// Largest values.
    pub(crate) max: Vec<Extreme>,
}

/// A value in an integer that sorts as [`f64::total_cmp`] does.
pub(crate) type Extreme = i64;

/// No value was seen yet.
const NO_MIN: Extreme = i64::MAX;
/// No value was seen yet.
const NO_MAX: Extreme = i64::MIN;

/// The integer of a value.
#[inline]
fn to_extreme(value: f64) -> Extreme {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

fn from_extreme(extreme: Extreme) -> f64 {
    f64::from_bits((extreme ^ ((extreme >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

impl Accumulators {
    /// Makes room for groups below `groups`.
    pub(crate) fn resize(&mut self, needs: &Needs, groups: usize) {
        self.rows.resize(groups, 0);
        if needs.sum {
            self.values.resize(groups, 0);
            self.sums.resize(groups);
        }
        if needs.min {
            self.min.resize(groups, NO_MIN);
        }
        if needs.max {
            self.max.resize(groups, NO_MAX);
        }
    }

    /// Adds rows that follow one another to one group.
    pub(crate) fn add_range(&mut self, needs: &Needs, group: u32, rows: Range<u32>, values: Option<&Values>) {
        let slot = group as usize;
        self.rows[slot] += rows.len() as u64;
        let Some(values) = values else { return };
        for_each_block(values, rows, |numbers| self.add_numbers(needs, group, numbers));
    }

    /// Adds values to one group, whose rows are counted already.
    fn add_numbers(&mut self, needs: &Needs, group: u32, numbers: &[f64]) {
        let slot = group as usize;
        if needs.sum {
            self.values[slot] += numbers.len() as u64;
            self.sums.add_all(group, numbers);
        }
        if needs.min {
            self.min[slot] =
                numbers.iter().fold(self.min[slot], |least, value| least.min(to_extreme(*value)));
        }
        if needs.max {
            self.max[slot] = numbers.iter().fold(self.max[slot], |most, value| most.max(to_extreme(*value)));
        }
    }

    /// Adds each row to its group; `rows` and `groups` go in step. Each accumulator has a loop of its own.
    pub(crate) fn add_rows(
        &mut self,
        needs: &Needs,
        rows: &BatchRows<'_>,
        groups: &[u32],
        values: Option<&Values>,
    ) {
        groups.iter().for_each(|group| self.rows[*group as usize] += 1);
        let Some(values) = values else { return };
        if needs.sum {
            for_each_value(values, rows, groups, |group, value| {
                self.values[group as usize] += 1;
                self.sums.add(group, value);
            });
        }
        if needs.min {
            for_each_value(values, rows, groups, |group, value| {
                let least = &mut self.min[group as usize];
                *least = (*least).min(to_extreme(value));
            });
        }
        if needs.max {
            for_each_value(values, rows, groups, |group, value| {
                let most = &mut self.max[group as usize];
                *most = (*most).max(to_extreme(value));
            });
        }
    }

    /// Adds a group of `other` to a group of `self`.
    pub(crate) fn merge(&mut self, needs: &Needs, group: u32, other: &Self, other_group: u32) {
        let (slot, other_slot) = (group as usize, other_group as usize);
        self.rows[slot] += other.rows[other_slot];
        if needs.sum {
            self.values[slot] += other.values[other_slot];
            self.sums.merge(group, &other.sums, other_group);
        }
        if needs.min {
            self.min[slot] = self.min[slot].min(other.min[other_slot]);
        }
        if needs.max {
            self.max[slot] = self.max[slot].max(other.max[other_slot]);
        }
    }

    /// The smallest value of a group.
    pub(crate) fn smallest(&self, group: u32) -> Option<f64> {
        Some(self.min[group as usize]).filter(|extreme| *extreme != NO_MIN).map(from_extreme)
    }

    /// The largest value of a group.
    pub(crate) fn largest(&self, group: u32) -> Option<f64> {
        Some(self.max[group as usize]).filter(|extreme| *extreme != NO_MAX).map(from_extreme)
    }
}

/// Values that are gathered before they are added up: enough that the start and end of a loop do not count.
const BLOCK: usize = 256;

/// Calls with the values of some rows that are not null, in order, as slices.
fn for_each_block(values: &Values, rows: Range<u32>, mut call: impl FnMut(&[f64])) {
    let numbers = &values.numbers[rows.start as usize..rows.end as usize];
    let Some(valid) = &values.validity else { return call(numbers) };
    let mut block = [0.0; BLOCK];
    let mut filled = 0;
    for at in valid.slice(rows.start as usize, rows.len()).valid_indices() {
        block[filled] = numbers[at];
        filled += 1;
        if filled == BLOCK {
            call(&block);
            filled = 0;
        }
    }
    call(&block[..filled]);
}

/// Calls with the group and value of each row whose value is not null.
#[inline]
fn for_each_value(values: &Values, rows: &BatchRows<'_>, groups: &[u32], mut call: impl FnMut(u32, f64)) {
    let numbers: &[f64] = &values.numbers;
    match &values.validity {
        None => rows.zip(groups.iter(), |row, group| call(*group, numbers[row as usize])),
        Some(valid) => rows.zip(groups.iter(), |row, group| {
            if valid.is_valid(row as usize) {
                call(*group, numbers[row as usize]);
            }
        }),
    }
}

/// The distinct codes of each group, one entry for each dimension of [`Needs::uniq`].
pub(crate) type DistinctCodes = Vec<CodeSets>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_sort_as_totally_ordered_values() {
        let rising = [f64::MIN, -1.5, -f64::MIN_POSITIVE, -5e-324, -0.0, 0.0, 5e-324, 1.0, f64::MAX];
        for pair in rising.windows(2) {
            assert!(to_extreme(pair[0]) < to_extreme(pair[1]), "{pair:?}");
        }
        for value in rising {
            assert_eq!(from_extreme(to_extreme(value)).to_bits(), value.to_bits());
            assert!(to_extreme(value) > NO_MAX && to_extreme(value) < NO_MIN);
        }
    }
}
