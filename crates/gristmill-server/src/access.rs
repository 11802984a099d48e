//! What a request may do.

use crate::token::{Right, Scope, Token};
use crate::turns::{TooMany, Turn, Turns};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a request may do.
#[derive(Clone, Debug)]
pub struct Access {
    holder: Holder,
    /// Its place among the requests of its holder, as long as anything of it is kept.
    turn: Option<Arc<Turn>>,
}

/// Whose request it is.
#[derive(Clone, Debug)]
enum Holder {
    /// No token was ever created.
    Anyone,
    Token(Arc<Token>),
    /// Of somebody without a token, where there are tokens: these organizations take untrusted events from anyone.
    Nobody(Arc<BTreeSet<Box<str>>>),
}

/// The organizations that a request may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Organizations<'a> {
    /// Every one.
    All,
    /// These.
    Named(&'a BTreeSet<Box<str>>),
}

/// Why a request is refused. The texts are the same whatever there is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It needs a token, and has none that is valid.
    #[error("this needs a valid token, in the header `Authorization: Bearer KEY`")]
    Unauthorized,
    /// Its token does not allow it.
    #[error("the token does not have the right to do this with this organization")]
    Forbidden,
    /// Nobody can say who may do what.
    #[error(
        "tokens cannot be checked at the moment; the operator of the service finds the reason in its log"
    )]
    Unavailable,
}

impl Access {
    pub(crate) fn to_everything() -> Self {
        Self { holder: Holder::Anyone, turn: None }
    }

    pub(crate) fn by_token(token: Arc<Token>) -> Self {
        Self { holder: Holder::Token(token), turn: None }
    }

    pub(crate) fn without_token(open: Arc<BTreeSet<Box<str>>>) -> Self {
        Self { holder: Holder::Nobody(open), turn: None }
    }

    /// The same, counted among the requests of its holder: of its token, or of all who have none where there are tokens.
    pub(crate) fn in_turn(mut self, turns: &Turns) -> Result<Self, TooMany> {
        let holder = match &self.holder {
            Holder::Anyone => return Ok(self),
            Holder::Token(token) => &token.id,
            Holder::Nobody(_) => "",
        };
        self.turn = Some(Arc::new(turns.take(holder)?));
        Ok(self)
    }

    /// Whether it may do that with an organization, which need not exist.
    pub fn may(&self, right: Right, organization: &str) -> bool {
        match &self.holder {
            Holder::Anyone => true,
            Holder::Token(token) => token.rights.allow(right) && token.scope.holds(organization),
            Holder::Nobody(open) => right == Right::Store && open.contains(organization),
        }
    }

    /// As [`Access::may`], with what is to be answered where it may not.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], or [`Refusal::Unauthorized`] where a token might help.
    pub fn check(&self, right: Right, organization: &str) -> Result<(), Refusal> {
        if self.may(right, organization) { Ok(()) } else { Err(self.refusal()) }
    }

    /// Checks that it may do that with some organization: a request that names none is about
    /// [`Access::organizations`].
    ///
    /// # Errors
    /// As [`Access::check`].
    pub fn check_any(&self, right: Right) -> Result<(), Refusal> {
        let may = match &self.holder {
            Holder::Anyone => true,
            Holder::Token(token) => token.rights.allow(right),
            Holder::Nobody(_) => right == Right::Store,
        };
        if may { Ok(()) } else { Err(self.refusal()) }
    }

    /// Checks that it may look at what concerns all organizations together: who has the right `admin` for all of them.
    ///
    /// # Errors
    /// As [`Access::check`].
    pub fn check_operator(&self) -> Result<(), Refusal> {
        let may = match &self.holder {
            Holder::Anyone => true,
            Holder::Token(token) => token.rights.allow(Right::Admin) && token.scope == Scope::All,
            Holder::Nobody(_) => false,
        };
        if may { Ok(()) } else { Err(self.refusal()) }
    }

    /// The organizations that it may be about; what it may do there, [`Access::may`] says.
    pub fn organizations(&self) -> Organizations<'_> {
        let scope = match &self.holder {
            Holder::Anyone => return Organizations::All,
            Holder::Nobody(open) => return Organizations::Named(open),
            Holder::Token(token) => &token.scope,
        };
        match scope {
            Scope::All => Organizations::All,
            Scope::Named(organizations) => Organizations::Named(organizations),
        }
    }

    /// The public id of its token: for the log, and to keep apart what clients name themselves.
    pub fn token_id(&self) -> Option<&str> {
        match &self.holder {
            Holder::Token(token) => Some(&token.id),
            Holder::Anyone | Holder::Nobody(_) => None,
        }
    }

    fn refusal(&self) -> Refusal {
        match self.holder {
            Holder::Nobody(_) => Refusal::Unauthorized,
            Holder::Anyone | Holder::Token(_) => Refusal::Forbidden,
        }
    }
}
