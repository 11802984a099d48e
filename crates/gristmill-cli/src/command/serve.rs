//! `gristmill serve`: a store over HTTP.

use crate::configuration::Effective;
use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output::{say, to_stdout};
use crate::settings::ServeSettings;
use gristmill_server::{Authority, ServeError, Server};

/// Prints every setting and where it comes from.
pub(crate) fn check(effective: &Effective) -> Result<(), Failure> {
    to_stdout(|out| write!(out, "{effective}"))
}

pub(crate) fn run(settings: ServeSettings) -> Result<(), Failure> {
    let ServeSettings { store, options, server, tokens, authority } = settings;
    let failure = |error| match error {
        ServeError::Store(error) => Failure::in_store(&store, error),
        error @ ServeError::Exposed { .. } => Failure::usage(error.to_string()),
        error => Failure::caused(Code::Other, "serve", &error),
    };
    let authority = Authority::open(tokens.path(), authority).map_err(|error| Failure::in_tokens(&error))?;
    let is_open = authority.is_open();
    let server = Server::bind(server, authority).map_err(failure)?;
    let handle = server.handle();
    let _interrupt = Interrupt::listen_and(move || handle.stop())?;
    say(&format!("listening on http://{}", server.address()));
    if is_open {
        say("no token was ever created: whoever reaches this address can read and write");
    }
    let folder = store.clone();
    server.run(move || options.open(folder)).map_err(failure)?;
    say("ended: everything acknowledged is stored");
    Ok(())
}
