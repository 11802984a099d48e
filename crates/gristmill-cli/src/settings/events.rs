//! Where the events are that are asked about.

use super::{columns, source};
use crate::arguments::ParquetFiles;
use crate::failure::Failure;
use gristmill::{DumpOptions, Options};
use std::path::PathBuf;

/// Where the events are that are asked about.
#[derive(Clone, Debug)]
pub(crate) enum Events {
    Store { folder: PathBuf, options: Options },
    Parquet { patterns: Vec<PathBuf>, options: DumpOptions },
}

impl Events {
    /// Those of a store, where one is named, else those of files.
    pub(crate) fn of(store: Option<PathBuf>, files: ParquetFiles, options: Options) -> Result<Self, Failure> {
        Ok(match store {
            Some(folder) => Self::Store { folder, options },
            None => Self::Parquet {
                patterns: files.parquet,
                options: DumpOptions::new()
                    .engine(options)
                    .map(columns(&files.map)?)
                    .source(source(files.source)),
            },
        })
    }
}
