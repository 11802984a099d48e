//! Checking everything of a segment's files: every checksum, and all that the reading code relies on.
//!
//! Nothing ends at the first thing that is wrong. What cannot be read because of it is left out; the rest is checked.

mod bytes;
mod columns;

use super::blocks::BlockFile;
use super::columns::ColumnFile;
use super::directory::Directory;
use super::layout::Layout;
use super::open::read_directory;
use super::sum::SegmentFiles;
use crate::dir::Dir;
use crate::segment::{SegmentError, SegmentMeta};
use std::sync::Arc;

/// What was found in the files of a segment.
#[derive(Debug, Default)]
pub struct Verified {
    /// What its columns say of the segment, without its number; `None` where they cannot all be read.
    pub meta: Option<SegmentMeta>,
    /// Everything that is wrong.
    pub findings: Vec<SegmentError>,
}

/// Reads both files of a segment as a whole, compares their lengths and checksums with the recorded ones, and checks that
/// the columns make a segment and that the index says what they say. It takes the memory of a few columns.
pub fn verify(dir: &dyn Dir, arrow_path: &str, index_path: &str, files: &SegmentFiles) -> Verified {
    let mut findings = Findings::default();
    let directory = findings.keep(read_directory(dir, index_path, files));
    let index =
        directory.map(|directory| bytes::check_index(dir, index_path, directory, files.index, &mut findings));
    let table = index.as_ref().map(|index| &index.directory);
    let meta = bytes::check_arrow(dir, arrow_path, files.arrow, table, &mut findings)
        .and_then(|file| {
            let layout = findings.keep(Layout::of_arrow(&file))?;
            Some(ColumnFile { file, layout: Arc::new(layout) })
        })
        .and_then(|columns| columns::check(&columns, index.as_ref(), &mut findings));
    Verified { meta, findings: findings.0 }
}

/// The index, whose directory is intact.
#[derive(Debug)]
struct IndexFile<'d> {
    dir: &'d dyn Dir,
    path: &'d str,
    directory: Directory,
}

/// What is wrong so far.
#[derive(Debug, Default)]
struct Findings(Vec<SegmentError>);

impl Findings {
    fn add(&mut self, error: SegmentError) {
        self.0.push(error);
    }

    /// The result, or a finding in its place.
    fn keep<T>(&mut self, result: Result<T, SegmentError>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }
}
