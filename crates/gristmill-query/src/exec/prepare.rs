//! What a plan needs of one segment: the rows that can count, the bound filter, and the columns to read.

use super::ExecError;
use super::derived;
use super::state::Feed;
use super::sum::Units;
use super::value_form::{SumForm, ValueForm};
use super::values::SpanValues;
use crate::filter::{Bound, bind};
use crate::plan::Plan;
use crate::request::{Distinct, Interval};
use crate::response::Touched;
use crate::time::Granularity;
use gristmill_storage::schema::{Dimension, Kind};
use gristmill_storage::segment::{
    Dictionary, DimensionCodes, FixedValues, Run, RunTimes, Segment, SegmentError, Ticks, Timestamps, Values,
};
use std::ops::Range;
use std::sync::Arc;

/// A segment made ready to be scanned.
#[derive(Debug)]
pub(crate) struct Prepared<'p> {
    /// Rows of the tenant within the interval.
    pub(crate) spans: Vec<Span>,
    /// How many rows they are.
    pub(crate) rows: u64,
    /// The instants that may be among them.
    pub(crate) interval: Interval,
    pub(crate) filter: Bound<'p>,
    /// What the sums are multiples of, where they are.
    pub(crate) units: Option<Units>,
    pub(crate) columns: Columns,
}

/// Rows of one run, whose timestamps never fall.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) rows: Range<u32>,
    pub(crate) values: ValueForm,
}

/// The columns that a scan reads; those it does not need are not loaded.
#[derive(Debug)]
pub(crate) struct Columns {
    /// Absent where all rows are in one bucket.
    pub(crate) timestamps: Option<(Arc<Timestamps>, Arc<Ticks>)>,
    pub(crate) values: Option<Arc<Values>>,
    /// The values as multiples of units.
    pub(crate) multiples: Option<Arc<FixedValues>>,
    /// In the order of the fetch's `group_by`.
    pub(crate) groups: Vec<Column>,
    /// In the order of [`super::Needs::uniq`].
    pub(crate) uniq: Vec<Column>,
    /// In the order of [`super::Needs::states`].
    pub(crate) feeds: Vec<Feed>,
}

/// A dimension of one segment.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) codes: Arc<DimensionCodes>,
    pub(crate) dictionary: Arc<Dictionary>,
}

impl Prepared<'_> {
    /// The timestamps of a span; `None` where all rows are in one bucket.
    pub(crate) fn times(&self, span: usize) -> Option<RunTimes<'_>> {
        let (timestamps, ticks) = self.columns.timestamps.as_ref()?;
        Some(RunTimes::new(timestamps, ticks, self.spans[span].rows.start))
    }

    /// The values of a span.
    pub(crate) fn values(&self, span: usize) -> SpanValues<'_> {
        let columns = &self.columns;
        let span = &self.spans[span];
        SpanValues::new(span.values, span.rows.start, columns.values.as_deref(), columns.multiples.as_deref())
    }

    /// In which forms the values are added up; none where there is no value.
    pub(crate) fn sums(&self) -> impl Iterator<Item = SumForm> {
        self.spans.iter().filter_map(|span| span.values.sum())
    }

    /// Bytes of a value in the column that a scan of the span reads; 0 where it reads none.
    fn value_width(&self, span: &Span) -> usize {
        let columns = &self.columns;
        if !span.values.reads_column() {
            return 0;
        }
        let run = columns.multiples.as_ref().and_then(|multiples| multiples.of_run(span.rows.start));
        match run {
            Some(run) => run.multiples.width(),
            None if columns.values.is_some() => size_of::<f64>(),
            None => 0,
        }
    }

    /// What the scan of the segment has touched when so many rows matched.
    pub(crate) fn touched(&self, matched: u64) -> Touched {
        let columns = &self.columns;
        let share = if self.rows == 0 { 0.0 } else { matched as f64 / self.rows as f64 };
        let values: usize = self.spans.iter().map(|span| span.rows.len() * self.value_width(span)).sum();
        let codes: f64 =
            columns.groups.iter().chain(&columns.uniq).map(|column| column.codes.bytes_per_row()).sum();
        let matched_bytes = share * (values as f64 + codes * self.rows as f64);
        let scanned_bytes = self.filter.bytes_per_row() * self.rows as f64;
        Touched { rows: matched, bytes: whole(matched_bytes + scanned_bytes) }
    }
}

/// A number of bytes that was worked out by shares.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size in memory, never negative"
)]
fn whole(bytes: f64) -> u64 {
    bytes.round() as u64
}

/// Why a segment has no event of the fetch, as far as its bounds tell; `None` where it may have one.
pub(crate) fn left_out(plan: &Plan<'_>, segment: &Segment) -> Option<&'static str> {
    let (interval, meta) = (plan.fetch.interval, segment.meta());
    if interval.start > meta.max_time || meta.min_time >= interval.end {
        Some("interval")
    } else if !meta.organizations.may_hold(&plan.fetch.organization) {
        Some("organization")
    } else {
        None
    }
}

/// The rows of one segment that can count, before anything else of it is read.
#[derive(Debug)]
pub(crate) struct Located {
    /// Runs with their rows within the interval of the fetch; at least one.
    runs: Vec<(Run, Range<u32>)>,
    /// How many rows they are.
    pub(crate) rows: u64,
    /// The instants that may be among them.
    pub(crate) interval: Interval,
}

/// Finds the rows of the fetch's organization and vendor within its interval; `None` where there is none.
pub(crate) fn locate(plan: &Plan<'_>, segment: &Segment) -> Result<Option<Located>, SegmentError> {
    let runs = find_runs(plan, segment)?;
    let first = runs.iter().map(|(run, _)| run.min_time).min();
    let last = runs.iter().map(|(run, _)| run.max_time).max();
    let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
    let asked = plan.fetch.interval;
    Ok(Some(Located {
        rows: runs.iter().map(|(_, rows)| rows.len() as u64).sum(),
        interval: Interval { start: first.max(asked.start), end: last.saturating_add(1).min(asked.end) },
        runs,
    }))
}

/// Reads what the plan needs of a segment; `None` where no row of it matches.
pub(crate) fn prepare<'p>(
    plan: &'p Plan<'_>,
    segment: &Segment,
    located: &Located,
) -> Result<Option<Prepared<'p>>, ExecError> {
    let rows: Vec<Range<u32>> = located.runs.iter().map(|(_, rows)| rows.clone()).collect();
    let filter = bind(&plan.filter, segment, &rows, plan.options.tuning)?;
    if matches!(filter, Bound::None) {
        return Ok(None);
    }
    let statistics: Vec<_> = located.runs.iter().map(|(run, _)| (run.rows.len(), run.values)).collect();
    // Smallest and largest values are found among the numbers; on the heap there are only those.
    let multiples = plan.needs.sum && !plan.needs.extremes && segment.form().is_some();
    let (forms, units) = ValueForm::of(&statistics, multiples);
    let reads_multiples = plan.needs.values() && forms.iter().any(|form| form.reads_multiples());
    let reads_values =
        plan.needs.values() && !reads_multiples && forms.iter().any(|form| form.reads_column());
    let column = |dimension: &Dimension| -> Result<Column, ExecError> {
        Ok(Column { codes: segment.codes(*dimension)?, dictionary: segment.dictionary(*dimension)? })
    };
    let uniq = plan.needs.uniq.iter().map(|of| match of {
        Distinct::Values(dimensions) if dimensions.len() == 1 => column(&dimensions[0]),
        _ => derived::column(of, plan, segment, &rows),
    });
    let groups = plan.fetch.group_by.iter().map(|dimension| {
        let column = column(dimension)?;
        Ok::<_, ExecError>(match &plan.group_values {
            Some(matcher) if dimension.kind() == Kind::MultiText => {
                derived::of_codes(&column, &matcher.codes(&column.dictionary, None), plan, &rows)?
            }
            _ => column,
        })
    });
    let columns = Columns {
        timestamps: match plan.fetch.granularity {
            Granularity::All => None,
            _ => Some((segment.timestamps()?, segment.ticks()?)),
        },
        values: reads_values.then(|| segment.values()).transpose()?,
        multiples: if reads_multiples { segment.fixed_values()? } else { None },
        groups: groups.collect::<Result<_, _>>()?,
        uniq: uniq.collect::<Result<_, _>>()?,
        feeds: plan.needs.states.iter().map(|kind| Feed::of(kind, segment)).collect::<Result<_, _>>()?,
    };
    let spans = rows.into_iter().zip(forms).map(|(rows, values)| Span { rows, values });
    Ok(Some(Prepared {
        spans: spans.collect(),
        rows: located.rows,
        interval: located.interval,
        filter,
        units,
        columns,
    }))
}

fn find_runs(plan: &Plan<'_>, segment: &Segment) -> Result<Vec<(Run, Range<u32>)>, SegmentError> {
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
    let mut found = Vec::new();
    for run in runs.of_organization(organization).iter().filter(wanted) {
        let rows = rows_within(run, plan, segment)?;
        if !rows.is_empty() {
            found.push((run.clone(), rows));
        }
    }
    Ok(found)
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
