//! Which store to serve, and how.

use super::options;
use crate::arguments::ServeArguments;
use crate::failure::Failure;
use crate::render::printable;
use gristmill::Options;
use gristmill_server::{AuthorityOptions, HeaderValue, Settings, TokenFile};
use std::path::PathBuf;

/// Which store to serve, and how.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) server: Settings,
    pub(crate) tokens: TokenFile,
    pub(crate) authority: AuthorityOptions,
}

impl TryFrom<ServeArguments> for ServeSettings {
    type Error = Failure;

    fn try_from(typed: ServeArguments) -> Result<Self, Failure> {
        let mut server = Settings::default();
        server.listen = typed.listen;
        server.limits = (&typed.limits).into();
        server.cors = typed.cors.iter().map(|origin| checked(origin)).collect::<Result<_, _>>()?;
        let options = options::for_writing(&typed.writing).durability(typed.appending.durability);
        let options = server.limits.of_store(options.background(true));
        let authority = AuthorityOptions {
            must_exist: typed.token_file.is_some(),
            open_organizations: typed.open_org.into_iter().map(String::into_boxed_str).collect(),
        };
        let tokens = typed.token_file.map_or_else(|| TokenFile::of_store(&typed.store), TokenFile::new);
        Ok(Self { store: typed.store, options, server, tokens, authority })
    }
}

/// An origin as browsers send it: a scheme, a host and perhaps a port, and nothing behind them.
fn checked(origin: &str) -> Result<HeaderValue, Failure> {
    let host = origin.split_once("://").map(|(_, host)| host);
    let whole = host.is_some_and(|host| !host.is_empty() && !host.contains('/'));
    if (whole || origin == "*")
        && let Ok(value) = HeaderValue::from_str(origin)
    {
        return Ok(value);
    }
    let message =
        format!("--cors {}: expected an origin such as https://example.com, or *", printable(origin));
    Err(Failure::usage(message))
}
