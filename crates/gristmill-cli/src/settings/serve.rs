//! Which store to serve, and how.

use super::options;
use crate::arguments::ServeArguments;
use gristmill::Options;
use gristmill_server::Settings;
use std::path::PathBuf;

/// Which store to serve, and how.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) server: Settings,
}

impl From<ServeArguments> for ServeSettings {
    fn from(typed: ServeArguments) -> Self {
        let mut server = Settings::default();
        server.listen = typed.listen;
        let options = options::for_writing(&typed.writing)
            .durability(typed.appending.durability)
            .background(true)
            .budget(server.limits.budget());
        Self { store: typed.store, options, server }
    }
}
