//! What a fetch meets in the place of appends that a repair gave up.

use std::sync::Arc;

use crate::catalog::{Catalog, Loss};
use crate::schema::Dimension;
use crate::segment::{DimensionStats, OrganizationBounds, Segment, SegmentError, SegmentMeta, ValueStats};
use crate::timestamp::Timestamp;
use crate::wal;

/// Behind every organization: the last of all characters, more often than any name begins with it.
const LAST_CHARACTERS: usize = 256;

/// For each loss a segment that cannot be read. Its events may have been of any time and organization.
pub(super) fn stand_ins(catalog: &Catalog) -> Result<Vec<Arc<Segment>>, SegmentError> {
    catalog.losses.iter().map(|loss| Segment::lost(bounds(loss), error(loss)).map(Arc::new)).collect()
}

fn bounds(loss: &Loss) -> SegmentMeta {
    let last = char::MAX.to_string().repeat(LAST_CHARACTERS);
    SegmentMeta {
        id: None,
        rows: u32::try_from(loss.events).unwrap_or(u32::MAX),
        min_time: Timestamp::MIN.0,
        max_time: Timestamp::MAX.0,
        values: ValueStats::NONE,
        organizations: OrganizationBounds { first: Arc::default(), last: last.into() },
        dimensions: [DimensionStats::default(); Dimension::COUNT],
    }
}

fn error(loss: &Loss) -> SegmentError {
    let appends = match loss.last {
        u64::MAX => format!("appends from number {} on", loss.first),
        last => format!("appends {} to {last}", loss.first),
    };
    SegmentError::Damaged {
        file: wal::path(loss.log),
        part: appends,
        offset: 0,
        expected: "their events".to_owned(),
        found: "that they were damaged, and a repair gave them up".to_owned(),
    }
}
