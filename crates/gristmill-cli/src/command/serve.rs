//! `gristmill serve`: a store over HTTP.

use crate::configuration::Effective;
use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output::{say, to_stdout};
use crate::settings::ServeSettings;
use gristmill_server::{Authority, Log, ServeError, Server};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Prints every setting and where it comes from.
pub(crate) fn check(effective: &Effective) -> Result<(), Failure> {
    to_stdout(|out| write!(out, "{effective}"))
}

pub(crate) fn run(settings: ServeSettings) -> Result<(), Failure> {
    let ServeSettings { store, options, server, tokens, authority, trace } = settings;
    let failure = |error| match error {
        ServeError::Store(error) => Failure::in_store(&store, error),
        error @ ServeError::Exposed { .. } => Failure::usage(error.to_string()),
        error => Failure::caused(Code::Other, "serve", &error),
    };
    let authority = Authority::open(tokens.path(), authority).map_err(|error| Failure::in_tokens(&error))?;
    let is_open = authority.is_open();
    let server = Server::bind(server, authority).map_err(failure)?;
    tell(trace, server.log())?;
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

/// From now on the log has what the parts of the program say of their work: events, and spans when they end.
fn tell(trace: Targets, log: Log) -> Result<(), Failure> {
    let lines = tracing_subscriber::fmt::layer()
        // Whoever else is in the build may switch colours on.
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || log.clone())
        .with_filter(trace);
    tracing_subscriber::registry()
        .with(lines)
        .try_init()
        .map_err(|error| Failure::caused(Code::Other, "cannot tell what the service does", &error))
}
