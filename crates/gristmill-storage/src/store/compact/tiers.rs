//! What a round of the background merges: segments of about the same size, so that no event is rewritten often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::SegmentEntry;

use super::plan::own_rows;
use super::quarter;

/// A tier is merged when it has so many segments. They make one of the next tier, of this many times the size: fewer
/// would rewrite events more often, more would leave more files to every fetch.
const FANOUT: u64 = 4;
/// A round merges at most this many sealed segments' worth of events, and [`super::plan`] makes no larger ones. As many
/// as there are segments in a tier that is due: those of the last tier always fit.
const ROUND_SEGMENTS: u64 = FANOUT;
/// And at most so many segments: each takes about 5 KB of memory while it is open, and a read for each column.
const ROUND_FILES: usize = 1 << 10;

/// Segments that may be merged with one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// Those whose events are of several quarters: late ones, and those around a quarter's end.
    Wide,
    /// Those of organizations with few events each, in a quarter, which is named by its start.
    Shared(i64),
    /// Those of one organization with many, in a quarter.
    Own(i64, Arc<str>),
}

/// What a round merges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    /// Positions of the segments; rising.
    pub(super) sources: Vec<usize>,
    /// Whether they have events of several quarters.
    pub(super) is_wide: bool,
}

/// Chooses what to merge, where a sealed segment has up to `segment_rows` events: of the largest tier of a group that is
/// due, the segments, and those of its smaller tiers, oldest first. Of several groups, the one with most segments.
pub(super) fn pick(
    entries: &[SegmentEntry],
    segment_rows: u64,
    is_left_out: impl Fn(&SegmentEntry) -> bool,
) -> Option<Pick> {
    let mut groups: BTreeMap<Group, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
    for (position, entry) in entries.iter().enumerate() {
        if let Some(tier) = tier(u64::from(entry.rows), segment_rows)
            && !is_left_out(entry)
        {
            groups.entry(group(entry, segment_rows)).or_default().entry(tier).or_default().push(position);
        }
    }
    let rows = |position: usize| u64::from(entries[position].rows);
    let picks = groups.iter().filter_map(|(group, tiers)| {
        let sources = due(tiers, rows, segment_rows.saturating_mul(ROUND_SEGMENTS))?;
        Some(Pick { sources, is_wide: *group == Group::Wide })
    });
    // The first of equals.
    picks.reduce(|best, next| if next.sources.len() > best.sources.len() { next } else { best })
}

/// One segment, to be rewritten alone.
pub(super) fn alone(entries: &[SegmentEntry], position: usize) -> Pick {
    let entry = &entries[position];
    Pick { sources: vec![position], is_wide: !quarter::of(entry.min_time).contains(&entry.max_time) }
}

/// Of the tiers of a group, the segments to merge.
fn due(tiers: &BTreeMap<u32, Vec<usize>>, rows: impl Fn(usize) -> u64, most: u64) -> Option<Vec<usize>> {
    let largest = *tiers.iter().find(|(_, positions)| positions.len() as u64 >= FANOUT)?.0;
    let mut total = 0;
    let fitting = tiers.range(largest..).flat_map(|(_, positions)| positions).copied().filter(|&position| {
        let fits = total + rows(position) <= most;
        total += if fits { rows(position) } else { 0 };
        fits
    });
    let sources: BTreeSet<usize> = fitting.take(ROUND_FILES).collect();
    Some(sources.into_iter().collect())
}

fn group(entry: &SegmentEntry, segment_rows: u64) -> Group {
    let quarter = quarter::of(entry.min_time);
    let is_own = entry.organizations.first == entry.organizations.last
        && u64::from(entry.rows) >= own_rows(segment_rows);
    if !quarter.contains(&entry.max_time) {
        Group::Wide
    } else if is_own {
        Group::Own(quarter.start, Arc::clone(&entry.organizations.first))
    } else {
        Group::Shared(quarter.start)
    }
}

/// The tier of a segment: 0 for those of `segment_rows` down to a [`FANOUT`]th of that, 1 for the next smaller ones, and so
/// on. A larger segment has none: it is large enough.
fn tier(rows: u64, segment_rows: u64) -> Option<u32> {
    let mut most = segment_rows;
    (rows <= most).then(|| {
        let mut tier = 0;
        while rows <= most / FANOUT {
            most /= FANOUT;
            tier += 1;
        }
        tier
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::file::{FileSum, SegmentFiles};
    use crate::segment::{OrganizationBounds, ValueStats};
    use crate::timestamp::MILLIS_PER_DAY;

    const SEGMENT_ROWS: u64 = 64;

    fn entry(rows: u32, days: [i64; 2], organizations: [&str; 2]) -> SegmentEntry {
        let [first, last] = organizations.map(Arc::from);
        let sum = FileSum { length: 1, crc32c: 1 };
        SegmentEntry {
            id: 1,
            rows,
            min_time: days[0] * MILLIS_PER_DAY,
            max_time: days[1] * MILLIS_PER_DAY,
            values: ValueStats { count: 0, min: 0.0, max: 0.0, unit: 0 },
            organizations: OrganizationBounds { first, last },
            files: SegmentFiles { arrow: sum, index: sum },
            deletion: None,
            quarantined: false,
        }
    }

    fn picked(entries: &[SegmentEntry]) -> Option<Vec<usize>> {
        pick(entries, SEGMENT_ROWS, |_| false).map(|pick| pick.sources)
    }

    #[test]
    fn a_tier_holds_what_four_of_the_next_one_make() {
        let tiers = [
            (65, None),
            (64, Some(0)),
            (17, Some(0)),
            (16, Some(1)),
            (5, Some(1)),
            (4, Some(2)),
            (1, Some(3)),
        ];
        for (rows, expected) in tiers {
            assert_eq!(tier(rows, SEGMENT_ROWS), expected, "{rows}");
        }
        for segment_rows in [1, 7, 1_000_000, 1 << 20] {
            for rows in [1, 2, 3, 4, 5, 100, 2_000, 250_000, 250_001] {
                let (one, four) = (tier(rows, segment_rows), tier(rows * FANOUT, segment_rows));
                assert!(one.is_none() || four.is_none() || four < one, "{rows} of {segment_rows}");
            }
        }
    }

    #[test]
    fn a_tier_is_merged_when_it_is_full_with_all_that_is_smaller() {
        let of = |rows: &[u32]| -> Vec<SegmentEntry> {
            rows.iter().map(|&rows| entry(rows, [0, 0], ["a", "b"])).collect()
        };
        assert_eq!(picked(&of(&[20, 20, 20, 1, 1, 1, 5, 100])), None);
        assert_eq!(picked(&of(&[20, 3, 20, 20, 100, 1, 20])), Some(vec![0, 1, 2, 3, 5, 6]));
        assert_eq!(picked(&of(&[60, 1, 1, 1, 1, 5])), Some(vec![1, 2, 3, 4]));
        // No more than four sealed segments' worth, from the largest down.
        assert_eq!(picked(&of(&[1, 64, 64, 64, 60, 4, 1, 64])), Some(vec![1, 2, 3, 4, 5]));
        assert_eq!(picked(&of(&[64; 9])), Some(vec![0, 1, 2, 3]));
    }

    #[test]
    fn quarters_and_tenants_stay_apart() {
        let next = 90;
        let four = |days, organizations| vec![entry(9, days, organizations); 4];
        let mut entries = four([0, 0], ["a", "b"]);
        entries[3] = entry(9, [0, 0], ["a", "a"]);
        assert_eq!(picked(&entries), None);
        entries[3] = entry(9, [next, next], ["a", "b"]);
        assert_eq!(picked(&entries), None);
        entries[3] = entry(9, [0, next], ["a", "b"]);
        assert_eq!(picked(&entries), None);
        entries[3] = entry(9, [0, next - 1], ["a", "c"]);
        assert_eq!(picked(&entries), Some(vec![0, 1, 2, 3]));
        assert_eq!(picked(&four([5, 6], ["a", "a"])), Some(vec![0, 1, 2, 3]));
        // Of few events they are merged with those of others.
        entries[3] = entry(7, [0, 0], ["a", "a"]);
        assert_eq!(picked(&entries), Some(vec![0, 1, 2, 3]));
        let wide = four([0, next], ["a", "a"]);
        assert_eq!(
            pick(&wide, SEGMENT_ROWS, |_| false),
            Some(Pick { sources: vec![0, 1, 2, 3], is_wide: true })
        );
        // The group with most segments first.
        let mut both = wide;
        both.extend(four([7, 7], ["a", "b"]));
        both.push(entry(1, [7, 7], ["a", "b"]));
        assert_eq!(picked(&both), Some(vec![4, 5, 6, 7, 8]));
    }

    #[test]
    fn what_is_left_out_does_not_count() {
        let mut entries = vec![entry(9, [0, 0], ["a", "b"]); 5];
        entries[1].id = 7;
        let without = |entry: &SegmentEntry| entry.id == 7;
        let sources = pick(&entries, SEGMENT_ROWS, without).map(|pick| pick.sources);
        assert_eq!(sources, Some(vec![0, 2, 3, 4]));
        assert_eq!(pick(&entries[..4], SEGMENT_ROWS, without), None);
    }
}
