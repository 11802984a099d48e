//! Tokens: what they are, the file that keeps them, and what a request may do by them. `docs/access.md` has the rules.
//!
//! | type | what it is |
//! |---|---|
//! | [`Key`] | the secret, shown once |
//! | [`Token`] | what is kept of it, and what it allows |
//! | [`TokenFile`] | where tokens are kept, and how they are changed |
//! | [`Authority`] | who a request comes from, by the newest tokens |

mod authority;
mod error;
mod file;
mod json;
mod key;
mod record;
mod right;
mod scope;
mod stamp;

pub use authority::{Authority, AuthorityOptions};
pub use error::TokenError;
pub use file::{TOKEN_FILE, TokenFile};
pub use key::Key;
pub use record::{NewToken, Token};
pub use right::{Right, Rights};
pub use scope::Scope;
