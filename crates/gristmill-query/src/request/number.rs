//! Numbers from the text they were written in.

/// The integer that a decimal text stands for: `1`, `-7`, `1.0` and `1e0` do; `1.5`, `abc` and what is beyond `i64`
/// do not. Exact.
pub(super) fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| integer_of_decimal(text))
}

fn integer_of_decimal(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (mantissa, negative) = mantissa.strip_prefix('-').map_or((mantissa, false), |rest| (rest, true));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let zeros = point.checked_sub(i64::try_from(significant.len()).ok()?)?;
    // Below zero there is room for one more.
    let mut below_zero: i64 = 0;
    for digit in significant.bytes().map(|byte| i64::from(byte - b'0')) {
        below_zero = below_zero.checked_mul(10)?.checked_sub(digit)?;
    }
    let scale = 10_i64.checked_pow(u32::try_from(zeros).ok()?)?;
    let below_zero = below_zero.checked_mul(scale)?;
    if negative { Some(below_zero) } else { below_zero.checked_neg() }
}

/// The finite number that a text stands for, as `f64`.
pub(super) fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{finite, integer};

    #[test]
    fn integers_are_exact_however_they_are_written() {
        for (text, expected) in [
            ("1", 1),
            ("+1", 1),
            ("001", 1),
            ("1.0", 1),
            ("1.000", 1),
            ("1e0", 1),
            ("10E-1", 1),
            ("0.1e1", 1),
            ("-0", 0),
            ("0.0e99", 0),
            ("1.5e1", 15),
            ("12e+2", 1200),
            ("-7.0", -7),
            ("9007199254740993.0", 9_007_199_254_740_993),
            ("9223372036854775807.0", i64::MAX),
            ("-9223372036854775808.0", i64::MIN),
            ("-9.223372036854775808e18", i64::MIN),
        ] {
            assert_eq!(integer(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_integer_is_none() {
        for text in [
            "",
            "-",
            ".",
            "1.5",
            "15e-1",
            "abc",
            "true",
            " 1",
            "1 ",
            "0x1",
            "1e",
            "e1",
            "--1",
            "1.2.3",
            "NaN",
            "9223372036854775808",
            "9223372036854775808.0",
            "-9223372036854775809.0",
            "1e19",
            "1e99999999999999",
            "1e-99999999999999",
            "1e9999999999999999999",
        ] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    #[test]
    fn only_finite_numbers_are_finite() {
        assert_eq!(finite("-1.5e3"), Some(-1500.0));
        for text in ["", "abc", "NaN", "inf", "1e999", " 1"] {
            assert_eq!(finite(text), None, "{text}");
        }
    }
}
