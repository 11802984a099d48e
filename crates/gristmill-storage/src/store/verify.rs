//! Verifying: every byte of every file, and all that must hold between them. Nothing is written.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::{self, Catalog, CatalogError, SegmentEntry, names};
use crate::dir::Dir;
use crate::parallel::try_map;
use crate::segment::file::{self, Verified};
use crate::wal::{self, LogScan};

use super::finding::Finding;
use super::layout::{SEGMENTS, TEMPORARY, UNFINISHED, files_of, find, list, segment_paths};
use super::reader::MAX_ATTEMPTS;
use super::recover::{Logs, check_entry, check_unlisted, deleted_rows, read_log};
use super::{Loss, StoreError};

/// What verifying a store has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The number of the catalog; `None` where it is damaged or missing. Then what `CATALOG.old` lists was checked, where
    /// that is intact.
    pub catalog: Option<u64>,
    /// Segments whose files were checked.
    pub segments: u64,
    /// Bytes of their files.
    pub bytes: u64,
    /// Events that the catalog lists, those of damaged segments included, and events of intact logs.
    pub events: u64,
    /// Logs that were checked.
    pub logs: u64,
    /// Appends that are in them and not in segments.
    pub appends: u64,
    /// Bytes at the end of the newest log that were never acknowledged, and do not count.
    pub torn_bytes: u64,
    /// Everything that is wrong, file by file.
    pub findings: Vec<Finding>,
    /// The ids of segments that an earlier repair moved to quarantine.
    pub quarantined: Vec<u64>,
    /// Acknowledged appends that an earlier repair gave up.
    pub losses: Vec<Loss>,
    /// Files that nothing lists: a crash left them behind, a writer is at them, or somebody put them there.
    pub unlisted: Vec<String>,
}

/// How far a verification is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes of segment files that were checked.
    pub done: u64,
    /// Bytes of all segment files.
    pub total: u64,
}

/// Checks every checksum and every invariant of a store that another process may be writing: the catalog, the logs, and of
/// each segment the whole files, the columns, and the index against the columns. It goes on after each finding.
///
/// `threads` segments are checked at once, each of which takes the memory of a few of its columns. `observe` is told how
/// far it is, by any of them. What a writer drops meanwhile is not missed.
///
/// An error where there is nothing to check: [`StoreError::NoStore`], a store of a newer format, a folder that cannot be
/// read.
pub fn verify(
    dir: &Arc<dyn Dir>,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Verification, StoreError> {
    let mut report = Verification::default();
    let Some(catalog) = check_catalog(&**dir, &mut report)? else {
        report.unlisted = unlisted(&**dir, &Catalog::empty())?;
        return Ok(report);
    };
    let catalog = check_logs(&**dir, catalog, &mut report)?;
    add_segments(&**dir, &catalog, threads, observe, &mut report)?;
    report.events += catalog.sealed_events();
    report.losses.clone_from(&catalog.losses);
    report.unlisted = unlisted(&**dir, &catalog)?;
    Ok(report)
}

impl Verification {
    fn add(&mut self, error: StoreError) -> Result<(), StoreError> {
        self.findings.push(Finding::of(error)?);
        Ok(())
    }
}

/// The catalog; where that is damaged, the one before it, where that is intact.
fn check_catalog(dir: &dyn Dir, report: &mut Verification) -> Result<Option<Catalog>, StoreError> {
    let found = find(dir);
    let old = catalog::read_file(dir, names::OLD);
    match found {
        Ok(found) => {
            let catalog = found.ok_or(StoreError::NoStore)?;
            report.catalog = Some(catalog.number);
            if let Err(error) = old {
                report.add(error.into())?;
            }
            Ok(Some(catalog))
        }
        Err(StoreError::CatalogMissing { .. }) => {
            let missing = io::Error::from(io::ErrorKind::NotFound);
            report.add(StoreError::io("open", names::CATALOG, missing))?;
            Ok(without_newer(old))
        }
        Err(error) => {
            report.add(error)?;
            Ok(without_newer(old))
        }
    }
}

/// The catalog before, where it is intact. That the logs know a newer one is what was just found.
fn without_newer(old: Result<Option<Catalog>, CatalogError>) -> Option<Catalog> {
    let old = old.ok().flatten()?;
    Some(Catalog { number: u64::MAX, ..old })
}

/// Checks the logs. While they were read, a writer may have gone on to a newer catalog: then the logs of that one count,
/// and it is what is given back.
fn check_logs(dir: &dyn Dir, mut catalog: Catalog, report: &mut Verification) -> Result<Catalog, StoreError> {
    for _ in 1..MAX_ATTEMPTS {
        let findings = logs_of(dir, &catalog, report)?;
        match newer(dir, &catalog, report) {
            Some(newer) if !findings.is_empty() => {
                report.catalog = Some(newer.number);
                catalog = newer;
            }
            _ => {
                report.findings.extend(findings);
                return Ok(catalog);
            }
        }
    }
    let findings = logs_of(dir, &catalog, report)?;
    report.findings.extend(findings);
    Ok(catalog)
}

/// A newer catalog than that, where a writer has published one. Only a catalog that was intact has a newer one.
fn newer(dir: &dyn Dir, catalog: &Catalog, report: &Verification) -> Option<Catalog> {
    report.catalog?;
    find(dir).ok().flatten().filter(|found| found.number > catalog.number)
}

/// Counts the logs of a catalog anew; what is wrong with them.
fn logs_of(dir: &dyn Dir, catalog: &Catalog, report: &mut Verification) -> Result<Vec<Finding>, StoreError> {
    let (mut logs, mut findings) = (Logs::default(), Vec::new());
    let mut before: Option<LogScan> = None;
    for position in 0..catalog.logs.len() {
        match read_log(dir, catalog, position, before.as_ref(), &mut logs) {
            Ok(scan) => before = Some(scan),
            Err(error) => {
                findings.push(Finding::of(error)?);
                // What follows a damaged log cannot be compared with its end.
                before = None;
            }
        }
    }
    if let Err(error) = check_unlisted(dir, catalog) {
        findings.push(Finding::of(error)?);
    }
    report.logs = catalog.logs.len() as u64;
    report.appends = logs.batches.len() as u64;
    report.events = logs.batches.iter().map(|unfrozen| unfrozen.batch.len() as u64).sum();
    report.torn_bytes = logs.torn;
    Ok(findings)
}

/// Checks the segments and adds them to the report.
fn add_segments(
    dir: &dyn Dir,
    catalog: &Catalog,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
    report: &mut Verification,
) -> Result<(), StoreError> {
    let checks = check_segments(dir, catalog, threads, observe)?;
    let (moved, there): (Vec<_>, Vec<_>) = catalog.segments.iter().partition(|entry| entry.quarantined);
    let newer = newer(dir, catalog, report);
    for (entry, check) in there.into_iter().zip(checks) {
        let dropped = |newer: &Catalog| newer.segments.iter().all(|other| other.id != entry.id);
        if !check.findings.is_empty() && newer.as_ref().is_some_and(dropped) {
            // A writer has dropped it, and its files with it.
            continue;
        }
        report.segments += 1;
        report.bytes += entry.files.bytes();
        report.findings.extend(check.findings);
    }
    report.quarantined = moved.iter().map(|entry| entry.id).collect();
    Ok(())
}

/// What is wrong with a segment.
#[derive(Debug)]
pub(super) struct SegmentCheck {
    pub(super) findings: Vec<Finding>,
    /// Whether all of it is in the index, and the columns are what the catalog says.
    pub(super) only_index: bool,
}

/// Checks the segments that are not in quarantine, in the order of the catalog.
pub(super) fn check_segments(
    dir: &dyn Dir,
    catalog: &Catalog,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Vec<SegmentCheck>, StoreError> {
    let entries: Vec<&SegmentEntry> = catalog.segments.iter().filter(|entry| !entry.quarantined).collect();
    let total = entries.iter().map(|entry| entry.files.bytes()).sum();
    let done = Mutex::new(0);
    observe(VerifyProgress { done: 0, total });
    try_map(threads, entries, |entry| {
        let check = check_segment(dir, entry)?;
        // Added up and told in one step, so that what is told never falls.
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += entry.files.bytes();
        observe(VerifyProgress { done: *done, total });
        Ok(check)
    })
}

fn check_segment(dir: &dyn Dir, entry: &SegmentEntry) -> Result<SegmentCheck, StoreError> {
    let [arrow, index] = segment_paths(SEGMENTS, entry.id);
    let Verified { meta, mut findings } = file::verify(dir, &arrow, &index, &entry.files);
    let in_index = findings.iter().all(|error| error.file() == Some(&*index));
    let before = findings.len();
    if let Some(meta) = &meta {
        findings.extend(check_entry(entry, meta, &index).err());
    }
    findings.extend(deleted_rows(dir, entry).err());
    let only_index = in_index && meta.is_some() && findings.len() == before;
    let findings: Result<_, _> = findings.into_iter().map(|error| Finding::of(error.into())).collect();
    Ok(SegmentCheck { findings: findings?, only_index })
}

/// The files that a catalog does not list.
fn unlisted(dir: &dyn Dir, catalog: &Catalog) -> Result<Vec<String>, StoreError> {
    let mut unlisted = Vec::new();
    for name in [names::TEMPORARY, UNFINISHED] {
        if dir.open(name).is_ok() {
            unlisted.push(name.to_owned());
        }
    }
    let mut listed: Vec<String> = catalog.logs.iter().map(|log| wal::path(log.id)).collect();
    listed.extend(catalog.segments.iter().flat_map(files_of).map(|(path, _)| path));
    listed.sort_unstable();
    for folder in [wal::FOLDER, SEGMENTS, TEMPORARY] {
        let paths = list(dir, folder)?.into_iter().map(|name| format!("{folder}/{name}"));
        unlisted.extend(paths.filter(|path| listed.binary_search(path).is_err()));
    }
    Ok(unlisted)
}
