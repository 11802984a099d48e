//! The values of one span of rows, in the cheapest form that gives the same figures.

use super::batch_rows::BatchRows;
use super::cell::{Cell, NO_MAX, NO_MIN, to_extreme};
use super::spill::Spill;
use super::wide;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use gristmill_storage::segment::{ValueStats, Values};
use std::ops::Range;

/// What the statistics of a run tell of the values of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ValueForm {
    /// Every value is null.
    Absent,
    /// Every row has this value, and any number of them adds up exactly.
    Constant(f64),
    /// They have to be looked at.
    Column {
        /// Whether some may be null.
        nullable: bool,
        /// Whether plain arithmetic adds them up exactly, in any order.
        plain: bool,
    },
}

/// Sums of integers below this are exact in an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

impl ValueForm {
    /// The forms of the values of some runs: for each how many rows it has, and the statistics over them.
    ///
    /// Values that are multiples of a power of two add up exactly as long as every partial sum stays below 2^53 of
    /// that unit. Runs are taken in, those of the coarsest unit first, for as long as that holds for all of them together.
    pub(crate) fn of(runs: &[(usize, ValueStats)]) -> Vec<Self> {
        let mut order: Vec<usize> = (0..runs.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(runs[*at].1.unit));
        let mut plain = vec![false; runs.len()];
        let mut largest_sum = 0.0;
        for at in order {
            let (rows, stats) = &runs[at];
            if stats.count == 0 {
                continue;
            }
            largest_sum += *rows as f64 * stats.min.abs().max(stats.max.abs());
            // Twice: what is rounded here must not decide.
            if largest_sum * 2.0 >= EXACT * 2_f64.powi(i32::from(stats.unit.min(0))) {
                break;
            }
            plain[at] = true;
        }
        runs.iter().zip(plain).map(|((rows, stats), plain)| Self::of_run(*rows, stats, plain)).collect()
    }

    fn of_run(rows: usize, stats: &ValueStats, plain: bool) -> Self {
        let nullable = (stats.count as usize) < rows;
        if stats.count == 0 {
            Self::Absent
        } else if plain && !nullable && stats.min.to_bits() == stats.max.to_bits() {
            Self::Constant(stats.min)
        } else {
            Self::Column { nullable, plain }
        }
    }

    /// Whether the column has to be read.
    pub(crate) fn reads_column(self) -> bool {
        matches!(self, Self::Column { .. })
    }
}

/// The values of one span of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SpanValues<'v> {
    Absent,
    Constant(f64),
    Column { numbers: &'v [f64], validity: Option<&'v BooleanBuffer>, plain: bool },
}

impl<'v> SpanValues<'v> {
    /// Values in a form; without a column there is nothing to look at.
    pub(crate) fn new(form: ValueForm, values: Option<&'v Values>) -> Self {
        match (form, values) {
            (ValueForm::Constant(value), _) => Self::Constant(value),
            (ValueForm::Column { nullable, plain }, Some(values)) => {
                let validity = values.validity.as_ref().filter(|_| nullable);
                Self::Column { numbers: &values.numbers, validity: validity.map(NullBuffer::inner), plain }
            }
            (ValueForm::Absent, _) | (_, None) => Self::Absent,
        }
    }

    /// Adds rows that follow one another to one cell.
    pub(crate) fn add_range<C: Cell>(&self, cell: &mut C, rows: Range<u32>, mut spill: impl FnMut(f64)) {
        let count = rows.end - rows.start;
        cell.add_rows(count);
        match self {
            Self::Absent => {}
            Self::Constant(value) => add_constant(cell, *value, count),
            Self::Column { numbers, validity, plain } => {
                if !(C::SUM || C::EXTREMES) {
                    return;
                }
                let range = rows.start as usize..rows.end as usize;
                let numbers = &numbers[range.clone()];
                let valid = validity.map(|valid| valid.slice(range.start, range.len()));
                if C::SUM {
                    let values = valid.as_ref().map_or(numbers.len(), BooleanBuffer::count_set_bits);
                    cell.add_values(u32::try_from(values).unwrap_or(u32::MAX));
                    // A null row holds 0.0, which adds nothing.
                    if *plain {
                        cell.add_plain(wide::sum(numbers));
                    } else {
                        add_checked(cell, numbers, &mut spill);
                    }
                }
                if C::EXTREMES {
                    let (min, max) = match &valid {
                        None => wide::extremes(numbers),
                        Some(valid) => extremes_of_valid(numbers, valid),
                    };
                    cell.add_extremes(min, max);
                }
            }
        }
    }

    /// Adds listed rows to one cell.
    pub(crate) fn add_list<C: Cell>(&self, cell: &mut C, rows: &[u32], mut spill: impl FnMut(f64)) {
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        cell.add_rows(count);
        match self {
            Self::Column { numbers, validity, plain } if C::SUM || C::EXTREMES => {
                let mut seen = *cell;
                for row in rows {
                    let value = numbers[*row as usize];
                    let valid = validity.is_none_or(|valid| valid.value(*row as usize));
                    if *plain {
                        seen.add_plain(value);
                    } else {
                        let residue = seen.add_checked(value);
                        if residue != 0.0 {
                            spill(residue);
                        }
                    }
                    add_seen(&mut seen, value, valid);
                }
                *cell = seen;
            }
            Self::Constant(value) => add_constant(cell, *value, count),
            Self::Absent | Self::Column { .. } => {}
        }
    }

    /// Adds each row to the cell of its key; `rows` and `keys` go in step. `first` is told the keys that had no row.
    #[inline]
    pub(crate) fn add_keyed<C: Cell>(
        &self,
        cells: &mut [C],
        keys: &[u32],
        rows: &BatchRows<'_>,
        mut first: impl FnMut(u32, bool),
        spill: &mut Spill,
    ) {
        let mut row = |cell: &mut C, key: u32| {
            first(key, cell.rows() == 0);
            cell.add_rows(1);
        };
        match self {
            Self::Column { numbers, validity, plain } if C::SUM || C::EXTREMES => match (validity, plain) {
                (None, true) => rows.zip(keys.iter(), |at, key| {
                    let cell = &mut cells[*key as usize];
                    row(cell, *key);
                    add_plain(cell, numbers[at as usize], true);
                }),
                (Some(valid), true) => rows.zip(keys.iter(), |at, key| {
                    let cell = &mut cells[*key as usize];
                    row(cell, *key);
                    add_plain(cell, numbers[at as usize], valid.value(at as usize));
                }),
                (validity, false) => rows.zip(keys.iter(), |at, key| {
                    let cell = &mut cells[*key as usize];
                    row(cell, *key);
                    let valid = validity.is_none_or(|valid| valid.value(at as usize));
                    let residue = cell.add_checked(numbers[at as usize]);
                    if residue != 0.0 {
                        spill.add(*key, residue);
                    }
                    add_seen(cell, numbers[at as usize], valid);
                }),
            },
            Self::Constant(value) if C::SUM || C::EXTREMES => {
                for key in keys {
                    let cell = &mut cells[*key as usize];
                    row(cell, *key);
                    add_plain(cell, *value, true);
                }
            }
            Self::Absent | Self::Constant(_) | Self::Column { .. } => {
                for key in keys {
                    row(&mut cells[*key as usize], *key);
                }
            }
        }
    }
}

/// Adds the same value several times, which is exact.
fn add_constant<C: Cell>(cell: &mut C, value: f64, count: u32) {
    cell.add_values(count);
    cell.add_plain(value * f64::from(count));
    cell.add_extremes(to_extreme(value), to_extreme(value));
}

/// Adds a value that plain arithmetic holds; a null row's is 0.0.
#[inline]
fn add_plain<C: Cell>(cell: &mut C, value: f64, valid: bool) {
    cell.add_plain(value);
    add_seen(cell, value, valid);
}

/// Takes in all of a value but the sum.
#[inline]
fn add_seen<C: Cell>(cell: &mut C, value: f64, valid: bool) {
    cell.add_values(u32::from(valid));
    if C::EXTREMES {
        let extreme = to_extreme(value);
        cell.add_extremes(if valid { extreme } else { NO_MIN }, if valid { extreme } else { NO_MAX });
    }
}

fn add_checked<C: Cell>(cell: &mut C, numbers: &[f64], spill: &mut impl FnMut(f64)) {
    let mut sum = super::sum::Pair::default();
    sum.add_all(numbers, &mut *spill);
    for part in sum.parts() {
        let residue = cell.add_checked(part);
        if residue != 0.0 {
            spill(residue);
        }
    }
}

fn extremes_of_valid(numbers: &[f64], valid: &BooleanBuffer) -> (i64, i64) {
    valid.set_slices().fold((NO_MIN, NO_MAX), |(min, max), (start, end)| {
        let (least, most) = wide::extremes(&numbers[start..end]);
        (min.min(least), max.max(most))
    })
}
