//! Which rows make a new segment, and in which order.

use super::Selection;
use crate::hash::HashMap;
use crate::schema::Dimension;
use crate::segment::builder::{MAX_ROWS, full};
use crate::segment::index::index;
use crate::segment::{Dictionary, Segment, SegmentError, TextDictionary, Timestamps};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;
use std::sync::Arc;

/// The rows of a new segment in their order.
#[derive(Debug)]
pub(super) struct Arrangement {
    /// For each source, where its rows go; rising in both.
    pieces: Vec<Vec<Piece>>,
    /// The organizations and vendors, sorted.
    pub(super) tenants: Vec<Tenant>,
    pub(super) timestamps: Timestamps,
}

/// Rows of a source that stay together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The rows in the source.
    pub(super) rows: Range<usize>,
    /// The row in the new segment that the first of them becomes.
    pub(super) start: usize,
}

/// An organization and vendor, with its rows in the new segment.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) organization: Arc<str>,
    pub(super) vendor: Arc<str>,
    pub(super) rows: Range<u32>,
}

/// Rows of one tenant in one source, without those deleted.
#[derive(Debug)]
struct Slice {
    source: usize,
    /// Rows that follow one another; rising.
    stretches: Vec<Range<u32>>,
    /// Of all rows.
    instants: Vec<i64>,
}

/// The slices of a selection by organization and vendor, each tenant's in the order of the sources.
type Slices = BTreeMap<(Arc<str>, Arc<str>), Vec<Slice>>;

impl Arrangement {
    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Where the rows of a source go.
    pub(super) fn pieces(&self, source: usize) -> &[Piece] {
        &self.pieces[source]
    }
}

/// Finds the rows of each selection and puts them in order.
pub(super) fn arrange(
    sources: &[Arc<Segment>],
    selections: &[Selection],
) -> Result<Vec<Arrangement>, SegmentError> {
    let mut wanted: HashMap<&str, Vec<usize>> = HashMap::default();
    for (at, selection) in selections.iter().enumerate() {
        for organization in &selection.organizations {
            wanted.entry(organization).or_default().push(at);
        }
    }
    let mut slices: Vec<Slices> = selections.iter().map(|_| Slices::new()).collect();
    for (source, segment) in sources.iter().enumerate() {
        collect(source, segment, selections, &wanted, &mut slices)?;
    }
    slices.into_iter().map(|slices| interleave_all(slices, sources.len())).collect()
}

/// Adds the slices of one source.
fn collect(
    source: usize,
    segment: &Segment,
    selections: &[Selection],
    wanted: &HashMap<&str, Vec<usize>>,
    slices: &mut [Slices],
) -> Result<(), SegmentError> {
    let runs = segment.runs()?;
    let (organizations, vendors) =
        (segment.dictionary(Dimension::OrganizationId)?, segment.dictionary(Dimension::Vendor)?);
    let timestamps = segment.timestamps()?;
    for run in runs.all() {
        let organization = text(&organizations, run.organization);
        for &at in wanted.get(organization).into_iter().flatten() {
            let time = &selections[at].time;
            let first = timestamps.first_at_or_after(run.rows.clone(), time.start);
            let end = timestamps.first_at_or_after(first..run.rows.end, time.end);
            let stretches = segment.alive().stretches(first..end);
            if !stretches.is_empty() {
                let tenant = (organization.into(), text(&vendors, run.vendor).into());
                let rows = stretches.iter().cloned().flatten();
                let instants = rows.map(|row| timestamps.get(row as usize)).collect();
                slices[at].entry(tenant).or_default().push(Slice { source, stretches, instants });
            }
        }
    }
    Ok(())
}

/// The text behind a code; an organization or vendor is never null.
fn text(dictionary: &Dictionary, code: u32) -> &str {
    match dictionary {
        Dictionary::Text(texts) => TextDictionary::get(texts, code).unwrap_or_default(),
        Dictionary::Integer(_) => "",
    }
}

fn interleave_all(slices: Slices, sources: usize) -> Result<Arrangement, SegmentError> {
    let rows: usize = slices.values().flatten().map(|slice| slice.instants.len()).sum();
    if rows > MAX_ROWS {
        return Err(full("rows", MAX_ROWS));
    }
    let mut instants = Vec::with_capacity(rows);
    let mut pieces = vec![Vec::new(); sources];
    let mut tenants = Vec::with_capacity(slices.len());
    for ((organization, vendor), slices) in slices {
        let start = index(instants.len());
        interleave(&slices, &mut instants, &mut pieces);
        tenants.push(Tenant { organization, vendor, rows: start..index(instants.len()) });
    }
    Ok(Arrangement { pieces, tenants, timestamps: Timestamps::of(instants.iter().copied()) })
}

/// Puts the rows of some slices in the order of their instants, and of the slices where instants are the same.
fn interleave(slices: &[Slice], instants: &mut Vec<i64>, pieces: &mut [Vec<Piece>]) {
    // Of each slice, how many rows were taken, and what is left of its stretches.
    let mut taken = vec![0; slices.len()];
    let mut left: Vec<Stretches<'_>> = slices.iter().map(|slice| Stretches::new(&slice.stretches)).collect();
    let mut next: BinaryHeap<_> =
        slices.iter().map(|slice| slice.instants[0]).zip(0..).map(Reverse).collect();
    while let Some(Reverse((_, at))) = next.pop() {
        let slice = &slices[at];
        let rest = &slice.instants[taken[at]..];
        let count = match next.peek() {
            None => rest.len(),
            Some(&Reverse(other)) => rest.partition_point(|&instant| (instant, at) < other),
        };
        left[at].take(count, |rows, before| {
            pieces[slice.source].push(Piece { rows, start: instants.len() + before });
        });
        instants.extend_from_slice(&rest[..count]);
        taken[at] += count;
        if let Some(&instant) = rest.get(count) {
            next.push(Reverse((instant, at)));
        }
    }
}

/// Stretches of rows that are taken from the front.
#[derive(Debug)]
struct Stretches<'s> {
    stretches: &'s [Range<u32>],
    /// How many rows of the first one were taken.
    taken: usize,
}

impl<'s> Stretches<'s> {
    fn new(stretches: &'s [Range<u32>]) -> Self {
        Self { stretches, taken: 0 }
    }

    /// Takes so many rows, and calls `visit` with each range of them and how many were taken before it.
    fn take(&mut self, count: usize, mut visit: impl FnMut(Range<usize>, usize)) {
        let mut before = 0;
        while let Some(stretch) = self.stretches.first().filter(|_| before < count) {
            let start = stretch.start as usize + self.taken;
            let end = (stretch.end as usize).min(start + count - before);
            visit(start..end, before);
            before += end - start;
            self.taken += end - start;
            if end == stretch.end as usize {
                self.stretches = &self.stretches[1..];
                self.taken = 0;
            }
        }
    }
}
