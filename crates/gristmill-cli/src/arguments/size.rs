//! A number of bytes, as typed.

use std::fmt;
use std::str::FromStr;

/// A number of bytes: `67108864`, `64MiB`, `64M`. Every unit is a power of 1024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

/// The text is no number of bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SizeError;

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a number of bytes such as 67108864, 512KiB, 64MiB or 2GiB, at least 1")
    }
}

impl std::error::Error for SizeError {}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes.is_multiple_of(1 << 30) => write!(f, "{}GiB", bytes >> 30),
            bytes if bytes.is_multiple_of(1 << 20) => write!(f, "{}MiB", bytes >> 20),
            bytes if bytes.is_multiple_of(1 << 10) => write!(f, "{}KiB", bytes >> 10),
            bytes => write!(f, "{bytes}"),
        }
    }
}

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| SizeError)?;
        let shift = match unit.trim_start().to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            "t" | "tb" | "tib" => 40,
            _ => return Err(SizeError),
        };
        let bytes = number.checked_mul(1 << shift).ok_or(SizeError)?;
        if bytes == 0 { Err(SizeError) } else { Ok(Self(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1024() {
        assert_eq!("1".parse(), Ok(Size(1)));
        assert_eq!("512k".parse(), Ok(Size(512 << 10)));
        assert_eq!("64 MiB".parse(), Ok(Size(64 << 20)));
        assert_eq!("2G".parse(), Ok(Size(2 << 30)));
        for text in ["", "0", "-1", "1.5G", "x", "9999999999T", "18446744073709551616", "5 apples", "MiB"] {
            assert_eq!(text.parse::<Size>(), Err(SizeError), "{text}");
        }
    }
}
