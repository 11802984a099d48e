//! The answer of a fetch: columns in their order, ready to be read or written.

use super::having;
use super::metric::MetricColumn;
use super::missing::Missing;
use super::order::order;
use super::part;
use super::sketch::Sketch;
use super::touched::Touched;
use crate::exec::{Budget, ExecError, Tally, Value, Values};
use crate::request::{Aggregation, Fetch, Filter, Metric, TIMESTAMP_FIELD};
use crate::time::Zone;
use gristmill_storage::schema::Kind;
use gristmill_storage::timestamp::IsoText;

/// The answer of a fetch.
///
/// Its first column is the bucket's start, then come the grouped dimensions, then the metrics.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) fields: Vec<Field>,
    pub(super) zone: Zone,
    /// Where the bucket of each row starts, in milliseconds.
    pub(super) starts: Vec<i64>,
    pub(super) groups: Vec<GroupColumn>,
    pub(super) metrics: Vec<MetricColumn>,
    pub(super) missing: Vec<Missing>,
    warnings: Vec<String>,
    touched: Touched,
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a column of an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The bucket's start, or the value of a dimension.
    Dimension,
    /// A figure.
    Metric,
}

impl FieldKind {
    /// The word in the answer's JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dimension => "dimension",
            Self::Metric => "metric",
        }
    }
}

/// The value of a dimension, row by row.
#[derive(Clone, Debug)]
pub(super) struct GroupColumn {
    /// What the values are, be there any or not.
    #[cfg_attr(
        not(feature = "arrow"),
        expect(dead_code, reason = "only Arrow asks for the type of no value")
    )]
    pub(super) kind: Kind,
    /// Number of the value.
    pub(super) ids: Vec<u32>,
    pub(super) values: Values,
}

/// What stands in one row and column of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// A value of a text dimension.
    Text(&'a str),
    /// A value of an integer dimension, or a count.
    Integer(i64),
    /// A finite figure.
    Float(f64),
    /// The bucket's start, as it is written in the answer's zone.
    Timestamp(IsoText),
}

impl Answer {
    /// The answer of what was found for the figures of all rows, with all groups, and for those of each filter of
    /// [`Fetch::filters_of_metrics`].
    pub(crate) fn new(
        fetch: &Fetch,
        budget: &Budget,
        mut all: Tally,
        of_filters: Vec<Tally>,
        missing: Vec<Missing>,
        touched: Touched,
    ) -> Result<Self, ExecError> {
        let mut warnings = Vec::new();
        let mut columns: Vec<Option<MetricColumn>> = vec![None; fetch.metrics.len()];
        let mut of_filter = |filter: &Filter, part: &mut Tally| {
            let own = |metric: &&Metric| metric.filter == *filter;
            for (at, metric) in fetch.metrics.iter().enumerate().filter(|(_, metric)| own(metric)) {
                let later = fetch.metrics[at + 1..].iter().filter(own);
                let (column, overflow) = MetricColumn::new(metric, later, &part.needs, &mut part.merged);
                if overflow {
                    warnings.push(format!("{}: {}", metric.name, out_of_range(&metric.aggregation)));
                }
                columns[at] = Some(column);
            }
        };
        of_filter(&Filter::True, &mut all);
        let mut merged = all.merged;
        let filters = fetch.filters_of_metrics();
        let mut places = Vec::with_capacity(filters.len());
        for (filter, mut part) in filters.iter().zip(of_filters) {
            of_filter(filter, &mut part);
            places.push(part::places(&merged, &part.merged));
        }
        let mut metrics = Vec::with_capacity(columns.len());
        for (metric, column) in fetch.metrics.iter().zip(columns) {
            let column = column.unwrap_or_else(|| MetricColumn::Integers(vec![0; merged.len()]));
            let place = filters.iter().position(|filter| **filter == metric.filter);
            metrics.push(match place {
                None => column,
                Some(at) => part::spread(&column, &metric.aggregation, &places[at], merged.len()),
            });
        }
        let kept = having::rows(fetch, &merged, &metrics)?;
        if let Some(rows) = order(fetch, &merged, &metrics, kept) {
            merged.starts = rows.iter().map(|row| merged.starts[*row as usize]).collect();
            for (ids, _) in &mut merged.groups {
                *ids = rows.iter().map(|row| ids[*row as usize]).collect();
            }
            metrics = metrics.iter().map(|column| column.gather(&rows)).collect();
        }
        budget.check_rows(merged.len())?;
        let field = |name: &str, kind| Field { name: name.to_owned(), kind };
        let groups = fetch.group_by.iter().zip(merged.groups).map(|(dimension, (ids, values))| GroupColumn {
            kind: dimension.kind(),
            ids,
            values,
        });
        let fields = std::iter::once(field(TIMESTAMP_FIELD, FieldKind::Dimension))
            .chain(fetch.group_by.iter().map(|dimension| field(dimension.name(), FieldKind::Dimension)))
            .chain(fetch.metrics.iter().map(|metric| field(&metric.name, FieldKind::Metric)));
        Ok(Self {
            fields: fields.collect(),
            zone: fetch.zone,
            starts: merged.starts,
            groups: groups.collect(),
            metrics,
            touched,
            missing,
            warnings,
        })
    }

    /// The columns.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Where each row's bucket starts, in milliseconds since 1970-01-01T00:00:00Z.
    pub fn starts(&self) -> &[i64] {
        &self.starts
    }

    /// What stands in a row below [`Answer::len`] and a column of [`Answer::fields`]; null outside of them.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let Some(start) = self.starts.get(row) else { return Cell::Null };
        let Some(column) = column.checked_sub(1) else {
            return Cell::Timestamp(self.zone.text_of(*start));
        };
        if let Some(group) = self.groups.get(column) {
            return group.cell(row);
        }
        match self.metrics.get(column - self.groups.len()) {
            // A count is far below 2^63.
            Some(MetricColumn::Integers(figures)) => Cell::Integer(figures[row].cast_signed()),
            Some(MetricColumn::Floats(figures)) => figures[row].map_or(Cell::Null, Cell::Float),
            // An estimate is not far above the number of rows.
            Some(MetricColumn::Sketches(figures)) => Cell::Integer(figures[row].estimate.cast_signed()),
            None => Cell::Null,
        }
    }

    /// The sketch behind an estimate in a row below [`Answer::len`] and a column of [`Answer::fields`]; `None` elsewhere.
    pub fn sketch(&self, row: usize, column: usize) -> Option<&Sketch> {
        match self.metrics.get(column.checked_sub(1 + self.groups.len())?)? {
            MetricColumn::Sketches(figures) => figures.get(row),
            MetricColumn::Integers(_) | MetricColumn::Floats(_) => None,
        }
    }

    /// What the reader should know about the figures, in plain words; empty nearly always.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What was looked at for this answer.
    pub fn touched(&self) -> Touched {
        self.touched
    }

    /// The segments that could not be read; empty unless the fetch allows a partial answer.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }
}

/// Why a figure is given as null where there are values.
fn out_of_range(aggregation: &Aggregation) -> &'static str {
    match aggregation {
        Aggregation::Variance(_) | Aggregation::StdDev(_) => {
            "a variance of values from 2^450 on is given as null"
        }
        Aggregation::Avg => "an average whose sum is beyond the range of a 64-bit float is given as null",
        _ => "a sum beyond the range of a 64-bit float is given as null",
    }
}

impl GroupColumn {
    fn cell(&self, row: usize) -> Cell<'_> {
        match self.values.get(self.ids[row]) {
            Value::Null => Cell::Null,
            Value::Text(text) => Cell::Text(text),
            Value::Integer(integer) => Cell::Integer(integer),
        }
    }
}
