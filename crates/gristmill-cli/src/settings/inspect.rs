//! Which store to show, and how.

use super::options;
use crate::arguments::InspectArguments;
use crate::render::Ink;
use crate::terminal;
use gristmill::Options;
use std::path::PathBuf;

/// Which store to show, and how.
#[derive(Debug)]
pub(crate) struct InspectSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) json: bool,
    pub(crate) ink: Ink,
}

impl From<InspectArguments> for InspectSettings {
    fn from(typed: InspectArguments) -> Self {
        Self {
            options: options::for_reading(&typed.reading),
            store: typed.store,
            json: typed.json,
            ink: terminal::ink(typed.color),
        }
    }
}
