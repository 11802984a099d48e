//! The JSON of a request, as received.
//!
//! A [`Json`] is a piece of text that is known to be valid JSON, together with its place in the document. It is read
//! one level at a time and on demand, so that numbers keep their text, errors know their path, and no input, however
//! deep, costs stack. Reading a level skips over those below, so that the time grows with the length of the text times the
//! depth that is read, which the limit on the depth of filters bounds.

mod object;
mod path;
mod scalar;

pub(super) use object::Object;
pub(super) use path::Path;
pub(super) use scalar::Scalar;

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::names;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One value of the received document and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a, 'p> {
    /// Valid JSON without space around it.
    text: &'a str,
    path: Path<'p>,
}

/// A string that borrows from the document unless it has escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// How many characters of a string or number an error shows.
const SHOWN_CHARS: usize = 60;

impl<'a, 'p> Json<'a, 'p> {
    /// The document as a whole.
    pub(super) fn document(bytes: &'a [u8]) -> Result<Self, FetchError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, column) = position(&bytes[..error.valid_up_to()]);
            let message =
                format!("expected JSON in UTF-8, found another byte at line {line} column {column}");
            FetchError::new(FetchErrorKind::Syntax, String::new(), message).with_source(error)
        })?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
            let message = format!("expected JSON, found a mistake: {error}");
            FetchError::new(FetchErrorKind::Syntax, String::new(), message).with_source(error)
        })?;
        Ok(Self { text: raw.get(), path: Path::Root })
    }

    pub(super) fn is_null(&self) -> bool {
        self.text == "null"
    }

    pub(super) fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    pub(super) fn is_text(&self) -> bool {
        self.text.starts_with('"')
    }

    /// The text of a number as it was written.
    pub(super) fn number(&self) -> Option<&'a str> {
        self.text.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then_some(self.text)
    }

    /// A string; anything else is an error that says `expected`, such as `"a dimension's name"`.
    pub(super) fn text(&self, expected: &str) -> Result<Cow<'a, str>, FetchError> {
        if !self.is_text() {
            return Err(self.wrong_type(expected));
        }
        let Text(text) = self.read()?;
        Ok(text)
    }

    /// What a word stands for, in any letter case; `what` says of what sort the words are.
    pub(super) fn word<T: Copy>(&self, what: &str, named: &[(&str, T)]) -> Result<T, FetchError> {
        let known = || -> Vec<&str> { named.iter().map(|&(word, _)| word).collect() };
        if !self.is_text() {
            return Err(self.wrong_type(&format!("one of {}", known().join(", "))));
        }
        let word = self.text(what)?;
        let found = named.iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
        found.map(|&(_, meaning)| meaning).ok_or_else(|| self.unknown(what, &word, &known()))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self) -> Result<bool, FetchError> {
        match self.text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    /// The items of a list; anything else is an error that says `expected`, such as `"a list of names"`.
    pub(super) fn list(&self, expected: &str) -> Result<Vec<&'a RawValue>, FetchError> {
        if self.text.starts_with('[') { self.read() } else { Err(self.wrong_type(expected)) }
    }

    /// An item of this list.
    pub(super) fn item(&'p self, index: usize, raw: &'a RawValue) -> Self {
        Self { text: raw.get(), path: Path::Item(&self.path, index) }
    }

    /// An error about this value.
    pub(super) fn error(&self, kind: FetchErrorKind, message: impl Into<String>) -> FetchError {
        FetchError::new(kind, self.path.to_string(), message)
    }

    /// The error for a value of the wrong type.
    pub(super) fn wrong_type(&self, expected: &str) -> FetchError {
        self.error(FetchErrorKind::WrongType, format!("expected {expected}, found {}", self.shown()))
    }

    /// The error for a name that is none of the `known` ones; `what` says of what sort they are.
    pub(super) fn unknown(&self, what: &str, name: &str, known: &[&str]) -> FetchError {
        self.error(FetchErrorKind::Unknown, names::unknown(what, name, known))
    }

    /// The error for a value of the right type that is none of what can be.
    pub(super) fn invalid(&self, expected: &str) -> FetchError {
        self.error(FetchErrorKind::Invalid, format!("expected {expected}, found {}", self.shown()))
    }

    /// What it is, in a few words.
    pub(super) fn shown(&self) -> String {
        match self.text.as_bytes().first() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "a list".to_owned(),
            _ => match self.text.char_indices().nth(SHOWN_CHARS) {
                Some((cut, _)) => format!("{}...", &self.text[..cut]),
                None => self.text.to_owned(),
            },
        }
    }

    /// One level of the text. It is valid JSON, so that only a string that is no Unicode can fail here.
    fn read<T: serde::Deserialize<'a>>(&self) -> Result<T, FetchError> {
        serde_json::from_str(self.text).map_err(|error| {
            let message = "expected Unicode text, found an escape that is half a surrogate pair";
            self.error(FetchErrorKind::Syntax, message).with_source(error)
        })
    }
}

/// Line and column, from 1, of what follows these bytes.
fn position(before: &[u8]) -> (usize, usize) {
    let line = before.split(|&byte| byte == b'\n');
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    (line.count(), column)
}
