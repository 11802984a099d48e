//! Numbers as text: exact for programs, short for people.

/// The shortest text that reads back as the same number, as the JSON answer has it.
pub(crate) fn exact(number: f64) -> String {
    serde_json::Number::from_f64(number).map_or_else(|| "null".to_owned(), |number| number.to_string())
}

/// At most this many digits stand after the point in a column of a table.
const TABLE_DECIMALS: usize = 4;
/// Beyond this, digits after the point are noise and the exponent form is easier to read.
const LARGE: f64 = 1e15;
/// Below this, rounding to [`TABLE_DECIMALS`] would hide most of a number.
const SMALL: f64 = 1e-2;

/// How the numbers of one column of a table are written: all with the same number of digits after the point, so that
/// the points stand below one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decimals {
    /// That many digits after the point.
    Fixed(usize),
    /// Some number of the column would become unreadable by rounding: all are exact.
    Exact,
}

impl Decimals {
    /// The form that suits these numbers.
    pub(crate) fn for_numbers(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut decimals = 0;
        for number in numbers {
            let size = number.abs();
            if size >= LARGE || (size > 0.0 && size < SMALL) {
                return Self::Exact;
            }
            decimals = decimals.max(decimals_of(number));
        }
        Self::Fixed(decimals)
    }

    /// The number in this form.
    pub(crate) fn format(self, number: f64) -> String {
        match self {
            Self::Fixed(decimals) => format!("{number:.decimals$}"),
            Self::Exact => exact(number),
        }
    }
}

/// Digits after the point that the number needs, at least one and at most [`TABLE_DECIMALS`].
fn decimals_of(number: f64) -> usize {
    let rounded = format!("{number:.TABLE_DECIMALS$}");
    let fraction = rounded.rsplit('.').next().unwrap_or_default();
    fraction.trim_end_matches('0').len().max(1)
}

/// A number in at most about five characters: `950`, `1.2k`, `34M`.
pub(crate) fn compact(number: f64) -> String {
    const STEPS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let size = number.abs();
    if size >= 1e15 {
        return format!("{number:.1e}");
    }
    for (step, unit) in STEPS {
        if size >= step * 0.9995 {
            return format!("{}{unit}", trimmed(number / step));
        }
    }
    if size > 0.0 && size < 0.01 { format!("{number:.0e}") } else { trimmed(number) }
}

/// Three significant digits without needless zeros.
fn trimmed(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The whole part of a number; 0 for what is below or no number, the largest for what is beyond.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub(crate) fn whole(number: f64) -> usize {
    number as usize
}

/// A count with its thousands apart: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in binary units: `64.0 MiB`.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut size = number as f64 / 1024.0;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        if size < 1023.95 {
            break;
        }
        size /= 1024.0;
        unit = larger;
    }
    format!("{size:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_their_decimals() {
        assert_eq!(Decimals::for_numbers([1.0, 2.0]), Decimals::Fixed(1));
        assert_eq!(Decimals::for_numbers([1.0, 2.25]).format(1.0), "1.00");
        assert_eq!(Decimals::for_numbers([1.0 / 3.0]).format(1.0 / 3.0), "0.3333");
        assert_eq!(Decimals::for_numbers([1.0, 1e-9]).format(1e-9), "1e-9");
        assert_eq!(Decimals::for_numbers([1e300]), Decimals::Exact);
        assert_eq!(Decimals::for_numbers([]), Decimals::Fixed(0));
    }

    #[test]
    fn compact_numbers_stay_short() {
        let cases = [
            (0.0, "0"),
            (7.0, "7"),
            (0.25, "0.25"),
            (12.34, "12.3"),
            (999.0, "999"),
            (999.9, "1k"),
            (1_234.0, "1.23k"),
            (-45_600.0, "-45.6k"),
            (2e6, "2M"),
            (0.0001, "1e-4"),
            (1e18, "1.0e18"),
        ];
        for (number, expected) in cases {
            assert_eq!(compact(number), expected, "{number}");
        }
    }

    #[test]
    fn counts_and_bytes_have_units() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_234), "1,234");
        assert_eq!(count(123_456_789), "123,456,789");
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(64 << 20), "64.0 MiB");
        assert_eq!(bytes((1 << 20) - 1), "1.0 MiB");
        assert_eq!(bytes(u64::MAX), "16.0 EiB");
    }
}
