//! Who a request comes from, by the newest tokens.

use super::key::Digest;
use super::stamp::Stamp;
use super::{Token, TokenError, TokenFile};
use crate::access::{Access, Refusal};
use axum::http::HeaderValue;
use gristmill::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use subtle::ConditionallySelectable;

/// The schemes of the header `Authorization` that a key may come with.
const SCHEMES: [&str; 2] = ["Bearer", "Token"];

/// How requests without a token are met.
#[derive(Clone, Debug, Default)]
pub struct AuthorityOptions {
    /// Whether the token file must be there, as one that was named must. By default, a store without one is open.
    pub must_exist: bool,
    /// Organizations whose untrusted events are taken from anyone.
    pub open_organizations: BTreeSet<Box<str>>,
}

/// Who a request comes from, by the newest tokens. Cheap to clone; clones are the same authority.
#[derive(Clone, Debug)]
pub struct Authority {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    file: TokenFile,
    open_organizations: Arc<BTreeSet<Box<str>>>,
    known: RwLock<Known>,
}

/// What was last found.
#[derive(Debug)]
struct Known {
    /// The state of the file then; `None` where there was none.
    stamp: Option<Stamp>,
    /// Whether a later change of the file is sure to show in its state.
    settled: bool,
    tokens: Tokens,
}

/// The tokens of a moment.
#[derive(Clone, Debug)]
enum Tokens {
    /// None was ever created: everyone may do everything.
    Open,
    Closed(Arc<[Arc<Token>]>),
    /// There are some, but nobody knows which: nobody may do anything.
    Unreadable,
}

impl Authority {
    /// Reads a token file. Where there is none, no token was ever created, and everyone may do everything: see
    /// [`Authority::is_open`].
    ///
    /// # Errors
    /// The file cannot be read or is damaged, or is not there and must be.
    pub fn open(file: &Path, options: AuthorityOptions) -> Result<Self, TokenError> {
        let file = TokenFile::new(file);
        let known = match Known::read(&file) {
            Err(TokenError::Missing { .. }) if !options.must_exist => {
                Known { stamp: None, settled: true, tokens: Tokens::Open }
            }
            known => known?,
        };
        let open_organizations = Arc::new(options.open_organizations);
        Ok(Self { shared: Arc::new(Shared { file, open_organizations, known: RwLock::new(known) }) })
    }

    /// Whether no token was ever created. It ends with the first one, for good: a token file that goes away later leaves
    /// nobody with any right.
    pub fn is_open(&self) -> bool {
        matches!(self.shared.tokens(), Tokens::Open)
    }

    /// What a request with that header `Authorization` may do. It looks whether the token file has changed, and reads it
    /// where it has.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`] where a token is needed, or the header holds none that is valid: how it is not does not
    /// show. [`Refusal::Unavailable`] where tokens cannot be read.
    pub fn access(&self, authorization: Option<&HeaderValue>) -> Result<Access, Refusal> {
        let tokens = match self.shared.tokens() {
            Tokens::Open => return Ok(Access::to_everything()),
            Tokens::Unreadable => return Err(Refusal::Unavailable),
            Tokens::Closed(tokens) => tokens,
        };
        let open = &self.shared.open_organizations;
        match authorization {
            None if open.is_empty() => Err(Refusal::Unauthorized),
            None => Ok(Access::without_token(Arc::clone(open))),
            Some(header) => key_in(header)
                .and_then(|key| find(&tokens, key))
                .filter(|token| !token.is_expired(Timestamp::now()))
                .map(|token| Access::by_token(Arc::clone(token)))
                .ok_or(Refusal::Unauthorized),
        }
    }
}

impl Shared {
    /// The tokens of now.
    fn tokens(&self) -> Tokens {
        let stamp = match self.file.stamp() {
            Ok(stamp) => stamp,
            Err(error) => {
                tracing::error!(%error, "the token file cannot be looked at");
                return Tokens::Unreadable;
            }
        };
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.is_of(stamp) {
                return known.tokens.clone();
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if !known.is_of(stamp) {
            known.refresh(&self.file, stamp);
        }
        known.tokens.clone()
    }
}

impl Known {
    fn read(file: &TokenFile) -> Result<Self, TokenError> {
        let now = SystemTime::now();
        let (tokens, stamp) = file.read()?;
        let tokens = Tokens::Closed(tokens.into_iter().map(Arc::new).collect());
        Ok(Self { stamp: Some(stamp), settled: stamp.is_settled(now), tokens })
    }

    fn is_of(&self, stamp: Option<Stamp>) -> bool {
        self.settled && self.stamp == stamp
    }

    /// Reads the file anew, whose state was seen to be another.
    fn refresh(&mut self, file: &TokenFile, stamp: Option<Stamp>) {
        let is_news = self.stamp != stamp;
        match Self::read(file) {
            Ok(known) => *self = known,
            // What is not there may come at any time, which shows.
            Err(error) => {
                *self = Self { stamp, settled: stamp.is_none(), tokens: Tokens::Unreadable };
                if is_news {
                    tracing::error!(%error, "no request is answered until tokens can be read");
                }
            }
        }
    }
}

/// The key of a header `Authorization`.
fn key_in(header: &HeaderValue) -> Option<&[u8]> {
    let (scheme, key) = header.to_str().ok()?.split_once(' ')?;
    let known = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known.then(|| key.trim_matches(' ').as_bytes())
}

/// The token of a key. Every token is looked at, so that the time tells nothing about which it is, nor how near a guess was.
fn find<'t>(tokens: &'t [Arc<Token>], key: &[u8]) -> Option<&'t Arc<Token>> {
    let digest = Digest::of(key);
    let none = tokens.len() as u64;
    let found = (0..).zip(tokens).fold(none, |found, (position, token)| {
        u64::conditional_select(&found, &position, token.digest.is(&digest))
    });
    tokens.get(usize::try_from(found).ok()?)
}

#[cfg(test)]
mod tests;
