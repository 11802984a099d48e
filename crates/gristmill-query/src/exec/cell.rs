//! Cells: what is known of one group while its rows are added. A scan keeps an array of them.
//!
//! Each kind of cell carries only what the fetch asks for, so that a scan over many groups touches few cache lines.

use super::sum::{Fixed, Pair, Units};
use crate::narrow;

/// A value in an integer that sorts as [`f64::total_cmp`] does.
pub(crate) type Extreme = i64;

/// No value was seen yet.
pub(crate) const NO_MIN: Extreme = i64::MAX;
/// No value was seen yet.
pub(crate) const NO_MAX: Extreme = i64::MIN;

/// The integer of a value.
#[inline]
pub(crate) fn to_extreme(value: f64) -> Extreme {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The value of an integer.
pub(crate) fn from_extreme(extreme: Extreme) -> f64 {
    f64::from_bits((extreme ^ ((extreme >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

/// What is known of one group. What a kind of cell has no room for is let go of.
pub(crate) trait Cell: Copy + Default + Send + Sync {
    /// Whether sums are kept.
    const SUM: bool;
    /// Whether smallest and largest values are kept.
    const EXTREMES: bool;

    /// Rows so far; a group is there when it has one.
    fn rows(&self) -> u32;

    /// Counts rows.
    fn add_rows(&mut self, rows: u32);

    /// Counts values that are not null.
    fn add_values(&mut self, _values: u32) {}

    /// Adds a number to a sum that is known to be exact in plain arithmetic.
    fn add_plain(&mut self, _number: f64) {}

    /// Adds a number to the sum; what is returned is missing from it (0.0 nearly always).
    fn add_checked(&mut self, _number: f64) -> f64 {
        0.0
    }

    /// Adds narrow multiples, or the sum of some, to the sum.
    fn add_narrow(&mut self, _multiple: i64) {}

    /// Adds wide multiples to the sum.
    fn add_wide(&mut self, _sum: Fixed) {}

    /// Takes in the smallest and the largest of some values.
    fn add_extremes(&mut self, _min: Extreme, _max: Extreme) {}

    /// Adds what another cell has seen; what is returned is missing from the sum.
    fn merge(&mut self, other: &Self) -> [f64; 2];

    /// Values that are not null.
    fn values(&self) -> u32 {
        0
    }

    /// The sum; where multiples were added, `units` tells what of. `missing` takes what is missing from it (nearly always
    /// nothing).
    fn sum(&self, _units: Option<Units>, _missing: &mut dyn FnMut(f64)) -> Pair {
        Pair::default()
    }

    /// The smallest and the largest value.
    fn extremes(&self) -> (Extreme, Extreme) {
        (NO_MIN, NO_MAX)
    }
}

/// Rows only.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CountCell {
    rows: u32,
}

impl Cell for CountCell {
    const SUM: bool = false;
    const EXTREMES: bool = false;

    #[inline]
    fn rows(&self) -> u32 {
        self.rows
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.rows += rows;
    }

    #[inline]
    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.rows += other.rows;
        [0.0; 2]
    }
}

/// Rows and a sum that plain arithmetic holds exactly.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PlainCell {
    /// Rows in the lower half, values in the upper: one addition counts both.
    counts: u64,
    sum: f64,
}

/// One value, as [`PlainCell`] counts it.
const ONE_VALUE: u64 = 1 << 32;

impl Cell for PlainCell {
    const SUM: bool = true;
    const EXTREMES: bool = false;

    #[inline]
    fn rows(&self) -> u32 {
        narrow::unpacked(self.counts % ONE_VALUE)
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.counts += u64::from(rows);
    }

    #[inline]
    fn add_values(&mut self, values: u32) {
        self.counts += u64::from(values) * ONE_VALUE;
    }

    #[inline]
    fn add_plain(&mut self, number: f64) {
        self.sum += number;
    }

    /// Never asked for: a scan takes this cell where every sum is plain.
    #[inline]
    fn add_checked(&mut self, number: f64) -> f64 {
        number
    }

    #[inline]
    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.counts += other.counts;
        self.sum += other.sum;
        [0.0; 2]
    }

    #[inline]
    fn values(&self) -> u32 {
        narrow::unpacked(self.counts / ONE_VALUE)
    }

    #[inline]
    fn sum(&self, _units: Option<Units>, _missing: &mut dyn FnMut(f64)) -> Pair {
        Pair::of(self.sum)
    }
}

/// Rows and any sum: what is proved to be exact is added up apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SumCell {
    plain: PlainCell,
    checked: Pair,
}

impl Cell for SumCell {
    const SUM: bool = true;
    const EXTREMES: bool = false;

    #[inline]
    fn rows(&self) -> u32 {
        self.plain.rows()
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.plain.add_rows(rows);
    }

    #[inline]
    fn add_values(&mut self, values: u32) {
        self.plain.add_values(values);
    }

    #[inline]
    fn add_plain(&mut self, number: f64) {
        self.plain.sum += number;
    }

    #[inline]
    fn add_checked(&mut self, number: f64) -> f64 {
        self.checked.add(number)
    }

    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.plain.merge(&other.plain);
        self.checked.merge(other.checked)
    }

    fn values(&self) -> u32 {
        self.plain.values()
    }

    fn sum(&self, _units: Option<Units>, missing: &mut dyn FnMut(f64)) -> Pair {
        let mut sum = self.checked;
        sum.add_or(self.plain.sum, missing);
        sum
    }
}

/// Rows and a sum of narrow multiples.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NarrowCell {
    /// As in [`PlainCell`].
    counts: u64,
    /// Fewer than 2^31 rows of 32 bits cannot overflow it.
    sum: i64,
}

impl Cell for NarrowCell {
    const SUM: bool = true;
    const EXTREMES: bool = false;

    #[inline]
    fn rows(&self) -> u32 {
        narrow::unpacked(self.counts % ONE_VALUE)
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.counts += u64::from(rows);
    }

    #[inline]
    fn add_values(&mut self, values: u32) {
        self.counts += u64::from(values) * ONE_VALUE;
    }

    #[inline]
    fn add_narrow(&mut self, multiple: i64) {
        self.sum = self.sum.wrapping_add(multiple);
    }

    /// Never asked for: a scan takes this cell where every value is a multiple.
    #[inline]
    fn add_checked(&mut self, number: f64) -> f64 {
        number
    }

    #[inline]
    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.counts += other.counts;
        self.add_narrow(other.sum);
        [0.0; 2]
    }

    #[inline]
    fn values(&self) -> u32 {
        narrow::unpacked(self.counts / ONE_VALUE)
    }

    #[inline]
    fn sum(&self, units: Option<Units>, missing: &mut dyn FnMut(f64)) -> Pair {
        units.map_or_else(Pair::default, |units| units.sum(self.sum, Fixed::default(), missing))
    }
}

/// Rows and a sum of multiples, narrow and wide.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FixedCell {
    narrow: NarrowCell,
    wide: Fixed,
}

impl Cell for FixedCell {
    const SUM: bool = true;
    const EXTREMES: bool = false;

    #[inline]
    fn rows(&self) -> u32 {
        self.narrow.rows()
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.narrow.add_rows(rows);
    }

    #[inline]
    fn add_values(&mut self, values: u32) {
        self.narrow.add_values(values);
    }

    #[inline]
    fn add_narrow(&mut self, multiple: i64) {
        self.narrow.add_narrow(multiple);
    }

    #[inline]
    fn add_wide(&mut self, sum: Fixed) {
        self.wide += sum;
    }

    /// Never asked for: a scan takes this cell where every value is a multiple.
    #[inline]
    fn add_checked(&mut self, number: f64) -> f64 {
        number
    }

    #[inline]
    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.wide += other.wide;
        self.narrow.merge(&other.narrow)
    }

    #[inline]
    fn values(&self) -> u32 {
        self.narrow.values()
    }

    #[inline]
    fn sum(&self, units: Option<Units>, missing: &mut dyn FnMut(f64)) -> Pair {
        units.map_or_else(Pair::default, |units| units.sum(self.narrow.sum, self.wide, missing))
    }
}

/// Rows, the smallest and the largest value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExtremesCell {
    rows: u32,
    min: Extreme,
    max: Extreme,
}

impl Default for ExtremesCell {
    fn default() -> Self {
        Self { rows: 0, min: NO_MIN, max: NO_MAX }
    }
}

impl Cell for ExtremesCell {
    const SUM: bool = false;
    const EXTREMES: bool = true;

    #[inline]
    fn rows(&self) -> u32 {
        self.rows
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.rows += rows;
    }

    #[inline]
    fn add_extremes(&mut self, min: Extreme, max: Extreme) {
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }

    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.rows += other.rows;
        self.add_extremes(other.min, other.max);
        [0.0; 2]
    }

    fn extremes(&self) -> (Extreme, Extreme) {
        (self.min, self.max)
    }
}

/// Everything, with one kind of sum.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FullCell<S> {
    sum: S,
    extremes: ExtremesCell,
}

impl<S: Cell> Cell for FullCell<S> {
    const SUM: bool = true;
    const EXTREMES: bool = true;

    #[inline]
    fn rows(&self) -> u32 {
        self.sum.rows()
    }

    #[inline]
    fn add_rows(&mut self, rows: u32) {
        self.sum.add_rows(rows);
    }

    #[inline]
    fn add_values(&mut self, values: u32) {
        self.sum.add_values(values);
    }

    #[inline]
    fn add_plain(&mut self, number: f64) {
        self.sum.add_plain(number);
    }

    #[inline]
    fn add_checked(&mut self, number: f64) -> f64 {
        self.sum.add_checked(number)
    }

    #[inline]
    fn add_narrow(&mut self, multiple: i64) {
        self.sum.add_narrow(multiple);
    }

    #[inline]
    fn add_wide(&mut self, sum: Fixed) {
        self.sum.add_wide(sum);
    }

    #[inline]
    fn add_extremes(&mut self, min: Extreme, max: Extreme) {
        self.extremes.add_extremes(min, max);
    }

    fn merge(&mut self, other: &Self) -> [f64; 2] {
        self.extremes.merge(&other.extremes);
        self.sum.merge(&other.sum)
    }

    fn values(&self) -> u32 {
        self.sum.values()
    }

    fn sum(&self, units: Option<Units>, missing: &mut dyn FnMut(f64)) -> Pair {
        self.sum.sum(units, missing)
    }

    fn extremes(&self) -> (Extreme, Extreme) {
        self.extremes.extremes()
    }
}

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
