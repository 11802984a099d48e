//! The columns of figures.

use crate::exec::{Figure, Merged, Needs, State, StateKind, to_extreme};
use crate::narrow;
use crate::request::{Aggregation, Metric};
use crate::response::Sketch;
use std::cmp::Ordering;

/// One column of figures, a figure a row.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricColumn {
    /// Counts.
    Integers(Vec<u64>),
    /// Finite numbers or null.
    Floats(Vec<Option<f64>>),
    /// Estimates of counts.
    Sketches(Vec<Sketch>),
}

impl MetricColumn {
    /// The figures of a metric for every group. The flag tells that a sum was beyond `f64` and became null. Counts are
    /// taken out of `merged` where no metric of `later` needs them.
    pub(crate) fn new<'m>(
        metric: &Metric,
        mut later: impl Iterator<Item = &'m Metric>,
        needs: &Needs,
        merged: &mut Merged,
    ) -> (Self, bool) {
        let groups = 0..narrow::id(merged.len());
        let accumulators = &mut merged.accumulators;
        let mut overflow = false;
        let mut sum = |group: u32| {
            let sum = accumulators.sums.round(group);
            overflow |= sum.is_none();
            sum
        };
        let column = match &metric.aggregation {
            Aggregation::Count if later.any(|other| other.aggregation == Aggregation::Count) => {
                Self::Integers(accumulators.rows.clone())
            }
            Aggregation::Count => Self::Integers(std::mem::take(&mut accumulators.rows)),
            Aggregation::Sum => Self::Floats(groups.map(sum).collect()),
            Aggregation::Avg => {
                let average = |group: u32| match accumulators.values[group as usize] {
                    0 => None,
                    values => sum(group).map(|sum| sum / values as f64),
                };
                Self::Floats(groups.map(average).collect())
            }
            Aggregation::Min => Self::Floats(groups.map(|group| accumulators.smallest(group)).collect()),
            Aggregation::Max => Self::Floats(groups.map(|group| accumulators.largest(group)).collect()),
            Aggregation::Uniq(of) => {
                let counts = needs.uniq.iter().zip(&merged.distinct).find(|(known, _)| *known == of);
                Self::Integers(counts.map_or_else(|| vec![0; merged.len()], |(_, counts)| counts.clone()))
            }
            Aggregation::ApproxUniq(_)
            | Aggregation::Quantile(_)
            | Aggregation::Variance(_)
            | Aggregation::StdDev(_)
            | Aggregation::First
            | Aggregation::Last => {
                let at = StateKind::of(&metric.aggregation)
                    .and_then(|kind| needs.states.iter().position(|known| *known == kind));
                let states = at.and_then(|at| merged.states.get(at)).map_or(&[] as &[State], Vec::as_slice);
                let column = of_states(&metric.aggregation, states);
                overflow = column.1;
                column.0
            }
        };
        (column, overflow)
    }

    /// A figure as a number; `None` for null.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts are compared with numbers of JSON, which are floats"
    )]
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Integers(figures) => Some(figures[row] as f64),
            Self::Floats(figures) => figures[row],
            Self::Sketches(figures) => Some(figures[row].estimate as f64),
        }
    }

    /// A number for each figure that sorts as [`MetricColumn::compare`] does.
    pub(crate) fn sort_keys(&self) -> Vec<u64> {
        let of_float = |figure: &Option<f64>| match figure {
            None => 0,
            // Adding 0.0 makes -0.0 plain. A finite number never becomes the 0 of null.
            Some(figure) => to_extreme(figure + 0.0).cast_unsigned() ^ 1 << 63,
        };
        match self {
            Self::Integers(figures) => figures.clone(),
            Self::Floats(figures) => figures.iter().map(of_float).collect(),
            Self::Sketches(figures) => figures.iter().map(|figure| figure.estimate).collect(),
        }
    }

    /// How two figures sort, null first.
    pub(crate) fn compare(&self, a: usize, b: usize) -> Ordering {
        match self {
            Self::Integers(figures) => figures[a].cmp(&figures[b]),
            Self::Floats(figures) => match (figures[a], figures[b]) {
                // Figures are finite, and 0.0 and -0.0 are the same number.
                (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
                (a, b) => a.is_some().cmp(&b.is_some()),
            },
            Self::Sketches(figures) => figures[a].estimate.cmp(&figures[b].estimate),
        }
    }

    /// The figures of these rows, in this order.
    pub(crate) fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Self::Integers(figures) => {
                Self::Integers(rows.iter().map(|row| figures[*row as usize]).collect())
            }
            Self::Floats(figures) => Self::Floats(rows.iter().map(|row| figures[*row as usize]).collect()),
            Self::Sketches(figures) => {
                Self::Sketches(rows.iter().map(|row| figures[*row as usize].clone()).collect())
            }
        }
    }
}

/// The figures that the states of all groups give, and whether one was beyond what can be added up.
fn of_states(aggregation: &Aggregation, states: &[State]) -> (MetricColumn, bool) {
    if let Aggregation::ApproxUniq(_) = aggregation {
        return (MetricColumn::Sketches(states.iter().map(State::sketch).collect()), false);
    }
    let figures: Vec<Figure> = states.iter().map(|state| state.figure(aggregation)).collect();
    let number = |figure: &Figure| if let Figure::Number(number) = figure { *number } else { None };
    let overflow = figures.contains(&Figure::OutOfRange);
    (MetricColumn::Floats(figures.iter().map(number).collect()), overflow)
}
