//! `gristmill serve`, as typed.

use super::{Appending, ServeLimits, Writing};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Store events and answer queries over HTTP
///
/// The store is created where there is none. SIGTERM and Ctrl-C end the service: it takes no new connections, finishes what
/// is under way, and closes the store.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill serve --store store
  curl http://127.0.0.1:8080/events/v2/store/external --json @event.json
  curl http://127.0.0.1:8080/api/events/v2/orgs/acme/fetch --json @query.json")]
pub(crate) struct ServeArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", env = "GRISTMILL_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The file of the tokens, where it is not `tokens.json` in the store; it must be there
    #[arg(long, value_name = "FILE", env = "GRISTMILL_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// An organization whose untrusted events are taken without a token; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) open_org: Vec<String>,

    /// An origin whose pages may call the service from a browser, such as `https://example.com`, or `*` for all; may be
    /// repeated
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) cors: Vec<String>,

    #[command(flatten)]
    pub(crate) limits: ServeLimits,

    #[command(flatten)]
    pub(crate) appending: Appending,

    #[command(flatten)]
    pub(crate) writing: Writing,
}
