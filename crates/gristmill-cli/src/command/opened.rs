//! Events that can be asked about.

use crate::failure::Failure;
use crate::settings::Events;
use gristmill::request::Fetch;
use gristmill::response::{Answer, Explanation};
use gristmill::{Dump, Error, Reader};
use std::path::Path;

/// Events that can be asked about.
pub(crate) enum Opened<'e> {
    Store(&'e Path, Reader),
    Parquet(Dump),
}

impl<'e> Opened<'e> {
    /// Opens a store to read it, or Parquet files.
    pub(crate) fn of(events: &'e Events) -> Result<Self, Failure> {
        match events {
            Events::Store { folder, options } => {
                let reader = options.clone().open_reader(folder);
                reader
                    .map(|reader| Self::Store(folder, reader))
                    .map_err(|error| Failure::opening_to_read(folder, error))
            }
            Events::Parquet { patterns, options } => Dump::open(patterns, options.clone())
                .map(Self::Parquet)
                .map_err(|error| Failure::in_parquet(&error)),
        }
    }

    pub(crate) fn fetch(&self, fetch: &Fetch) -> Result<Answer, Failure> {
        let answer = match self {
            Self::Store(_, reader) => reader.fetch(fetch),
            Self::Parquet(dump) => dump.fetch(fetch),
        };
        answer.map_err(|error| self.failure(error))
    }

    pub(crate) fn explain(&self, fetch: &Fetch) -> Result<Explanation, Failure> {
        let explained = match self {
            Self::Store(_, reader) => reader.explain(fetch),
            Self::Parquet(dump) => dump.explain(fetch),
        };
        explained.map(|(_, explanation)| explanation).map_err(|error| self.failure(error))
    }

    fn failure(&self, error: Error) -> Failure {
        match self {
            Self::Store(folder, _) => Failure::in_store(folder, error),
            Self::Parquet(_) => Failure::in_parquet(&error),
        }
    }
}
