//! Gristmill over HTTP. Every rule of events and fetches is the library's; this crate adds who may ask, how much, and for
//! how long.
//!
//! | module | what it holds |
//! |---|---|
//! | `server` | the listener, the connections, the end |
//! | `service` | what all requests share |
//! | `token` | tokens, and who a request comes from |
//! | `access` | what a request may do |
//! | `limits` | how much a client may take |
//! | `body` | reading what a client sends |
//! | `routes` | what is done, one file a noun |
//! | `failure` | what a client is told when something is wrong |

mod access;
mod body;
mod failure;
mod limits;
mod routes;
mod server;
mod service;
mod settings;
mod token;

pub use access::{Access, Organizations, Refusal};
pub use limits::Limits;
pub use server::{Handle, ServeError, Server};
pub use settings::Settings;
pub use token::{
    Authority, AuthorityOptions, Key, NewToken, Right, Rights, Scope, TOKEN_FILE, Token, TokenError,
    TokenFile,
};
