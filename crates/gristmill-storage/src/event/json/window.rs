//! A window on a text.

use std::ops::Range;
use std::str::Utf8Error;

/// Bytes of a text, of which it may be known that they are UTF-8.
#[derive(Clone, Copy, Debug)]
pub(in crate::event) struct Window<'a> {
    pub bytes: &'a [u8],
    /// The same bytes, where they are known to be UTF-8.
    text: Option<&'a str>,
}

impl<'a> Window<'a> {
    /// Bytes that are checked event by event.
    pub(in crate::event) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: None }
    }

    /// Bytes that are checked as a whole, which is cheaper; where that fails, event by event.
    pub(in crate::event) fn checked(bytes: &'a [u8]) -> Self {
        Self { bytes, text: std::str::from_utf8(bytes).ok() }
    }

    /// Some of the bytes as text.
    pub(super) fn text(&self, range: Range<usize>) -> Result<&'a str, Utf8Error> {
        match self.text.and_then(|text| text.get(range.clone())) {
            Some(text) => Ok(text),
            None => std::str::from_utf8(&self.bytes[range]),
        }
    }
}
