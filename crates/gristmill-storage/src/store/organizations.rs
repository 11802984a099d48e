//! Which organizations there are, and from when to when. Only dictionaries and tables of runs are read.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::schema::Dimension;
use crate::segment::{Dictionary, Run, Segment, SegmentError};

use super::{Snapshot, StoreError};

/// The organizations of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organizations {
    /// Their names, in the order of their UTF-8 bytes.
    pub names: BTreeSet<String>,
    /// Segments that cannot be read, whose organizations may be missing.
    pub damaged_segments: u64,
}

impl Snapshot {
    /// The organizations that have events. What is damaged does not hide those of the rest.
    ///
    /// # Errors
    /// A segment cannot be read, for another reason than damage.
    pub fn organizations(&self) -> Result<Organizations, StoreError> {
        let mut found = Organizations::default();
        for segment in self.segments() {
            match add_organizations(segment, &mut found.names).map_err(StoreError::from) {
                Err(error) if error.is_damage() => found.damaged_segments += 1,
                result => result?,
            }
        }
        Ok(found)
    }

    /// The first and the last timestamp of an organization's events, in milliseconds since 1970-01-01T00:00:00Z; `None`
    /// where it has none. Events that were deleted and whose bytes are not purged may still widen it.
    ///
    /// # Errors
    /// A segment that may hold some of them cannot be read.
    pub fn extent(&self, organization: &str) -> Result<Option<RangeInclusive<i64>>, StoreError> {
        let mut extent: Option<RangeInclusive<i64>> = None;
        for segment in self.segments() {
            if !segment.meta().organizations.may_hold(organization) {
                continue;
            }
            let Dictionary::Text(names) = &*segment.dictionary(Dimension::OrganizationId)? else { continue };
            let Some(code) = names.find(organization) else { continue };
            for run in segment.runs()?.of_organization(code).iter().filter(|run| has_events(segment, run)) {
                extent = Some(match extent {
                    Some(known) => run.min_time.min(*known.start())..=run.max_time.max(*known.end()),
                    None => run.min_time..=run.max_time,
                });
            }
        }
        Ok(extent)
    }
}

fn add_organizations(segment: &Segment, found: &mut BTreeSet<String>) -> Result<(), SegmentError> {
    let runs = segment.runs()?;
    let Dictionary::Text(names) = &*segment.dictionary(Dimension::OrganizationId)? else { return Ok(()) };
    for run in runs.all().iter().filter(|run| has_events(segment, run)) {
        let name = names.get(run.organization).unwrap_or_default();
        if !found.contains(name) {
            found.insert(name.to_owned());
        }
    }
    Ok(())
}

/// Whether not all of its rows are deleted.
fn has_events(segment: &Segment, run: &Run) -> bool {
    segment.alive().count_in(run.rows.clone()) > 0
}
