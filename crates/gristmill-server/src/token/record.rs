//! What is kept of a token.

use super::key::{Digest, hex, random};
use super::{Key, Rights, Scope, TokenError};
use gristmill::Timestamp;

/// Enough to tell the tokens of one file apart, and short enough to type.
const ID_BYTES: usize = 4;

/// What is kept of a token. The key itself is not.
#[derive(Clone, Debug)]
pub struct Token {
    /// Eight hexadecimal digits that name it; no secret.
    pub id: String,
    /// What it is there for, in the words of whoever made it.
    pub label: Option<String>,
    /// What it may do.
    pub rights: Rights,
    /// Where it may do so.
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// The instant from which on it is none any more; `None` is never.
    pub expires: Option<Timestamp>,
    pub(super) digest: Digest,
}

impl Token {
    /// Whether it is none any more.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is there for.
    pub label: Option<String>,
    /// What it may do.
    pub rights: Rights,
    /// Where it may do so.
    pub scope: Scope,
    /// The instant from which on it is none any more; `None` is never.
    pub expires: Option<Timestamp>,
}

impl NewToken {
    /// The token under an id that none of the others has, and its key.
    pub(super) fn make(self, others: &[Token], now: Timestamp) -> Result<(Token, Key), TokenError> {
        let key = Key::generate()?;
        let id = loop {
            let id = hex(&random::<ID_BYTES>()?);
            if others.iter().all(|other| other.id != id) {
                break id;
            }
        };
        let Self { label, rights, scope, expires } = self;
        Ok((Token { id, label, rights, scope, created: now, expires, digest: key.digest() }, key))
    }
}
