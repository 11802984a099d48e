//! Which store to serve, and how.

use super::options;
use crate::arguments::ServeArguments;
use gristmill::Options;
use gristmill_server::{AuthorityOptions, Settings, TokenFile};
use std::path::PathBuf;
use tracing_subscriber::filter::Targets;

/// Which store to serve, and how.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) server: Settings,
    pub(crate) tokens: TokenFile,
    pub(crate) authority: AuthorityOptions,
    /// What is told of the work.
    pub(crate) trace: Targets,
}

impl From<ServeArguments> for ServeSettings {
    fn from(typed: ServeArguments) -> Self {
        let mut server = Settings::default();
        server.listen = typed.listen;
        server.limits = (&typed.limits).into();
        server.cors = typed.cors;
        let options = options::for_writing(&typed.writing).durability(typed.appending.durability);
        let options = server.limits.of_store(options.background(true));
        let authority = AuthorityOptions {
            must_exist: typed.token_file.is_some(),
            open_organizations: typed.open_org.into_iter().map(String::into_boxed_str).collect(),
        };
        let tokens = typed.token_file.map_or_else(|| TokenFile::of_store(&typed.store), TokenFile::new);
        Self { store: typed.store, options, server, tokens, authority, trace: typed.trace.0 }
    }
}
