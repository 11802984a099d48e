//! The events of a store as Parquet files, day by day.
//!
//! | file | what it holds |
//! |---|---|
//! | `plan` | which events make a file |
//! | `file` | a segment as a Parquet file |
//! | `batch` | rows of a segment as Arrow columns |
//! | `folder` | the folder that is there as a whole or not at all |

mod batch;
mod file;
mod folder;
mod plan;

use super::ParquetError;
use crate::parallel;
use crate::segment::{Segment, SegmentBuilder, SegmentError};
use crate::timestamp::Timestamp;
use folder::Folder;
use plan::{Cell, rows_within};
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

/// Events that are sorted together in memory, and the most that a file has.
const FILE_ROWS: u64 = 1 << 20;

/// Which events are exported, and where to.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    organization: Option<Arc<str>>,
    time: Range<i64>,
    replace: bool,
    file_rows: u64,
}

impl Default for ExportOptions {
    fn default() -> Self {
        let time = Timestamp::MIN.millis()..Timestamp::MAX.millis() + 1;
        Self { organization: None, time, replace: false, file_rows: FILE_ROWS }
    }
}

impl ExportOptions {
    /// All events, into a folder that is new or empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only events of this organization.
    #[must_use]
    pub fn organization(mut self, organization: &str) -> Self {
        self.organization = Some(organization.into());
        self
    }

    /// Only events from `start` on and before `end`, in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn time(mut self, start: i64, end: i64) -> Self {
        self.time = start..end;
        self
    }

    /// Whether what is in the folder goes when the export is whole. The default is `false`: then it must be empty.
    #[must_use]
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// The most rows of a file, at least 1; so many are in memory. The default is 1,048,576.
    #[must_use]
    pub fn file_rows(mut self, rows: u32) -> Self {
        self.file_rows = u64::from(rows).max(1);
        self
    }
}

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Events.
    pub events: u64,
    /// Files.
    pub files: u64,
    /// Days in UTC that have some.
    pub days: u64,
    /// Bytes of the files.
    pub bytes: u64,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Events that are written.
    pub done: u64,
    /// Events in all.
    pub total: u64,
}

/// Why events could not be exported. Then the folder is as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// There is something in the folder.
    #[error("{path} is not empty; name a new folder, or have what is there replaced", path = .path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused something.
    #[error("cannot {action} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason given.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}", path = .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ParquetError,
    },
    /// Events could not be read.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The caller wanted no more of it.
    #[error("the export was stopped before it was whole; nothing of it is there")]
    Stopped,
}

impl ExportError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

/// Writes the events of some segments into a folder, on so many threads: a folder `date=YYYY-MM-DD` for each day in UTC that
/// has some, in it files that [`DumpFile`](super::DumpFile) and any other reader of Parquet can read, sorted by organization,
/// vendor and time. Deleted events are left out.
///
/// The folder is there when all is written and durable, and not before. `observe` is told how far it is, by any thread, and may
/// end it.
pub fn export(
    segments: &[Arc<Segment>],
    target: &Path,
    options: &ExportOptions,
    threads: usize,
    observe: &(dyn Fn(ExportProgress) -> ControlFlow<()> + Sync),
) -> Result<Export, ExportError> {
    let folder = Folder::claim(target, options.replace)?;
    let cells = plan::cells(segments, options)?;
    let mut export = Export { days: days(&cells), ..Export::default() };
    let progress = Progress { done: AtomicU64::new(0), total: plan::rows(&cells), observe };
    progress.add(0)?;
    for window in plan::windows(&cells, options.file_rows) {
        let files = write_window(segments, window, &folder, options, threads, &progress)?;
        export.files += files.len() as u64;
        export.bytes += files.iter().sum::<u64>();
    }
    export.events = progress.done.into_inner();
    folder.publish()?;
    Ok(export)
}

fn days(cells: &[Cell]) -> u64 {
    let mut days: Vec<i64> = cells.iter().map(Cell::day).collect();
    days.dedup();
    days.len() as u64
}

struct Progress<'o> {
    done: AtomicU64,
    total: u64,
    observe: &'o (dyn Fn(ExportProgress) -> ControlFlow<()> + Sync),
}

impl Progress<'_> {
    fn add(&self, rows: u64) -> Result<(), ExportError> {
        let done = self.done.fetch_add(rows, Ordering::Relaxed) + rows;
        match (self.observe)(ExportProgress { done, total: self.total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ExportError::Stopped),
        }
    }
}

/// Writes the files of some cells that follow one another; gives their lengths in bytes.
fn write_window(
    segments: &[Arc<Segment>],
    cells: &[Cell],
    folder: &Folder,
    options: &ExportOptions,
    threads: usize,
    progress: &Progress<'_>,
) -> Result<Vec<u64>, ExportError> {
    let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return Ok(Vec::new()) };
    let time = first.time.start..last.time.end;
    let mut events = SegmentBuilder::new();
    for segment in segments {
        let rows = rows_within(segment, options.organization.as_deref(), &time)?;
        if !rows.is_empty() {
            // The values of a whole segment may not fit beside those of others, where those of a few rows do.
            let mut part = SegmentBuilder::new();
            part.push_rows(segment, &rows)?;
            events.append(&part)?;
            progress.add(0)?;
        }
    }
    let cell_of = |at: i64| {
        let cell = cells.partition_point(|cell| cell.time.end <= at);
        u32::try_from(cell).unwrap_or(u32::MAX)
    };
    let sorted = events.sort(threads, cells.len(), cell_of);
    let parts: Vec<(&Cell, Range<u32>)> =
        cells.iter().zip(sorted.parts()).filter(|(_, rows)| !rows.is_empty()).collect();
    parallel::try_map(threads, parts, |(cell, rows)| {
        let path = folder.file(&cell.name())?;
        let bytes = file::write(&path, &sorted.segment(&rows))?;
        progress.add(rows.len() as u64)?;
        Ok(bytes)
    })
}
