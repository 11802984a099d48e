//! The secret text of a token, and what is kept of it.

use super::TokenError;
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};
use subtle::ConstantTimeEq;

/// Every key begins with it, so that people and scanners of secrets know what they have found.
const PREFIX: &str = "gm_";
/// 256 bits of the operating system's: there is nothing to guess, so that one round of SHA-256 keeps them as well as a slow hash.
const KEY_BYTES: usize = 32;

/// The secret text of a token: `gm_` and 64 hexadecimal digits. `Debug` does not show it.
pub struct Key(String);

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// The operating system gives no random numbers.
    pub fn generate() -> Result<Self, TokenError> {
        Ok(Self(format!("{PREFIX}{}", hex(&random::<KEY_BYTES>()?))))
    }

    /// The secret text, to be shown once and kept nowhere.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

/// Bytes of the operating system's random numbers.
pub(super) fn random<const N: usize>() -> Result<[u8; N], TokenError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(TokenError::Random)?;
    Ok(bytes)
}

/// The SHA-256 of a key. There is no `==`: see [`Digest::is`].
#[derive(Clone)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    /// Of any text that a client sends as its key.
    pub(super) fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Whether both are the same, in a time that tells nothing about where they differ.
    pub(super) fn is(&self, other: &Self) -> subtle::Choice {
        self.0.ct_eq(&other.0)
    }

    pub(super) fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// From 64 lower-case hexadecimal digits.
    pub(super) fn of_hex(text: &str) -> Option<Self> {
        of_hex(text).map(Self)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn of_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_look_like_keys_and_do_not_show_themselves() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
        assert_ne!(one.reveal(), other.reveal());
        let digits = one.reveal().strip_prefix("gm_").unwrap();
        assert!(of_hex::<32>(digits).is_some(), "{digits}");
        assert_eq!(format!("{one:?}"), "Key(secret)");
        assert!(bool::from(one.digest().is(&Digest::of(one.reveal().as_bytes()))));
        assert!(!bool::from(one.digest().is(&other.digest())));
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        // FIPS 180-4, the example of one block.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_hex(), expected);
        let read = Digest::of_hex(expected).unwrap();
        assert!(bool::from(read.is(&Digest::of(b"abc"))));
        let upper = expected.to_uppercase();
        let other_letter = expected.replace('f', "g");
        let longer = format!("{expected}00");
        for wrong in ["", &expected[1..], &longer, &upper, &other_letter] {
            assert!(Digest::of_hex(wrong).is_none(), "{wrong}");
        }
    }
}
