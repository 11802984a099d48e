//! What is damaged, and what is to be done about it.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::catalog::{self, Catalog, CatalogError, LogEntry, names};
use crate::dir::Dir;
use crate::store::StoreError;
use crate::store::finding::Finding;
use crate::store::layout::{FOLDERS, QUARANTINE, SEGMENTS, files_of, find, id_in, list};
use crate::store::recover::read_logs;
use crate::store::verify::{SegmentCheck, VerifyProgress, check_segments};
use crate::wal;

use super::logs::Saved;
use super::{CATALOGS, RepairStep};

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<RepairStep>,
    /// The catalog that is to be; without its new log, and with the index sums of before.
    pub(super) catalog: Catalog,
    /// Segments whose index is to be written anew, by their place in the catalog.
    pub(super) indexes: Vec<usize>,
    /// What the new log is to hold; `None` where the logs stay.
    pub(super) logs: Option<Saved>,
    /// Files to be kept in quarantine, and then removed.
    pub(super) moved: Vec<String>,
    /// Files to be kept in quarantine that the new catalog replaces.
    pub(super) copied: Vec<String>,
    /// Whether the catalog of now is to become the one before, and so is intact.
    pub(super) renew_old: bool,
}

/// Reads everything.
pub(super) fn plan(
    dir: &Arc<dyn Dir>,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Plan, StoreError> {
    let base = base(&**dir)?;
    let (went_back, number) = (base.finding.is_some(), base.catalog.number);
    let mut plan = Plan {
        steps: Vec::new(),
        indexes: Vec::new(),
        logs: None,
        moved: Vec::new(),
        copied: Vec::new(),
        renew_old: false,
        catalog: Catalog {
            number: base.number,
            next_id: next_id(&**dir, base.catalog.next_id)?,
            ..base.catalog
        },
    };
    if let Some(finding) = base.finding {
        plan.steps.push(RepairStep::OlderCatalog { number, finding });
        plan.copied.extend(CATALOGS.into_iter().filter(|name| dir.open(name).is_ok()).map(str::to_owned));
    } else if let Err(error) = catalog::read_file(&**dir, names::OLD) {
        plan.steps.push(RepairStep::RenewOld { finding: Finding::of(error.into())? });
        plan.copied.push(names::OLD.to_owned());
        plan.renew_old = true;
    }
    plan.add_logs(&**dir, went_back)?;
    plan.add_segments(&**dir, threads, observe)?;
    if went_back {
        plan.set_aside(&**dir)?;
    }
    // Above the newest that anything knows, so that no log takes it for an older one.
    plan.catalog.number += 1;
    Ok(plan)
}

/// The catalog to start from.
struct Base {
    catalog: Catalog,
    /// What is wrong with the newest one, where it is not that.
    finding: Option<Finding>,
    /// The number of the newest catalog that anything knows.
    number: u64,
}

fn base(dir: &dyn Dir) -> Result<Base, StoreError> {
    let newest = newest_known(dir)?;
    let error = match find(dir) {
        Ok(found) => {
            let catalog = found.ok_or(StoreError::NoStore)?;
            let outdated = (newest > catalog.number).then(|| CatalogError::Outdated {
                file: names::CATALOG.to_owned(),
                found: catalog.number,
                newest,
            });
            let finding = outdated.map(|error| Finding::of(error.into())).transpose()?;
            return Ok(Base { number: newest.max(catalog.number), catalog, finding });
        }
        Err(error) => error,
    };
    // Without the one before, there is nothing that says which files count.
    let Ok(Some(catalog)) = catalog::read_file(dir, names::OLD) else { return Err(error) };
    let missing = matches!(error, StoreError::CatalogMissing { .. });
    let error =
        if missing { StoreError::io("open", names::CATALOG, io::ErrorKind::NotFound.into()) } else { error };
    // The lost one had the next number, at least.
    let number = newest.max(catalog.number + 1);
    Ok(Base { finding: Some(Finding::of(error)?), catalog, number })
}

/// The number of the newest catalog that any log knows.
fn newest_known(dir: &dyn Dir) -> Result<u64, StoreError> {
    let mut newest = 0;
    for id in list(dir, wal::FOLDER)?.into_iter().filter_map(|name| id_in(&name)) {
        newest = newest.max(wal::pieces(dir, id)?.catalog);
    }
    Ok(newest)
}

/// An id above that of every file there is.
fn next_id(dir: &dyn Dir, told: u64) -> Result<u64, StoreError> {
    let mut next = told;
    for folder in FOLDERS.into_iter().chain([QUARANTINE]) {
        let ids = list(dir, folder)?.into_iter().filter_map(|name| id_in(&name));
        next = ids.fold(next, |next, id| next.max(id.saturating_add(1)));
    }
    Ok(next)
}

impl Plan {
    /// Looks at the logs.
    fn add_logs(&mut self, dir: &dyn Dir, went_back: bool) -> Result<(), StoreError> {
        let mut findings = Vec::new();
        if !went_back {
            match read_logs(dir, &self.catalog) {
                Ok(_) => return Ok(()),
                Err(error) => findings.push(Finding::of(error)?),
            }
        }
        let listed = self.catalog.logs.clone();
        let mut logs: Vec<(LogEntry, bool)> =
            listed.iter().enumerate().map(|(at, log)| (*log, at + 1 < listed.len())).collect();
        if went_back {
            // Logs that a newer catalog listed: what they hold goes on from those that the older one lists.
            let ids = list(dir, wal::FOLDER)?.into_iter().filter_map(|name| id_in(&name));
            let unlisted = ids.filter(|id| listed.iter().all(|log| log.id != *id));
            logs.extend(unlisted.map(|id| (LogEntry { id, length: 0 }, false)));
            logs.sort_by_key(|(log, _)| log.id);
        }
        let mut saved = Saved::new(self.catalog.sealed, !went_back);
        for (log, closed) in &logs {
            saved.add(dir, *log, *closed && !went_back)?;
        }
        let saved = saved.finish();
        let (appends, events) = (saved.appends, saved.events());
        self.steps.push(RepairStep::RewriteLogs { findings, appends, events });
        self.steps.extend(saved.losses.iter().copied().map(RepairStep::Lose));
        self.catalog.losses.extend(&saved.losses);
        self.logs = Some(saved);
        let paths = logs.iter().map(|(log, _)| wal::path(log.id));
        self.moved.extend(paths.filter(|path| dir.open(path).is_ok()));
        Ok(())
    }

    /// Looks at the segments.
    fn add_segments(
        &mut self,
        dir: &dyn Dir,
        threads: usize,
        observe: &(dyn Fn(VerifyProgress) + Sync),
    ) -> Result<(), StoreError> {
        let checks = check_segments(dir, &self.catalog, threads, observe)?;
        let places =
            (0..).zip(&mut self.catalog.segments).filter(|(_, entry)| !entry.quarantined).zip(checks);
        for ((at, entry), SegmentCheck { findings, only_index }) in places {
            match findings.is_empty() {
                true => {}
                false if only_index => {
                    self.indexes.push(at);
                    self.steps.push(RepairStep::RewriteIndex { segment: entry.id, findings });
                }
                false => {
                    entry.quarantined = true;
                    let (segment, events) = (entry.id, entry.events());
                    self.steps.push(RepairStep::Quarantine { segment, events, findings });
                    let files = files_of(entry).map(|(path, _)| path);
                    self.moved.extend(files.filter(|path| dir.open(path).is_ok()));
                }
            }
        }
        Ok(())
    }

    /// Moves away the segments that the older catalog does not list, before an open takes them for leftovers.
    fn set_aside(&mut self, dir: &dyn Dir) -> Result<(), StoreError> {
        let files = self.catalog.segments.iter().flat_map(files_of);
        let listed: BTreeSet<String> = files.map(|(path, _)| path).collect();
        for name in list(dir, SEGMENTS)?.iter().filter(|name| id_in(name).is_some()) {
            let file = format!("{SEGMENTS}/{name}");
            if !listed.contains(&file) {
                self.moved.push(file.clone());
                self.steps.push(RepairStep::SetAside { file });
            }
        }
        Ok(())
    }
}
