//! The JSON of a request, as received.
//!
//! A document is split into [`Node`]s once; a [`Json`] is a node together with its place. Scalars stay text until they
//! are asked for, so that numbers are compared as they were written and every error knows its path.

mod node;
mod object;
mod path;
mod scalar;

pub(super) use node::Node;
pub(super) use object::Object;
pub(super) use path::Path;
pub(super) use scalar::Scalar;

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::{RequestLimits, names};
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// One value of the received document and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a, 'p> {
    node: &'a Node<'a>,
    path: Path<'p>,
}

/// A string that borrows from the document unless it has escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// How many characters of a string or number an error shows.
const SHOWN_CHARS: usize = 60;

/// The mark that some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The nodes of a document in UTF-8, with or without a byte order mark.
pub(super) fn parse<'a>(bytes: &'a [u8], limits: &RequestLimits) -> Result<Node<'a>, FetchError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let refused = |kind, message| FetchError::new(kind, String::new(), message);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(&bytes[..error.valid_up_to()]);
        let message = format!("expected JSON in UTF-8, found another byte at line {line} column {column}");
        refused(FetchErrorKind::Syntax, message).with_source(error)
    })?;
    let _: IgnoredAny = serde_json::from_str(text).map_err(|error| {
        refused(FetchErrorKind::Syntax, format!("expected JSON, found a mistake: {error}")).with_source(error)
    })?;
    let levels = limits.json_levels();
    Node::split(text, levels).ok_or_else(|| {
        let message = format!("expected JSON of up to {levels} levels, found more");
        refused(FetchErrorKind::TooLarge, message)
    })
}

impl<'a, 'p> Json<'a, 'p> {
    /// The document as a whole.
    pub(super) fn root(node: &'a Node<'a>) -> Self {
        Self { node, path: Path::Root }
    }

    /// The text of a string, number or word, as written.
    fn written(&self) -> Option<&'a str> {
        match *self.node {
            Node::Scalar(text) => Some(text),
            Node::List(_) | Node::Object(_) => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.written() == Some("null")
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    pub(super) fn is_text(&self) -> bool {
        self.written().is_some_and(|text| text.starts_with('"'))
    }

    /// The text of a number as it was written.
    pub(super) fn number(&self) -> Option<&'a str> {
        self.written().filter(|text| text.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
    }

    /// A string; anything else is an error that says `expected`, such as `"a dimension's name"`.
    pub(super) fn text(&self, expected: &str) -> Result<Cow<'a, str>, FetchError> {
        match self.written() {
            Some(text) if self.is_text() => self.unescaped(text),
            _ => Err(self.wrong_type(expected)),
        }
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
        match self.written() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    /// The items of a list; anything else is an error that says `expected`, such as `"a list of names"`.
    pub(super) fn items<'l>(
        &'l self,
        expected: &str,
    ) -> Result<impl ExactSizeIterator<Item = Json<'a, 'l>> + use<'a, 'l, 'p>, FetchError> {
        let Node::List(items) = self.node else { return Err(self.wrong_type(expected)) };
        let items = items.iter().enumerate();
        Ok(items.map(|(index, node)| Json { node, path: Path::Item(&self.path, index) }))
    }

    /// The items of a list of `most` at the most.
    pub(super) fn items_up_to<'l>(
        &'l self,
        most: usize,
        expected: &str,
    ) -> Result<impl ExactSizeIterator<Item = Json<'a, 'l>> + use<'a, 'l, 'p>, FetchError> {
        let items = self.items(expected)?;
        if items.len() > most {
            let message = format!("expected {expected}, of up to {most} items, found {}", items.len());
            return Err(self.error(FetchErrorKind::TooLarge, message));
        }
        Ok(items)
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
        match self.node {
            Node::Object(_) => "an object".to_owned(),
            Node::List(_) => "a list".to_owned(),
            Node::Scalar(text) => match text.char_indices().nth(SHOWN_CHARS) {
                Some((cut, _)) => format!("{}...", &text[..cut]),
                None => (*text).to_owned(),
            },
        }
    }

    /// What a string of this node stands for. Its syntax is known to be right, so that only an escape that is no
    /// character can be wrong.
    fn unescaped(&self, string: &'a str) -> Result<Cow<'a, str>, FetchError> {
        let text: Result<Text<'a>, _> = serde_json::from_str(string);
        text.map(|Text(text)| text).map_err(|error| {
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
