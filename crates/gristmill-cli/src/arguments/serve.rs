//! `gristmill serve`, as typed.

use super::{Appending, ServeLimits, Trace, Writing};
use crate::configuration::Effective;
use clap::Args;
use gristmill_server::HeaderValue;
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
  gristmill serve --config gristmill.toml
  gristmill serve --config gristmill.toml --check-config
  curl http://127.0.0.1:8080/events/v2/store/external --json @event.json
  curl http://127.0.0.1:8080/api/events/v2/orgs/acme/fetch --json @query.json")]
pub(crate) struct ServeArguments {
    /// A file of settings: its keys are the names of flags, with `_` for `-`. Flags and the environment win over it
    #[arg(long, value_name = "FILE", env = "GRISTMILL_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// Print every setting and where it comes from, and do nothing else
    #[arg(long)]
    pub(crate) check_config: bool,

    /// Directory of the store
    #[arg(long, value_name = "DIR", required = false, required_unless_present = "config")]
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
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(crate) cors: Vec<HeaderValue>,

    /// What is told of the work on stderr: a level, which is `off`, `error`, `warn`, `info`, `debug` or `trace`, or
    /// `gristmill::fetch=debug` for a line about each fetch and each segment of it
    #[arg(long, value_name = "LEVEL", env = "GRISTMILL_TRACE", default_value = "warn")]
    pub(crate) trace: Trace,

    #[arg(skip)]
    pub(crate) effective: Effective,

    #[command(flatten)]
    pub(crate) limits: ServeLimits,

    #[command(flatten)]
    pub(crate) appending: Appending,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

/// An origin as browsers send it: a scheme, a host and perhaps a port, and nothing behind them.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let host = text.split_once("://").map(|(_, host)| host);
    let whole = host.is_some_and(|host| !host.is_empty() && !host.contains('/'));
    HeaderValue::from_str(text)
        .ok()
        .filter(|_| whole || text == "*")
        .ok_or_else(|| "expected an origin such as https://example.com, or *".to_owned())
}
