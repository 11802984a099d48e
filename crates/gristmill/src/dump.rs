//! Parquet files that answer fetches as they are.

use crate::engine::Engine;
use crate::error::Error;
use crate::options::Options;
use gristmill_query::exec::Cancel;
use gristmill_query::request::Fetch;
use gristmill_query::response::{Answer, Explanation};
use gristmill_storage::event::SourceRule;
use gristmill_storage::parquet::{ColumnMap, DumpFile};
use gristmill_storage::segment::{SegmentError, SegmentSource};
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Parquet files that answer fetches as they are: an export of a store, or files of anybody whose columns are those of an
/// event. docs/parquet.md has what they may look like.
///
/// It is what the files were when they were opened: a fetch that finds one changed fails. Of a row group, what a fetch needs
/// is in memory while it is scanned, for each thread; nothing else of the files is.
#[derive(Clone, Debug)]
pub struct Dump {
    parts: Arc<[Arc<dyn SegmentSource>]>,
    files: usize,
    events: u64,
    engine: Arc<Engine>,
}

/// How Parquet files are opened.
#[derive(Clone, Debug)]
pub struct DumpOptions {
    options: Options,
    map: ColumnMap,
    rule: SourceRule,
}

/// Why Parquet files cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// A pattern is none.
    #[error("`{pattern}` is no pattern of files: {source}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        source: glob::PatternError,
    },
    /// A folder cannot be looked into.
    #[error("cannot look for files of `{pattern}`: {source}")]
    Folder {
        /// The pattern.
        pattern: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no file.
    #[error(
        "`{pattern}` matches no file; a pattern such as 'dump/**/*.parquet' does, and a folder stands for all that end in .parquet"
    )]
    NoFile {
        /// The pattern.
        pattern: String,
    },
    /// No file has a column that is mapped.
    #[error("`{name}` is mapped, but no file has such a column")]
    NoColumn {
        /// The name.
        name: String,
    },
}

impl Default for DumpOptions {
    fn default() -> Self {
        Self { options: Options::default(), map: ColumnMap::default(), rule: SourceRule::FromEvent }
    }
}

impl DumpOptions {
    /// The defaults: no other names, and a `source` that is the event's own, `untrusted` where it has none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Threads and budgets. What concerns stores only does not matter.
    #[must_use]
    pub fn engine(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Names that columns have in the files.
    #[must_use]
    pub fn map(mut self, map: ColumnMap) -> Self {
        self.map = map;
        self
    }

    /// Who says how far the sender of an event is trusted.
    #[must_use]
    pub fn source(mut self, rule: impl Into<SourceRule>) -> Self {
        self.rule = rule.into();
        self
    }
}

impl Dump {
    /// Opens all files that some patterns match, each once: paths in which `*`, `?`, `[a-z]` and `**` stand for others. A folder
    /// stands for all files in it that end in `.parquet`, however deep. What begins with a point is not matched by a
    /// pattern that does not.
    ///
    /// # Errors
    /// [`Error::Dump`] where a pattern matches nothing, and [`SegmentError::Foreign`] where a file cannot be read, or does not
    /// hold events.
    pub fn open<P: AsRef<Path>>(
        patterns: impl IntoIterator<Item = P>,
        options: DumpOptions,
    ) -> Result<Self, Error> {
        let mut paths: Vec<PathBuf> = Vec::new();
        for pattern in patterns {
            paths.extend(files(pattern.as_ref())?);
        }
        paths.sort();
        paths.dedup();
        let DumpOptions { options, map, rule } = options;
        let engine = options.engine()?;
        let open = |path: &PathBuf| DumpFile::open(path, &map, rule);
        let files: Vec<DumpFile> =
            engine.install(|| paths.par_iter().map(open).collect::<Result<_, SegmentError>>())?;
        if let Some(name) = map.theirs().find(|name| !files.iter().any(|file| file.has(name))) {
            return Err(DumpError::NoColumn { name: name.to_owned() }.into());
        }
        Ok(Self {
            parts: files.iter().flat_map(DumpFile::parts).collect(),
            files: files.len(),
            events: files.iter().map(DumpFile::rows).sum(),
            engine: Arc::new(engine),
        })
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.files
    }

    /// How many events are in them, of all organizations.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Answers a fetch.
    ///
    /// Of each event, the columns that the fetch needs are looked at. One that breaks their rules is an error, with its file
    /// and row, where the fetch comes to it.
    ///
    /// # Errors
    /// A file cannot be read or has changed, an event is none, or a budget is exceeded.
    pub fn fetch(&self, fetch: &Fetch) -> Result<Answer, Error> {
        self.engine.fetch_from(fetch, &self.parts, None)
    }

    /// As [`Self::fetch`], and `cancel` may stop it from another thread.
    ///
    /// # Errors
    /// As [`Self::fetch`], and [`ExecError::Canceled`](crate::exec::ExecError::Canceled).
    pub fn fetch_or_cancel(&self, fetch: &Fetch, cancel: &Cancel) -> Result<Answer, Error> {
        self.engine.fetch_from(fetch, &self.parts, Some(cancel))
    }

    /// As [`Self::fetch`], and tells how the answer was found. What it calls a segment is a part of a row group.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub fn explain(&self, fetch: &Fetch) -> Result<(Answer, Explanation), Error> {
        self.engine.explain_from(fetch, &self.parts)
    }
}

/// The files of a pattern, at least one.
fn files(pattern: &Path) -> Result<Vec<PathBuf>, DumpError> {
    if pattern.is_file() {
        // Whatever its name looks like.
        return Ok(vec![pattern.to_owned()]);
    }
    let told = pattern.display().to_string();
    let text = if pattern.is_dir() {
        format!("{}/**/*.parquet", glob::Pattern::escape(told.trim_end_matches('/')))
    } else {
        told.clone()
    };
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let found = glob::glob_with(&text, options)
        .map_err(|source| DumpError::Pattern { pattern: told.clone(), source })?;
    let mut paths = Vec::new();
    for path in found {
        let path = path.map_err(|error| DumpError::Folder { pattern: told.clone(), source: error.into() })?;
        if path.is_file() {
            paths.push(path);
        }
    }
    if paths.is_empty() { Err(DumpError::NoFile { pattern: told }) } else { Ok(paths) }
}
