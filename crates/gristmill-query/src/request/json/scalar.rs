//! A value to compare with.

use super::Json;
use crate::request::error::FetchError;
use std::borrow::Cow;

/// A value to compare with: a string, a number, a boolean or null.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::request) enum Scalar<'a> {
    Null,
    /// `true` or `false`.
    Boolean(&'a str),
    /// The number as it was written.
    Number(&'a str),
    Text(Cow<'a, str>),
}

impl<'a> Json<'a, '_> {
    /// A value to compare with.
    pub(in crate::request) fn scalar(&self) -> Result<Scalar<'a>, FetchError> {
        const EXPECTED: &str = "a string, a number, true, false or null";
        match self.written() {
            Some("null") => Ok(Scalar::Null),
            Some(word @ ("true" | "false")) => Ok(Scalar::Boolean(word)),
            Some(_) => match self.number() {
                Some(number) => Ok(Scalar::Number(number)),
                None => self.text(EXPECTED).map(Scalar::Text),
            },
            None => Err(self.wrong_type(EXPECTED)),
        }
    }
}

impl<'a> Scalar<'a> {
    /// The text that a dimension's value is compared with; `None` for null.
    pub(in crate::request) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Boolean(text) | Self::Number(text) => Some(Cow::Borrowed(text)),
            Self::Text(text) => Some(text),
        }
    }
}
