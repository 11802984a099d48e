//! The values of one span of rows, in the cheapest form that gives the same figures.

use super::batch_rows::BatchRows;
use super::cell::{Cell, NO_MAX, NO_MIN, to_extreme};
use super::column_values::{ColumnValues, for_each_cell};
use super::multiples::MultipleValues;
use super::spill::Spill;
use super::sum::{Fixed, Pair, Place};
use super::tuning::Instructions;
use super::value_form::{SumForm, ValueForm};
use super::wide;
use crate::filter::Words;
use crate::narrow;
use gristmill_storage::segment::{FixedValues, Multiples, Values};
use std::ops::Range;

/// The values of one span of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SpanValues<'v> {
    Absent,
    Constant(f64, SumForm),
    /// As numbers, and whether plain arithmetic adds them up exactly.
    Numbers(ColumnValues<'v, f64>, bool),
    /// As multiples of one of these widths.
    I16(MultipleValues<'v, i16>),
    I32(MultipleValues<'v, i32>),
    I64(MultipleValues<'v, i64>),
}

impl<'v> SpanValues<'v> {
    /// The values of rows of the run that `row` lies in, in a form; without the column that it reads there is nothing to
    /// look at.
    pub(crate) fn new(
        form: ValueForm,
        row: u32,
        numbers: Option<&'v Values>,
        multiples: Option<&'v FixedValues>,
    ) -> Self {
        match form {
            ValueForm::Absent => Self::Absent,
            ValueForm::Constant(value, sum) => Self::Constant(value, sum),
            ValueForm::Column { nullable, sum: SumForm::Fixed(place) } => {
                multiples.map_or(Self::Absent, |values| Self::of_multiples(values, row, nullable, place))
            }
            ValueForm::Column { nullable, sum } => numbers.map_or(Self::Absent, |values| {
                let column = ColumnValues::new(0, &values.numbers, values.validity.as_ref(), nullable);
                Self::Numbers(column, sum == SumForm::Plain)
            }),
        }
    }

    fn of_multiples(values: &'v FixedValues, row: u32, nullable: bool, place: Place) -> Self {
        let Some(run) = values.of_run(row) else { return Self::Absent };
        let (first, validity) = (run.rows.start, values.validity.as_ref());
        match &run.multiples {
            Multiples::I16(items) => Self::I16(MultipleValues {
                column: ColumnValues::new(first, items, validity, nullable),
                place,
            }),
            Multiples::I32(items) => Self::I32(MultipleValues {
                column: ColumnValues::new(first, items, validity, nullable),
                place,
            }),
            Multiples::I64(items) => Self::I64(MultipleValues {
                column: ColumnValues::new(first, items, validity, nullable),
                place,
            }),
        }
    }

    /// Adds rows that follow one another to one cell.
    pub(crate) fn add_range<C: Cell>(&self, cell: &mut C, rows: Range<u32>, mut spill: impl FnMut(f64)) {
        let count = rows.end - rows.start;
        cell.add_rows(count);
        let range = rows.start as usize..rows.end as usize;
        match self {
            Self::Constant(value, sum) => add_constant(cell, *value, count, *sum),
            Self::Numbers(column, plain) if C::SUM || C::EXTREMES => {
                let numbers = column.of(&range);
                if C::SUM {
                    cell.add_values(column.count(range.clone()));
                    add_numbers(cell, numbers, *plain, &mut spill);
                }
                if C::EXTREMES && column.validity.is_none() {
                    let (min, max) = wide::extremes(numbers);
                    cell.add_extremes(min, max);
                } else if C::EXTREMES {
                    column.for_each_chunk(&BatchRows::Range(rows), |_, chunk| {
                        let (min, max) = wide::extremes_of_present(chunk.items, chunk.present);
                        cell.add_extremes(min, max);
                    });
                }
            }
            Self::I16(column) => column.add_range(cell, range),
            Self::I32(column) => column.add_range(cell, range),
            Self::I64(column) => column.add_range(cell, range),
            Self::Absent | Self::Numbers(..) => {}
        }
    }

    /// Adds listed rows to one cell.
    pub(crate) fn add_list<C: Cell>(&self, cell: &mut C, rows: &[u32], mut spill: impl FnMut(f64)) {
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        cell.add_rows(count);
        match self {
            Self::Constant(value, sum) => add_constant(cell, *value, count, *sum),
            Self::Numbers(column, plain) if C::SUM || C::EXTREMES => {
                column.for_each_chunk(&BatchRows::List(rows), |_, chunk| {
                    if C::SUM {
                        cell.add_values(chunk.count());
                        add_numbers(cell, chunk.items, *plain, &mut spill);
                    }
                    if C::EXTREMES {
                        let (min, max) = wide::extremes_of_present(chunk.items, chunk.present);
                        cell.add_extremes(min, max);
                    }
                });
            }
            Self::I16(column) => column.add_list(cell, rows),
            Self::I32(column) => column.add_list(cell, rows),
            Self::I64(column) => column.add_list(cell, rows),
            Self::Absent | Self::Numbers(..) => {}
        }
    }

    /// Adds those rows to one cell whose bit is set: the lowest bit of the first word is that of row `first`. Or does nothing
    /// and says so, where it is better to list them.
    pub(crate) fn add_bits<C: Cell>(
        &self,
        cell: &mut C,
        first: u32,
        words: &Words<'_>,
        allowed: Instructions,
    ) -> bool {
        let rows = narrow::id(words.count());
        let is_added = match self {
            _ if !(C::SUM || C::EXTREMES) => true,
            Self::Absent => true,
            Self::Constant(value, sum) => {
                add_constant(cell, *value, rows, *sum);
                true
            }
            Self::Numbers(..) => false,
            Self::I16(column) => column.add_bits(cell, first, words, allowed),
            Self::I32(column) => column.add_bits(cell, first, words, allowed),
            Self::I64(column) => column.add_bits(cell, first, words, allowed),
        };
        if is_added {
            cell.add_rows(rows);
        }
        is_added
    }

    /// Adds each row to one of the `LANES` cells of its key, which take turns; `rows` and `keys` go in step. `first` is
    /// told of every row whether its cell had none.
    #[inline]
    pub(crate) fn add_keyed<C: Cell, const LANES: usize>(
        &self,
        cells: &mut [C],
        keys: &[u32],
        rows: &BatchRows<'_>,
        mut first: impl FnMut(u32, bool),
        spill: &mut Spill,
    ) {
        match self {
            Self::Numbers(column, true) if C::SUM || C::EXTREMES => {
                column.for_each_chunk(rows, |at, chunk| {
                    for_each_cell::<C, f64, LANES>(
                        cells,
                        &keys[at..],
                        chunk,
                        &mut first,
                        |cell, _, number, present| {
                            cell.add_plain(number);
                            add_seen(cell, number, present);
                        },
                    );
                });
            }
            Self::Numbers(column, false) if C::SUM || C::EXTREMES => {
                column.for_each_chunk(rows, |at, chunk| {
                    for_each_cell::<C, f64, LANES>(
                        cells,
                        &keys[at..],
                        chunk,
                        &mut first,
                        |cell, key, number, present| {
                            let residue = cell.add_checked(number);
                            if residue != 0.0 {
                                spill.add(key, residue);
                            }
                            add_seen(cell, number, present);
                        },
                    );
                });
            }
            Self::I16(column) if C::SUM => column.add_keyed::<C, LANES>(cells, keys, rows, first),
            Self::I32(column) if C::SUM => column.add_keyed::<C, LANES>(cells, keys, rows, first),
            Self::I64(column) if C::SUM => column.add_keyed::<C, LANES>(cells, keys, rows, first),
            _ => {
                for (at, key) in keys.iter().enumerate() {
                    let cell = &mut cells[*key as usize * LANES + at % LANES];
                    first(*key, cell.rows() == 0);
                    cell.add_rows(1);
                    if let Self::Constant(value, sum) = self {
                        add_constant(cell, *value, 1, *sum);
                    }
                }
            }
        }
    }
}

/// Adds the same value several times.
#[inline]
fn add_constant<C: Cell>(cell: &mut C, value: f64, count: u32, sum: SumForm) {
    cell.add_values(count);
    match sum {
        SumForm::Fixed(place) => {
            let multiple = place.point.multiple(value) << place.shift;
            if place.is_wide {
                cell.add_wide(Fixed::of(multiple).times(count));
            } else {
                cell.add_narrow(multiple * i64::from(count));
            }
        }
        SumForm::Plain | SumForm::Checked => cell.add_plain(value * f64::from(count)),
    }
    cell.add_extremes(to_extreme(value), to_extreme(value));
}

/// Takes in all of a value but the sum.
#[inline]
fn add_seen<C: Cell>(cell: &mut C, value: f64, present: u8) {
    cell.add_values(u32::from(present));
    if C::EXTREMES {
        add_extremes(cell, value, present);
    }
}

#[inline]
fn add_extremes<C: Cell>(cell: &mut C, value: f64, present: u8) {
    let extreme = to_extreme(value);
    let (min, max) = if present == 0 { (NO_MIN, NO_MAX) } else { (extreme, extreme) };
    cell.add_extremes(min, max);
}

/// Adds up numbers of which every null is 0.0.
#[inline]
fn add_numbers<C: Cell>(cell: &mut C, numbers: &[f64], plain: bool, spill: &mut impl FnMut(f64)) {
    if plain {
        return cell.add_plain(wide::sum(numbers));
    }
    let mut sum = Pair::default();
    sum.add_all(numbers, &mut *spill);
    for part in sum.parts() {
        let residue = cell.add_checked(part);
        if residue != 0.0 {
            spill(residue);
        }
    }
}
