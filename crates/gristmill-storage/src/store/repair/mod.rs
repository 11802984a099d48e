//! Repair: a damaged store made one that opens, with everything that is intact, and a record of what is not.
//!
//! `plan` reads everything and says what is to be done; `logs` saves what is left of damaged logs; `apply` does it. No byte
//! is thrown away: what is taken out of the store lies in `quarantine/` before a catalog says so.

mod apply;
mod logs;
mod plan;

use std::fmt;
use std::sync::Arc;

use crate::catalog::{self, Catalog, Publish, names};
use crate::dir::Dir;

use super::finding::Finding;
use super::layout::{QUARANTINE, find};
use super::open::take_lock;
use super::verify::VerifyProgress;
use super::{Loss, StoreError};

/// What a repair does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// The steps, in their order; none where nothing is damaged.
    pub steps: Vec<RepairStep>,
}

/// One step of a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepairStep {
    /// The catalog is damaged, missing or an older one that was put back: what an older one lists counts.
    OlderCatalog {
        /// The number of the catalog that counts from now on.
        number: u64,
        /// What is wrong with the newest one.
        finding: Finding,
    },
    /// The catalog takes the place of the one before, which is damaged; nothing is lost.
    RenewOld {
        /// What is wrong with the one before.
        finding: Finding,
    },
    /// A file that the catalog does not list is moved to `quarantine/`.
    SetAside {
        /// Its path before.
        file: String,
    },
    /// The files of a segment are moved to `quarantine/`. Fetches that need it fail, or say what is missing.
    Quarantine {
        /// The id of the segment.
        segment: u64,
        /// The events in it.
        events: u64,
        /// What is wrong with it.
        findings: Vec<Finding>,
    },
    /// The index of a segment is written anew from its columns; nothing is lost.
    RewriteIndex {
        /// The id of the segment.
        segment: u64,
        /// What is wrong with it.
        findings: Vec<Finding>,
    },
    /// Logs are moved to `quarantine/`, and a new one is written with every intact append of them.
    RewriteLogs {
        /// What is wrong with them.
        findings: Vec<Finding>,
        /// Appends that are kept.
        appends: u64,
        /// Their events.
        events: u64,
    },
    /// Acknowledged appends are given up. From now on every fetch fails, or says that they are missing.
    Lose(Loss),
    /// The record of a segment in quarantine is forgotten. Its files stay there.
    ForgetSegment {
        /// The id of the segment.
        segment: u64,
        /// The events in it.
        events: u64,
    },
    /// The record of appends that were given up is forgotten.
    ForgetLoss(Loss),
}

impl fmt::Display for RepairStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OlderCatalog { number, finding } => {
                write!(f, "go back to catalog {number}, without what was stored since: {finding}")
            }
            Self::RenewOld { finding } => write!(f, "write {} anew: {finding}", names::OLD),
            Self::SetAside { file } => {
                write!(f, "move {file} to {QUARANTINE}/: the catalog does not list it")
            }
            Self::Quarantine { segment, events, findings } => {
                write!(f, "move segment {segment} with {events} events to {QUARANTINE}/: {}", Told(findings))
            }
            Self::RewriteIndex { segment, findings } => {
                write!(f, "write the index of segment {segment} anew: {}", Told(findings))
            }
            Self::RewriteLogs { findings, appends, events } => write!(
                f,
                "keep {appends} appends with {events} events of the logs, and move these to {QUARANTINE}/: {}",
                Told(findings)
            ),
            Self::Lose(loss) => write!(f, "give up {}", ToldLoss(loss)),
            Self::ForgetSegment { segment, events } => {
                write!(f, "forget segment {segment} with {events} events; its files stay in {QUARANTINE}/")
            }
            Self::ForgetLoss(loss) => write!(f, "forget {}", ToldLoss(loss)),
        }
    }
}

/// The first finding, and how many more there are.
struct Told<'a>(&'a [Finding]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("nothing lists them"),
            [only] => only.fmt(f),
            [first, more @ ..] => write!(f, "{first}, and {} more", more.len()),
        }
    }
}

/// A loss in words.
struct ToldLoss<'a>(&'a Loss);

impl fmt::Display for ToldLoss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loss { log, first, last, events } = self.0;
        match last {
            &u64::MAX => write!(f, "the appends of log {log} from number {first} on")?,
            _ => write!(f, "appends {first} to {last} of log {log}")?,
        }
        match events {
            &u64::MAX => f.write_str(", of an unknown number of events"),
            _ => write!(f, ", of {events} events at most"),
        }
    }
}

/// Repairs a store that no writer has open, or only says how with `dry_run`.
///
/// Everything is read first, on `threads` threads; `observe` is told how far that is. Killed at any point, it leaves a store
/// that can be repaired again, and that opens where the repair was through.
///
/// An error where the store cannot be repaired, since neither its catalog nor the one before is intact; where another
/// writer has it; where a file cannot be read or written.
pub fn repair(
    dir: &Arc<dyn Dir>,
    dry_run: bool,
    threads: usize,
    observe: &(dyn Fn(VerifyProgress) + Sync),
) -> Result<Repair, StoreError> {
    let _lock = lock(&**dir)?;
    let plan = plan::plan(dir, threads, observe)?;
    if !dry_run && !plan.steps.is_empty() {
        apply::apply(&**dir, &plan)?;
    }
    Ok(Repair { steps: plan.steps })
}

/// Forgets what earlier repairs have recorded as lost: answers are as if it had never been stored, and no longer marked. Or
/// only says so with `dry_run`.
pub fn accept_loss(dir: &Arc<dyn Dir>, dry_run: bool) -> Result<Repair, StoreError> {
    let _lock = lock(&**dir)?;
    let catalog = find(&**dir)?.ok_or(StoreError::NoStore)?;
    let (gone, segments): (Vec<_>, Vec<_>) =
        catalog.segments.iter().cloned().partition(|entry| entry.quarantined);
    let gone =
        gone.iter().map(|entry| RepairStep::ForgetSegment { segment: entry.id, events: entry.events() });
    let steps: Vec<_> = gone.chain(catalog.losses.iter().copied().map(RepairStep::ForgetLoss)).collect();
    if !dry_run && !steps.is_empty() {
        let number = catalog.number + 1;
        let accepted = Catalog { number, segments, losses: Vec::new(), ..catalog };
        catalog::publish(&**dir, &accepted).map_err(Publish::into_error)?;
    }
    Ok(Repair { steps })
}

/// The writer's lock on a store. A folder that holds none is left as it is.
fn lock(dir: &dyn Dir) -> Result<Box<dyn crate::dir::Lock>, StoreError> {
    match find(dir) {
        Ok(None) => Err(StoreError::NoStore),
        Err(error) if !error.is_damage() => Err(error),
        Ok(Some(_)) | Err(_) => take_lock(dir),
    }
}

/// The files of the catalog that are kept when one of them is given up.
const CATALOGS: [&str; 2] = [names::CATALOG, names::OLD];
