//! What a fetch asks of each group, and the arrays it ends in.

use super::cell::{Extreme, NO_MAX, NO_MIN, from_extreme};
use super::state::StateKind;
use super::stretch::Stretches;
use super::sum::Sums;
use crate::narrow;
use crate::request::{Aggregation, Distinct, Metric};
use std::ops::Range;

/// What the metrics of a fetch need of each group; several metrics may share one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Number and sum of the values.
    pub(crate) sum: bool,
    /// Smallest and largest value.
    pub(crate) extremes: bool,
    /// What is told apart.
    pub(crate) uniq: Vec<Distinct>,
    /// What else is kept.
    pub(crate) states: Vec<StateKind>,
}

impl Needs {
    pub(crate) fn of<'m>(metrics: impl IntoIterator<Item = &'m Metric>) -> Self {
        let metrics: Vec<&Metric> = metrics.into_iter().collect();
        let states = StateKind::of_metrics(metrics.iter().copied());
        let mut needs = Self { states, ..Self::default() };
        for metric in metrics {
            match &metric.aggregation {
                Aggregation::Count
                | Aggregation::ApproxUniq(_)
                | Aggregation::Quantile(_)
                | Aggregation::Variance(_)
                | Aggregation::StdDev(_)
                | Aggregation::First
                | Aggregation::Last => {}
                Aggregation::Sum | Aggregation::Avg => needs.sum = true,
                Aggregation::Min | Aggregation::Max => needs.extremes = true,
                Aggregation::Uniq(of) => {
                    if !needs.uniq.contains(of) {
                        needs.uniq.push(of.clone());
                    }
                }
            }
        }
        needs
    }

    /// Whether the column of values is read.
    pub(crate) fn values(&self) -> bool {
        self.sum || self.extremes
    }
}

/// What was seen of each group. Arrays that are not needed stay empty.
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

impl Accumulators {
    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of a group, but for the few sums that need more.
    pub(crate) fn bytes_a_group(needs: &Needs) -> usize {
        let sums = if needs.sum { size_of::<u64>() + Sums::BYTES_A_GROUP } else { 0 };
        let extremes = if needs.extremes { 2 * size_of::<Extreme>() } else { 0 };
        size_of::<u64>() + sums + extremes
    }

    /// Makes room for groups below `groups`, or lets go of those above.
    pub(crate) fn resize(&mut self, needs: &Needs, groups: usize) {
        self.rows.resize(groups, 0);
        if needs.sum {
            self.values.resize(groups, 0);
            self.sums.resize(groups);
        }
        if needs.extremes {
            self.min.resize(groups, NO_MIN);
            self.max.resize(groups, NO_MAX);
        }
    }

    /// Adds groups of `other`, from one on, each to the group of `self` that stands in `groups`.
    pub(crate) fn merge_each(&mut self, needs: &Needs, groups: &[u32], other: &Self, from: usize) {
        fn each<T: Copy>(column: &mut [T], groups: &[u32], other: &[T], merge: impl Fn(&mut T, T)) {
            groups.iter().zip(other).for_each(|(group, item)| merge(&mut column[*group as usize], *item));
        }
        each(&mut self.rows, groups, &other.rows[from..], |rows, more| *rows += more);
        if needs.sum {
            each(&mut self.values, groups, &other.values[from..], |values, more| *values += more);
            for (group, other_group) in groups.iter().zip(from..) {
                self.sums.merge(*group, &other.sums, narrow::id(other_group));
            }
        }
        if needs.extremes {
            each(&mut self.min, groups, &other.min[from..], |min, other| *min = other.min(*min));
            each(&mut self.max, groups, &other.max[from..], |max, other| *max = other.max(*max));
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
        if needs.extremes {
            self.min[slot] = self.min[slot].min(other.min[other_slot]);
            self.max[slot] = self.max[slot].max(other.max[other_slot]);
        }
    }

    /// Appends some groups of `other`.
    pub(crate) fn extend_from(&mut self, other: &Self, groups: Range<usize>) {
        fn extend<T: Copy>(column: &mut Vec<T>, other: &[T], groups: &Range<usize>) {
            column.extend_from_slice(other.get(groups.clone()).unwrap_or_default());
        }
        extend(&mut self.rows, &other.rows, &groups);
        extend(&mut self.values, &other.values, &groups);
        extend(&mut self.min, &other.min, &groups);
        extend(&mut self.max, &other.max, &groups);
        self.sums.extend_from(&other.sums, groups);
    }

    /// The groups of several sources in their order.
    pub(crate) fn join<'a>(order: &Stretches, source: impl Fn(usize) -> &'a Self + Copy) -> Self {
        Self {
            rows: order.join(|at| &source(at).rows),
            values: order.join(|at| &source(at).values),
            sums: Sums::join(order, |at| &source(at).sums),
            min: order.join(|at| &source(at).min),
            max: order.join(|at| &source(at).max),
        }
    }

    /// The same groups in another order: group `i` is the one that was `order[i]`.
    pub(crate) fn gather(&self, order: &[u32]) -> Self {
        fn pick<T: Copy>(column: &[T], order: &[u32]) -> Vec<T> {
            if column.is_empty() { Vec::new() } else { order.iter().map(|at| column[*at as usize]).collect() }
        }
        Self {
            rows: pick(&self.rows, order),
            values: pick(&self.values, order),
            sums: self.sums.gather(order),
            min: pick(&self.min, order),
            max: pick(&self.max, order),
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
