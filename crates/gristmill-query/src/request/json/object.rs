//! An object of the received JSON.

use super::{Json, Node, Path};
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::names;
use std::borrow::Cow;

/// An object of the received JSON; no key stands twice in it.
#[derive(Debug)]
pub(in crate::request) struct Object<'a, 'p> {
    json: Json<'a, 'p>,
    entries: Vec<(Cow<'a, str>, &'a Node<'a>)>,
}

impl<'a, 'p> Json<'a, 'p> {
    /// An object; anything else is an error that says `expected`, such as `"a filter object"`.
    pub(in crate::request) fn object(&self, expected: &str) -> Result<Object<'a, 'p>, FetchError> {
        let Node::Object(entries) = self.node else { return Err(self.wrong_type(expected)) };
        let entries = entries.iter().map(|(key, node)| Ok((self.unescaped(key)?, node)));
        let entries: Vec<_> = entries.collect::<Result<_, FetchError>>()?;
        let mut keys: Vec<&str> = entries.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        if let Some(&[key, _]) = keys.array_windows().find(|[key, next]| key == next) {
            let path = Path::Key(&self.path, key).to_string();
            return Err(FetchError::new(
                FetchErrorKind::Duplicate,
                path,
                "the key stands twice in its object",
            ));
        }
        Ok(Object { json: *self, entries })
    }
}

impl<'a> Object<'a, '_> {
    /// The value of a key; null is as good as absent.
    pub(in crate::request) fn get<'o>(&'o self, key: &'o str) -> Option<Json<'a, 'o>> {
        let &(_, node) = self.entries.iter().find(|(known, _)| known == key)?;
        let json = Json { node, path: Path::Key(&self.json.path, key) };
        (!json.is_null()).then_some(json)
    }

    /// The value of a key that must be there; the error says what is `expected`.
    pub(in crate::request) fn require<'o>(
        &'o self,
        key: &'o str,
        expected: &str,
    ) -> Result<Json<'a, 'o>, FetchError> {
        self.get(key).ok_or_else(|| {
            let message = format!("required: expected {expected}, found nothing");
            self.error_at(key, FetchErrorKind::Missing, message)
        })
    }

    /// `true` or `false`; false where absent.
    pub(in crate::request) fn flag(&self, key: &str) -> Result<bool, FetchError> {
        self.get(key).map_or(Ok(false), |json| json.boolean())
    }

    /// An error unless every key is one of these; `of` says whose keys they are, such as `"of a selector filter"`.
    pub(in crate::request) fn expect_keys(&self, known: &[&str], of: &str) -> Result<(), FetchError> {
        match self.entries.iter().find(|(key, _)| !known.contains(&&**key)) {
            None => Ok(()),
            Some((key, _)) => {
                let message = names::unknown(&format!("key {of}"), key, known);
                Err(self.error_at(key, FetchErrorKind::Unknown, message))
            }
        }
    }

    pub(in crate::request) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// An error about the object as a whole.
    pub(in crate::request) fn error(&self, kind: FetchErrorKind, message: impl Into<String>) -> FetchError {
        self.json.error(kind, message)
    }

    /// An error about a key, whether it is there or not.
    pub(in crate::request) fn error_at(
        &self,
        key: &str,
        kind: FetchErrorKind,
        message: impl Into<String>,
    ) -> FetchError {
        FetchError::new(kind, Path::Key(&self.json.path, key).to_string(), message)
    }
}
