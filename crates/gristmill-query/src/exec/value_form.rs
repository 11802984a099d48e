//! What is known of the values of a run before any of them is looked at.

use super::sum::{Place, Units};
use gristmill_storage::segment::ValueStats;

/// What the statistics of a run tell of the values of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ValueForm {
    /// Every value is null.
    Absent,
    /// Every row has this value.
    Constant(f64, SumForm),
    /// They have to be looked at.
    Column {
        /// Whether some may be null.
        nullable: bool,
        sum: SumForm,
    },
}

/// How values are added up to the same exact sum in any order, the cheapest way first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SumForm {
    /// In plain arithmetic, which rounds nothing off.
    Plain,
    /// As multiples of one of two units.
    Fixed(Place),
    /// As any numbers, with a look at what is rounded off.
    Checked,
}

/// Sums of integers below this are exact in an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

impl ValueForm {
    /// The forms of the values of some runs: for each how many rows it has, and the statistics over them. And the units
    /// of their sums, where they are added up as multiples, which is done only where `multiples` says so.
    pub(crate) fn of(runs: &[(usize, ValueStats)], multiples: bool) -> (Vec<Self>, Option<Units>) {
        let units = if multiples { Units::of(runs.iter().map(|(_, stats)| stats)) } else { None };
        if let Some((units, places)) = units {
            let sums = places.into_iter().map(|place| place.map_or(SumForm::Plain, SumForm::Fixed));
            let forms = runs.iter().zip(sums).map(|((rows, stats), sum)| Self::of_run(*rows, stats, sum));
            return (forms.collect(), Some(units));
        }
        let sums = add_up_plainly(runs).into_iter();
        let sums = sums.map(|plain| if plain { SumForm::Plain } else { SumForm::Checked });
        (runs.iter().zip(sums).map(|((rows, stats), sum)| Self::of_run(*rows, stats, sum)).collect(), None)
    }

    fn of_run(rows: usize, stats: &ValueStats, sum: SumForm) -> Self {
        let nullable = (stats.count as usize) < rows;
        if stats.count == 0 {
            Self::Absent
        } else if sum != SumForm::Checked && !nullable && stats.min.to_bits() == stats.max.to_bits() {
            Self::Constant(stats.min, sum)
        } else {
            Self::Column { nullable, sum }
        }
    }

    /// Whether the column has to be read.
    pub(crate) fn reads_column(self) -> bool {
        matches!(self, Self::Column { .. })
    }

    /// Whether the column has to be read, as multiples of the unit.
    pub(crate) fn reads_multiples(self) -> bool {
        matches!(self, Self::Column { sum: SumForm::Fixed(_), .. })
    }

    /// How the values are added up; `None` where there are none.
    pub(crate) fn sum(self) -> Option<SumForm> {
        match self {
            Self::Absent => None,
            Self::Constant(_, sum) | Self::Column { sum, .. } => Some(sum),
        }
    }
}

/// Whether plain arithmetic adds up the values of each run exactly.
///
/// Values that are multiples of a power of two add up exactly as long as every partial sum stays below 2^53 of that unit.
/// Runs are taken in, those of the coarsest unit first, for as long as that holds for all of them together.
fn add_up_plainly(runs: &[(usize, ValueStats)]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..runs.len()).filter(|at| runs[*at].1.count > 0).collect();
    order.sort_by_key(|at| std::cmp::Reverse(runs[*at].1.unit));
    let mut plain: Vec<bool> = runs.iter().map(|(_, stats)| stats.count == 0).collect();
    let mut largest_sum = 0.0;
    for at in order {
        let (rows, stats) = &runs[at];
        largest_sum += *rows as f64 * stats.min.abs().max(stats.max.abs());
        // Twice: what is rounded here must not decide.
        if largest_sum * 2.0 >= EXACT * 2_f64.powi(i32::from(stats.unit.min(0))) {
            break;
        }
        plain[at] = true;
    }
    plain
}
