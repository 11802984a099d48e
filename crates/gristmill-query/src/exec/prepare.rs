//! What a plan needs of one segment: the rows that can count, the bound filter, and the columns to read.

use crate::filter::{Bound, bind};
use crate::plan::Plan;
use crate::request::Interval;
use crate::time::Granularity;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{
    Dictionary, DimensionCodes, Run, Segment, SegmentError, Timestamps, Values,
};
use std::ops::Range;
use std::sync::Arc;

/// A segment made ready to be scanned.
#[derive(Debug)]
pub(crate) struct Prepared<'p> {
    /// Rows of the tenant within the interval; each span lies in one run.
    pub(crate) spans: Vec<Range<u32>>,
    pub(crate) filter: Bound<'p>,
    pub(crate) columns: Columns,
}

/// The columns that a scan reads; those it does not need are not loaded.
#[derive(Debug)]
pub(crate) struct Columns {
    /// The instants that the segment and the fetch share.
    pub(crate) interval: Interval,
    /// Absent where all rows are in one bucket.
    pub(crate) timestamps: Option<Arc<Timestamps>>,
    pub(crate) values: Option<Arc<Values>>,
    /// In the order of the fetch's `group_by`.
    pub(crate) groups: Vec<Arc<DimensionCodes>>,
    /// In the order of [`super::Needs::uniq`].
    pub(crate) uniq: Vec<Arc<DimensionCodes>>,
    pub(crate) dictionaries: Arc<Dictionaries>,
}

/// What the codes of a segment mean: all that is kept of its columns once they were scanned.
#[derive(Debug)]
pub(crate) struct Dictionaries {
    /// In the order of the fetch's `group_by`.
    pub(crate) groups: Vec<Arc<Dictionary>>,
    /// In the order of [`super::Needs::uniq`].
    pub(crate) uniq: Vec<Arc<Dictionary>>,
}

/// Whether a segment has an event within the interval, as far as its bounds tell.
pub(crate) fn in_interval(plan: &Plan<'_>, segment: &Segment) -> bool {
    let (interval, meta) = (plan.fetch.interval, segment.meta());
    interval.start <= meta.max_time && meta.min_time < interval.end
}

/// Looks into a segment; `None` where no row of it can count.
pub(crate) fn prepare<'p>(
    plan: &'p Plan<'_>,
    segment: &Segment,
) -> Result<Option<Prepared<'p>>, SegmentError> {
    if !in_interval(plan, segment) {
        return Ok(None);
    }
    let spans = spans(plan, segment)?;
    if spans.is_empty() {
        return Ok(None);
    }
    let filter = bind(&plan.filter, segment, &spans, plan.options.tuning)?;
    if matches!(filter, Bound::None) {
        return Ok(None);
    }
    let (group_by, uniq) = (&plan.fetch.group_by, &plan.needs.uniq);
    let codes = |dimension: &Dimension| segment.codes(*dimension);
    let dictionary = |dimension: &Dimension| segment.dictionary(*dimension);
    let (interval, meta) = (plan.fetch.interval, segment.meta());
    let columns = Columns {
        interval: Interval {
            start: interval.start.max(meta.min_time),
            end: interval.end.min(meta.max_time.saturating_add(1)),
        },
        timestamps: (plan.fetch.granularity != Granularity::All).then(|| segment.timestamps()).transpose()?,
        values: plan.needs.values().then(|| segment.values()).transpose()?,
        groups: group_by.iter().map(codes).collect::<Result<_, _>>()?,
        uniq: uniq.iter().map(codes).collect::<Result<_, _>>()?,
        dictionaries: Arc::new(Dictionaries {
            groups: group_by.iter().map(dictionary).collect::<Result<_, _>>()?,
            uniq: uniq.iter().map(dictionary).collect::<Result<_, _>>()?,
        }),
    };
    Ok(Some(Prepared { spans, filter, columns }))
}

/// The rows of the fetch's organization and vendor within its interval, one range a run.
fn spans(plan: &Plan<'_>, segment: &Segment) -> Result<Vec<Range<u32>>, SegmentError> {
    let Some(organization) = find(&*segment.dictionary(Dimension::OrganizationId)?, &plan.fetch.organization)
    else {
        return Ok(Vec::new());
    };
    let vendor = match &plan.fetch.vendor {
        None => None,
        Some(name) => match find(&*segment.dictionary(Dimension::Vendor)?, name) {
            None => return Ok(Vec::new()),
            found => found,
        },
    };
    let runs = segment.runs()?;
    let wanted = |run: &&Run| vendor.is_none_or(|vendor| run.vendor == vendor);
    let mut spans = Vec::new();
    for run in runs.of_organization(organization).iter().filter(wanted) {
        let rows = rows_within(run, plan, segment)?;
        if !rows.is_empty() {
            spans.push(rows);
        }
    }
    Ok(spans)
}

/// The rows of a run within the interval. Timestamps are read only for a run that lies across an edge.
fn rows_within(run: &Run, plan: &Plan<'_>, segment: &Segment) -> Result<Range<u32>, SegmentError> {
    let interval = plan.fetch.interval;
    if run.max_time < interval.start || run.min_time >= interval.end {
        return Ok(0..0);
    }
    let mut rows = run.rows.clone();
    if run.min_time < interval.start {
        rows.start = segment.timestamps()?.first_at_or_after(rows.clone(), interval.start);
    }
    if run.max_time >= interval.end {
        rows.end = segment.timestamps()?.first_at_or_after(rows.clone(), interval.end);
    }
    Ok(rows)
}

fn find(dictionary: &Dictionary, text: &str) -> Option<u32> {
    match dictionary {
        Dictionary::Text(texts) => texts.find(text),
        Dictionary::Integer(_) => None,
    }
}
