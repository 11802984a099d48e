//! Gristmill over HTTP. Every rule of events and fetches is the library's; this crate adds who may ask, how much, and for
//! how long.
//!
//! | module | what it holds |
//! |---|---|
//! | `server` | the listener, the connections, the end |
//! | `service` | what all requests share |
//! | `limits` | how much a client may take |
//! | `body` | reading what a client sends |
//! | `routes` | what is done, one file a noun |
//! | `console` | the page at `/` |
//! | `failure` | what a client is told when something is wrong |

mod body;
mod console;
mod failure;
mod limits;
mod routes;
mod server;
mod service;
mod settings;

pub use limits::Limits;
pub use server::{Handle, ServeError, Server};
pub use settings::Settings;
