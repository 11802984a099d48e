//! What a store holds, counted from what its segments tell about themselves: no column of events is read.

use gristmill::exec::ExecError;
use gristmill::schema::Dimension;
use gristmill::segment::file::Form;
use gristmill::segment::{Dictionary, OrganizationBounds, Segment, SegmentError};
use gristmill::{Catalog, Error, Loss, Reader, SegmentEntry};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What a store holds.
#[derive(Debug)]
pub(super) struct Census {
    pub(super) segments: Vec<SegmentCount>,
    /// By organization.
    pub(super) tenants: BTreeMap<String, Tenant>,
    /// In the order of [`Dimension::ALL`].
    pub(super) dimensions: Vec<DimensionCount>,
    /// Segments that cannot be read: they are in no tenant and in no dictionary.
    pub(super) damaged: Vec<Damaged>,
    /// Acknowledged appends that damage took and a repair gave up.
    pub(super) losses: Vec<Loss>,
}

/// A segment that cannot be read, with what the catalog knows of it.
#[derive(Clone, Debug)]
pub(super) struct Damaged {
    pub(super) id: Option<u64>,
    pub(super) rows: u64,
    /// Whether a repair has moved its files away.
    pub(super) quarantined: bool,
    /// The file that is damaged or missing.
    pub(super) file: String,
    /// What is wrong with it.
    pub(super) reason: String,
    /// From the first to the last timestamp, in milliseconds.
    pub(super) times: RangeInclusive<i64>,
    /// The first and the last organization that may have events in it.
    pub(super) organizations: OrganizationBounds,
}

/// A segment.
#[derive(Clone, Debug)]
pub(super) struct SegmentCount {
    /// `None` for events that are in the log only.
    pub(super) id: Option<u64>,
    pub(super) rows: u64,
    /// How its columns lie in its file; `None` for events that are in the log only.
    pub(super) form: Option<Form>,
    /// Of its files; 0 for events that are in the log only.
    pub(super) bytes: u64,
    /// From the first to the last timestamp, in milliseconds.
    pub(super) times: RangeInclusive<i64>,
    /// Why its index is not used, and made anew at each opening.
    pub(super) index_damage: Option<String>,
}

/// An organization.
#[derive(Clone, Debug)]
pub(super) struct Tenant {
    pub(super) vendors: BTreeSet<String>,
    pub(super) rows: u64,
    /// From the first to the last timestamp, in milliseconds.
    pub(super) times: RangeInclusive<i64>,
}

/// The dictionaries of a dimension.
#[derive(Clone, Debug)]
pub(super) struct DimensionCount {
    pub(super) dimension: Dimension,
    /// Distinct values of the segment that has most.
    pub(super) largest: u64,
    /// Entries of the dictionaries of all segments together.
    pub(super) entries: u64,
    /// Rows that are null.
    pub(super) nulls: u64,
}

impl Census {
    pub(super) fn of(reader: &Reader) -> Result<Self, Error> {
        let snapshot = reader.snapshot();
        let segments = snapshot.segments();
        let sizes: BTreeMap<u64, u64> =
            reader.catalog().segments.iter().map(|entry| (entry.id, entry.files.bytes())).collect();
        let (mut tenants, mut damaged) = (BTreeMap::new(), Vec::new());
        for segment in segments {
            match add_tenants(segment, &mut tenants) {
                Ok(()) => {}
                Err(SegmentError::Damaged { file, part, offset, expected, found }) => {
                    let reason = format!("{part} at byte {offset}: expected {expected}, found {found}");
                    damaged.push(Damaged::of(segment, &reader.catalog(), file, reason));
                }
                Err(error) => return Err(ExecError::from(error).into()),
            }
        }
        Ok(Self {
            damaged,
            losses: reader.catalog().losses.clone(),
            segments: segments.iter().map(|segment| SegmentCount::of(segment, &sizes)).collect(),
            tenants,
            dimensions: Dimension::ALL.map(|dimension| DimensionCount::of(dimension, segments)).to_vec(),
        })
    }

    pub(super) fn rows(&self) -> u64 {
        self.segments.iter().map(|segment| segment.rows).sum()
    }

    /// Events that are in the log and not yet in a segment file.
    pub(super) fn logged_rows(&self) -> u64 {
        self.segments.iter().filter(|segment| segment.id.is_none()).map(|segment| segment.rows).sum()
    }

    /// The segments that are files.
    pub(super) fn files(&self) -> impl Iterator<Item = &SegmentCount> {
        self.segments.iter().filter(|segment| segment.id.is_some())
    }

    /// From the first to the last timestamp; `None` without events.
    pub(super) fn times(&self) -> Option<RangeInclusive<i64>> {
        self.segments.iter().map(|segment| segment.times.clone()).reduce(|a, b| union(&a, &b))
    }
}

impl Damaged {
    fn of(segment: &Segment, catalog: &Catalog, file: String, reason: String) -> Self {
        let meta = segment.meta();
        let entry = catalog.segments.iter().find(|entry| Some(entry.id) == meta.id);
        Self {
            id: meta.id,
            rows: entry.map_or(u64::from(meta.rows), SegmentEntry::events),
            quarantined: entry.is_some_and(|entry| entry.quarantined),
            file,
            reason,
            times: meta.min_time..=meta.max_time,
            organizations: meta.organizations.clone(),
        }
    }
}

impl SegmentCount {
    /// The word for its form.
    pub(super) fn form_name(&self) -> Option<&'static str> {
        self.form.map(|form| match form {
            Form::Plain => "plain",
            Form::Compressed => "compressed",
        })
    }

    fn of(segment: &Segment, sizes: &BTreeMap<u64, u64>) -> Self {
        let meta = segment.meta();
        let bytes = meta.id.and_then(|id| sizes.get(&id)).copied().unwrap_or_default();
        Self {
            id: meta.id,
            form: segment.form(),
            bytes,
            rows: u64::from(segment.events()),
            times: meta.min_time..=meta.max_time,
            index_damage: segment.index_damage().map(str::to_owned),
        }
    }
}

impl DimensionCount {
    fn of(dimension: Dimension, segments: &[Arc<Segment>]) -> Self {
        let mut count = Self { dimension, largest: 0, entries: 0, nulls: 0 };
        for segment in segments {
            let stats = segment.meta().dimension(dimension);
            count.largest = count.largest.max(u64::from(stats.distinct));
            count.entries += u64::from(stats.distinct);
            count.nulls += u64::from(stats.nulls);
        }
        count
    }
}

fn add_tenants(segment: &Segment, tenants: &mut BTreeMap<String, Tenant>) -> Result<(), SegmentError> {
    let organizations = segment.dictionary(Dimension::OrganizationId)?;
    let vendors = segment.dictionary(Dimension::Vendor)?;
    for run in segment.runs()?.all() {
        let times = run.min_time..=run.max_time;
        let tenant = tenants.entry(text(&organizations, run.organization)).or_insert_with(|| Tenant {
            vendors: BTreeSet::new(),
            rows: 0,
            times: times.clone(),
        });
        tenant.vendors.insert(text(&vendors, run.vendor));
        tenant.rows += u64::from(segment.alive().count_in(run.rows.clone()));
        tenant.times = union(&tenant.times, &times);
    }
    Ok(())
}

fn text(dictionary: &Dictionary, code: u32) -> String {
    match dictionary {
        Dictionary::Text(texts) => texts.get(code).unwrap_or_default().to_owned(),
        Dictionary::Integer(integers) => integers.get(code).unwrap_or_default().to_string(),
    }
}

fn union(a: &RangeInclusive<i64>, b: &RangeInclusive<i64>) -> RangeInclusive<i64> {
    *a.start().min(b.start())..=*a.end().max(b.end())
}
