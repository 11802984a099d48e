//! Gristmill over HTTP. Every rule of events and fetches is the library's; this crate adds who may ask, how much, and for
//! how long.
//!
//! | module | what it holds |
//! |---|---|
//! | `server` | the listener, the connections, the end |
//! | `service` | what all requests share |
//! | `token` | tokens, and who a request comes from |
//! | `access` | what a request may do |
//! | `connection`, `wire` | one connection: strict framing, and clients that are slow |
//! | `layers`, `log` | what is done with every request |
//! | `memory` | the bytes that requests share |
//! | `limits` | how much a client may take |
//! | `metrics` | what is counted |
//! | `body` | reading what a client sends |
//! | `routes` | what is done, one file a noun |
//! | `openapi` | the description of all that for programs |
//! | `console` | the page at `/` |
//! | `failure` | what a client is told when something is wrong |

mod access;
mod body;
mod connection;
mod console;
mod failure;
mod layers;
mod limits;
mod log;
mod memory;
mod metrics;
mod openapi;
mod routes;
mod server;
mod service;
mod settings;
mod token;
mod turns;
mod wire;

pub use axum::http::HeaderValue;

pub use access::{Access, Organizations, Refusal};
pub use limits::Limits;
pub use log::Log;
pub use server::{Handle, ServeError, Server};
pub use settings::Settings;
pub use token::{
    Authority, AuthorityOptions, Key, NewToken, Right, Rights, Scope, TOKEN_FILE, Token, TokenError,
    TokenFile,
};
