//! What the columns must be, and that the index says the same.

use super::{Findings, IndexFile};
use crate::schema::Dimension;
use crate::segment::file::blocks::damaged;
use crate::segment::file::columns::ColumnFile;
use crate::segment::file::open::read_part;
use crate::segment::file::{postings, runs};
use crate::segment::index::index;
use crate::segment::part::Part;
use crate::segment::{
    Codes, Dictionary, DimensionCodes, DimensionStats, Lists, NULL_CODE, OrganizationBounds, Postings,
    RunTable, SegmentMeta,
};

/// Checks the columns of an Arrow file whose bytes are right. What they say of the segment, where all can be read.
pub(super) fn check(
    columns: &ColumnFile,
    index: Option<&IndexFile<'_>>,
    findings: &mut Findings,
) -> Option<SegmentMeta> {
    if let Some(file) = index
        && file.directory.layout != *columns.layout
    {
        let expected = "the columns where the Arrow file has them";
        findings.add(damaged(file.path, Part::Directory, 0, expected, "other places"));
    }
    let mut dimensions = [Some(DimensionStats::default()); Dimension::COUNT];
    let (mut organizations, mut tenants) = (None, [None, None]);
    for dimension in Dimension::ALL {
        let Some((dictionary, codes)) = check_dimension(columns, dimension, index, findings) else {
            dimensions[dimension as usize] = None;
            continue;
        };
        dimensions[dimension as usize] = Some(DimensionStats::of(&dictionary, &codes));
        if dimension == Dimension::OrganizationId {
            organizations = Some(OrganizationBounds::of(&dictionary));
        }
        if let DimensionCodes::Single(codes) = codes {
            match dimension {
                Dimension::OrganizationId => tenants[0] = Some(codes),
                Dimension::Vendor => tenants[1] = Some(codes),
                _ => {}
            }
        }
    }
    let runs = check_runs(columns, tenants, index, findings)?;
    let (min_time, max_time) = runs.time_bounds();
    let meta = SegmentMeta {
        id: None,
        rows: columns.layout.rows,
        min_time,
        max_time,
        values: runs.values(),
        organizations: organizations?,
        dimensions: each(&dimensions)?,
    };
    if let Some(file) = index
        && file.directory.meta != meta
    {
        let told = |meta: &SegmentMeta| format!("{meta:?}");
        let (expected, found) = (told(&meta), told(&file.directory.meta));
        findings.add(damaged(file.path, Part::Directory, 0, expected, found));
    }
    Some(meta)
}

/// All of them, or nothing.
fn each(stats: &[Option<DimensionStats>; Dimension::COUNT]) -> Option<[DimensionStats; Dimension::COUNT]> {
    stats.iter().all(Option::is_some).then(|| stats.map(Option::unwrap_or_default))
}

/// Reads dictionary and codes, which checks them apart, and checks them together, and the postings with them.
fn check_dimension(
    columns: &ColumnFile,
    dimension: Dimension,
    index: Option<&IndexFile<'_>>,
    findings: &mut Findings,
) -> Option<(Dictionary, DimensionCodes)> {
    let dictionary = findings.keep(columns.dictionary(dimension));
    let codes = findings.keep(columns.codes(dimension));
    let (dictionary, codes) = (dictionary?, codes?);
    let unused = unused_entries(&codes, dictionary.len());
    if unused > 0 {
        let found = format!("{unused} that stand in none");
        findings.add(columns.miscounted(Part::Dictionary(dimension), "values that stand in a row", found));
    }
    if let DimensionCodes::Multi(lists) = &codes
        && let Some(row) = row_with_repeats(lists, dictionary.len())
    {
        let found = format!("one twice in row {row}");
        findings.add(columns.miscounted(Part::Codes(dimension), "each value once in a row", found));
    }
    if let Some(file) = index.filter(|_| columns.layout.has_postings(dimension)) {
        let part = Part::Postings(dimension);
        let place = file.directory.parts.postings[dimension as usize];
        let entries = index_of(&dictionary);
        // Where its checksum is wrong, that is a finding already.
        if let Ok(bytes) = read_part(file.dir, file.path, place, part) {
            let expected = Postings::of(&codes, entries);
            if postings::decode(&bytes, entries, columns.layout.rows) != Some(expected) {
                let offset = place.span.offset;
                findings.add(damaged(file.path, part, offset, "the rows of each value", "other rows"));
            }
        }
    }
    Some((dictionary, codes))
}

fn index_of(dictionary: &Dictionary) -> u32 {
    index(dictionary.len())
}

/// Entries of a dictionary, null not counted, that no row has.
fn unused_entries(codes: &DimensionCodes, entries: usize) -> usize {
    let codes = match codes {
        DimensionCodes::Single(codes) => codes,
        DimensionCodes::Multi(lists) => &lists.codes,
    };
    let used = codes.used(std::slice::from_ref(&(0..codes.len())), entries);
    used.iter().skip(NULL_CODE as usize + 1).filter(|used| !**used).count()
}

/// The first row that has a code twice.
fn row_with_repeats(lists: &Lists, entries: usize) -> Option<usize> {
    // Of each code, one more than the last row that has it.
    let mut last = vec![0; entries];
    (0..lists.offsets.len().saturating_sub(1)).find(|&row| {
        lists.range(row).any(|at| {
            let before = std::mem::replace(&mut last[lists.codes.get(at) as usize], row + 1);
            before == row + 1
        })
    })
}

/// Counts the run table from the columns, which checks the order of the rows, and compares the index's.
fn check_runs(
    columns: &ColumnFile,
    tenants: [Option<Codes>; 2],
    index: Option<&IndexFile<'_>>,
    findings: &mut Findings,
) -> Option<RunTable> {
    let timestamps = findings.keep(columns.timestamps());
    let values = findings.keep(columns.values());
    let [organizations, vendors] = tenants;
    let (organizations, vendors, timestamps, values) = (organizations?, vendors?, timestamps?, values?);
    let runs = findings.keep(columns.count_runs(&organizations, &vendors, &timestamps, &values))?;
    if let Some(file) = index {
        let place = file.directory.parts.runs;
        // Where its checksum is wrong, that is a finding already.
        if let Ok(bytes) = read_part(file.dir, file.path, place, Part::Runs)
            && runs::decode(&bytes).as_ref() != Some(&runs)
        {
            let offset = place.span.offset;
            findings.add(damaged(file.path, Part::Runs, offset, "the runs of the columns", "other runs"));
        }
    }
    Some(runs)
}
