//! Quantiles by counting values that are about as large.

/// Bits of a float that are left out: 8 bits of the fraction are kept, so that the values of a class differ by less than one
/// part in 256, and whole numbers below 512 have classes of their own.
const LEFT_OUT: u32 = 44;

/// So many values are collected before they are counted.
const PENDING: usize = 256;

/// How many values are about as large, by class. There are at most 2^20 classes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quantiles {
    /// Rising, each with its number of values.
    classes: Vec<(i32, u64)>,
    /// The classes of the values that came last.
    pending: Vec<i32>,
    /// The least and the largest value.
    range: Option<(f64, f64)>,
}

/// The class of a finite value; classes sort as their values do.
fn class_of(value: f64) -> i32 {
    let magnitude = i32::try_from(value.abs().to_bits() >> LEFT_OUT).unwrap_or(i32::MAX);
    if value < 0.0 { -magnitude } else { magnitude }
}

/// The value of a class that is nearest to 0.
fn value_of(class: i32) -> f64 {
    let value = f64::from_bits(u64::from(class.unsigned_abs()) << LEFT_OUT);
    if class < 0 { -value } else { value }
}

impl Quantiles {
    /// Bytes beside itself.
    pub(super) fn heap_bytes(&self) -> usize {
        self.classes.capacity() * size_of::<(i32, u64)>() + self.pending.capacity() * size_of::<i32>()
    }

    pub(super) fn add(&mut self, value: f64) {
        self.include(value, value);
        self.pending.push(class_of(value));
        if self.pending.len() >= PENDING {
            self.settle();
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if let Some((least, most)) = other.range {
            self.include(least, most);
        }
        self.settle();
        let mut counted = other.clone();
        counted.settle();
        self.classes = merged(&self.classes, &counted.classes);
    }

    fn include(&mut self, least: f64, most: f64) {
        let (known_least, known_most) = self.range.unwrap_or((least, most));
        self.range = Some((known_least.min(least), known_most.max(most)));
    }

    /// Counts what is pending.
    fn settle(&mut self) {
        self.pending.sort_unstable();
        let new: Vec<(i32, u64)> =
            self.pending.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect();
        self.pending.clear();
        self.classes = merged(&self.classes, &new);
    }

    /// The value at a fraction from 0 to 1 of all values in order: of n values the one at the place of the fraction times n,
    /// rounded up. It is cut to its class, towards 0, and lies between the least and the largest value.
    pub(super) fn quantile(&self, fraction: f64) -> Option<f64> {
        let (least, most) = self.range?;
        let mut counted = self.clone();
        counted.settle();
        let count: u64 = counted.classes.iter().map(|(_, count)| count).sum();
        let place = place(fraction, count);
        let mut before = 0;
        let class = counted.classes.iter().find(|(_, count)| {
            before += count;
            before >= place
        });
        class.map(|(class, _)| value_of(*class).clamp(least, most) + 0.0)
    }
}

/// The place at a fraction of so many values, at least one: the fraction times the count, rounded up, from 1 on.
///
/// The fraction is meant as it is written: 0.28 of 25 is 7, though the float nearest to 0.28 is a little more.
fn place(fraction: f64, count: u64) -> u64 {
    /// Powers of ten of more digits than this are beyond 128 bits, and beyond the digits of any fraction times any count.
    const MOST_DIGITS: u32 = 38;
    // The shortest decimal that is this float: one digit, others behind the point, and an exponent.
    let text = format!("{fraction:e}");
    let (decimal, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (first, rest) = decimal.split_once('.').unwrap_or((decimal, ""));
    // At most 17 digits times fewer than 2^64 fit.
    let digits: u128 = [first, rest].concat().parse().unwrap_or_default();
    let exponent: i64 = exponent.parse().unwrap_or_default();
    let behind_point = i64::try_from(rest.len()).unwrap_or_default() - exponent;
    let divisor = u32::try_from(behind_point)
        .ok()
        .filter(|digits| *digits <= MOST_DIGITS)
        .map(|digits| 10_u128.pow(digits));
    let place = match divisor {
        Some(divisor) => (digits * u128::from(count)).div_ceil(divisor),
        None => 1,
    };
    u64::try_from(place).unwrap_or(u64::MAX).clamp(1, count)
}

/// Counts of the same classes together.
fn merged(a: &[(i32, u64)], b: &[(i32, u64)]) -> Vec<(i32, u64)> {
    if b.is_empty() {
        return a.to_vec();
    }
    let mut all = [a, b].concat();
    // Both are sorted, which a stable sort makes use of.
    all.sort_by_key(|(class, _)| *class);
    all.chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same[0].0, same.iter().map(|(_, count)| count).sum()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Quantiles {
        let mut quantiles = Quantiles::default();
        values.into_iter().for_each(|value| quantiles.add(value));
        quantiles
    }

    #[test]
    fn a_fraction_is_meant_as_it_is_written() {
        for (fraction, count, expected) in [
            (0.28, 25, 7),
            (0.56, 25, 14),
            (0.55, 100, 55),
            (0.07, 100, 7),
            (0.5, 3, 2),
            (0.0, 9, 1),
            (1.0, 9, 9),
            (1e-300, 9, 1),
            (0.999_999_999_999_999_9, 10, 10),
            (0.1, 1 << 53, 900_719_925_474_100),
        ] {
            assert_eq!(place(fraction, count), expected, "{fraction} of {count}");
        }
    }

    #[test]
    fn small_whole_numbers_have_exact_quantiles() {
        let all = of((0..=500).rev().map(f64::from));
        for (fraction, expected) in [(0.0, 0.0), (0.5, 250.0), (0.9, 450.0), (0.99, 495.0), (1.0, 500.0)] {
            assert_eq!(all.quantile(fraction), Some(expected), "{fraction}");
        }
        assert_eq!(of([-3.0, -2.0, -1.0, 0.0]).quantile(0.5), Some(-2.0));
        assert_eq!(of([]).quantile(0.5), None);
    }

    #[test]
    fn a_quantile_is_within_a_part_in_256() {
        let values: Vec<f64> = (1..10_000).map(|at| f64::from(at).powf(1.7) * 0.37).collect();
        for part in [&values[..], &values.iter().map(|value| -value).rev().collect::<Vec<_>>()] {
            let all = of(part.iter().copied());
            for percent in [1, 25, 50, 75, 99] {
                let exact = part[(percent * part.len()).div_ceil(100) - 1];
                let found = all.quantile(f64::from(u8::try_from(percent).unwrap()) / 100.0).unwrap();
                assert!((found / exact - 1.0).abs() < 1.0 / 256.0, "{found} for {exact}");
            }
        }
    }

    #[test]
    fn parts_together_are_the_whole() {
        let values: Vec<f64> = (0..2_000).map(|at| f64::from(at % 313) - 77.5).collect();
        let mut together = of(values[..700].iter().copied());
        together.merge(&of(values[700..].iter().copied()));
        let whole = of(values);
        for percent in 0..=100 {
            let fraction = f64::from(percent) / 100.0;
            assert_eq!(together.quantile(fraction), whole.quantile(fraction));
        }
    }
}
