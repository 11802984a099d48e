//! Fetches made in Rust, with the checks of those that come as JSON.

use super::check::{FilterBudget, compile_regex};
use super::error::{FetchError, FetchErrorKind};
use super::{
    Aggregation, Bound, Delete, Direction, Distinct, EmptyBuckets, Fetch, Filter, GroupValues, Having,
    Interval, Limits, Metric, NumberTest, OrderBy, OrderColumn, RequestLimits, TIMESTAMP_FIELD, Test,
};
use crate::time::{Granularity, Zone};
use gristmill_storage::event::Source;
use gristmill_storage::schema::{Dimension, Kind};

/// Makes a [`Fetch`]. What is not said is as in a request that leaves it out.
///
/// ```
/// use gristmill_query::request::{Direction, Fetch, Filter, Interval};
/// use gristmill_query::time::{Granularity, Zone};
/// use gristmill_storage::schema::Dimension;
///
/// let helsinki = Zone::from_name("Europe/Helsinki")?;
/// let interval = Interval {
///     start: helsinki.parse_instant("2021-10-28")?,
///     end: helsinki.parse_instant("2021-11-03")?,
/// };
/// let fetch = Fetch::builder("acme", interval)
///     .zone(helsinki)
///     .granularity(Granularity::Day)
///     .group_by(Dimension::Label)
///     .metric_named("count")
///     .metric_named("visitor_id_uniq")
///     .filter(Filter::is(Dimension::Category, "shop"))
///     .order_by("count", Direction::Descending)
///     .limit(10)
///     .build()?;
/// assert_eq!(fetch.metrics.len(), 2);
///
/// let error = Fetch::builder("acme", interval).order_by("label", Direction::Ascending).build().unwrap_err();
/// assert_eq!(error.path(), "order_by[0]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before the fetch is built and given to a store"]
pub struct FetchBuilder {
    fetch: Fetch,
    /// Names of aggregations and their places among the metrics, to be looked up when the fetch is built.
    named: Vec<(usize, String)>,
    order_by: Vec<(String, Direction)>,
}

impl Delete {
    /// A fetch whose rows are those to be deleted.
    pub(crate) fn to_fetch(&self) -> Fetch {
        let FetchBuilder { fetch, .. } = Fetch::builder(&self.organization, self.interval);
        let (vendor, sources) = (self.vendor.clone(), self.sources.clone());
        Fetch { vendor, sources, filter: self.filter.clone(), ..fetch }
    }
}

impl Fetch {
    /// Begins a fetch about one organization and the instants of an interval: all vendors and sources, one bucket, no groups.
    pub fn builder(organization: impl Into<String>, interval: Interval) -> FetchBuilder {
        FetchBuilder {
            fetch: Self {
                organization: organization.into(),
                vendor: None,
                sources: Source::ALL.to_vec(),
                interval,
                zone: Zone::UTC,
                granularity: Granularity::All,
                group_by: Vec::new(),
                group_values: GroupValues::All,
                metrics: Vec::new(),
                filter: Filter::True,
                having: Having::True,
                order_by: Vec::new(),
                limit_per_bucket: None,
                offset: 0,
                limit: None,
                empty_buckets: EmptyBuckets::default(),
                allow_partial: false,
            },
            named: Vec::new(),
            order_by: Vec::new(),
        }
    }
}

/// To change a fetch, and have it checked again.
impl From<Fetch> for FetchBuilder {
    fn from(mut fetch: Fetch) -> Self {
        let name = |column| match column {
            OrderColumn::Timestamp => Some(TIMESTAMP_FIELD.to_owned()),
            OrderColumn::Group(at) => fetch.group_by.get(at).map(|dimension| dimension.name().to_owned()),
            OrderColumn::Metric(at) => fetch.metrics.get(at).map(|metric| metric.name.clone()),
        };
        // A position that is none becomes a name that is none, which is an error when the fetch is built.
        let named = |key: &OrderBy| (name(key.column).unwrap_or_default(), key.direction);
        let order_by = fetch.order_by.iter().map(named).collect();
        fetch.order_by.clear();
        Self { fetch, named: Vec::new(), order_by }
    }
}

impl FetchBuilder {
    /// Only this vendor.
    pub fn vendor(mut self, vendor: impl Into<String>) -> Self {
        self.fetch.vendor = Some(vendor.into());
        self
    }

    /// Only this source.
    pub fn source(mut self, source: Source) -> Self {
        self.fetch.sources = vec![source];
        self
    }

    /// The zone whose wall clock decides the buckets; UTC where none is said.
    pub fn zone(mut self, zone: Zone) -> Self {
        self.fetch.zone = zone;
        self
    }

    /// How long a bucket is.
    pub fn granularity(mut self, granularity: Granularity) -> Self {
        self.fetch.granularity = granularity;
        self
    }

    /// One more dimension to group by.
    pub fn group_by(mut self, dimension: Dimension) -> Self {
        self.fetch.group_by.push(dimension);
        self
    }

    /// Which values of `properties` make groups.
    pub fn group_values(mut self, values: GroupValues) -> Self {
        self.fetch.group_values = values;
        self
    }

    /// One more column of figures.
    pub fn metric(mut self, metric: Metric) -> Self {
        self.fetch.metrics.push(metric);
        self
    }

    /// One more column of figures, by the name of its aggregation: `count`, `sum`, `avg`, `min`, `max`, or that of a
    /// dimension followed by `_uniq`.
    pub fn metric_named(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.named.push((self.fetch.metrics.len(), name.clone()));
        // What it stands for is known when the fetch is built.
        self.metric(Metric::new(name, Aggregation::Count))
    }

    /// Which rows count.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.fetch.filter = filter;
        self
    }

    /// Which rows of the answer are given.
    pub fn having(mut self, having: Having) -> Self {
        self.fetch.having = having;
        self
    }

    /// One more column to order by, by its name: `timestamp`, that of a grouped dimension, or that of a metric.
    pub fn order_by(mut self, column: impl Into<String>, direction: Direction) -> Self {
        self.order_by.push((column.into(), direction));
        self
    }

    /// How many rows of each bucket to give.
    pub fn limit_per_bucket(mut self, rows: u64) -> Self {
        self.fetch.limit_per_bucket = Some(rows);
        self
    }

    /// How many rows to leave out first.
    pub fn offset(mut self, rows: u64) -> Self {
        self.fetch.offset = rows;
        self
    }

    /// How many rows to give.
    pub fn limit(mut self, rows: u64) -> Self {
        self.fetch.limit = Some(rows);
        self
    }

    /// Whether buckets without a row appear in an answer without groups.
    pub fn empty_buckets(mut self, empty_buckets: EmptyBuckets) -> Self {
        self.fetch.empty_buckets = empty_buckets;
        self
    }

    /// Whether an answer without the events of damaged segments will do.
    pub fn allow_partial(mut self, allow: bool) -> Self {
        self.fetch.allow_partial = allow;
        self
    }

    /// The fetch.
    ///
    /// # Errors
    /// [`FetchError`] with the place that the mistake would have in a request's JSON: a name that is unknown or stands twice,
    /// an interval that ends before it starts, a limit of 0, an empty list of filters or dimensions, a fraction that is none, a
    /// regular expression that does not compile, or filters beyond the limits of requests.
    pub fn build(self) -> Result<Fetch, FetchError> {
        let Self { mut fetch, named, order_by } = self;
        for (at, name) in named {
            fetch.metrics[at].aggregation = super::check::named_aggregation(&name)
                .map_err(|message| error(FetchErrorKind::Unknown, format!("aggregations[{at}]"), message))?;
        }
        if fetch.metrics.is_empty() {
            fetch.metrics = super::check::default_metrics();
        }
        check_interval(&fetch)?;
        check_columns(&fetch)?;
        check_limits(&fetch)?;
        let limits = RequestLimits::default();
        let budget = || FilterBudget::new(&limits);
        check_filter(&fetch.filter, "filters", 1, &mut budget())?;
        for (at, metric) in fetch.metrics.iter().enumerate() {
            let path = format!("aggregations[{at}]");
            check_filter(&metric.filter, &format!("{path}.filter"), 1, &mut budget())?;
            check_aggregation(&metric.aggregation, &path)?;
        }
        check_having(&fetch, &fetch.having, "having", 1, &mut budget())?;
        if let GroupValues::Matching(test) | GroupValues::Others(test) = &fetch.group_values {
            check_test(test, "group_by", &mut budget())?;
        }
        for (at, (name, direction)) in order_by.into_iter().enumerate() {
            let path = format!("order_by[{at}]");
            let column = column(&fetch, &name)
                .ok_or_else(|| error(FetchErrorKind::Unknown, path.clone(), no_column(&name)))?;
            if fetch.order_by.iter().any(|known| known.column == column) {
                return Err(error(FetchErrorKind::Duplicate, path, format!("{name} stands twice")));
            }
            fetch.order_by.push(OrderBy { column, direction });
        }
        Ok(fetch)
    }
}

fn error(kind: FetchErrorKind, path: impl Into<String>, message: impl Into<String>) -> FetchError {
    FetchError::new(kind, path.into(), message)
}

fn no_column(name: &str) -> String {
    format!("the answer has no column {name:?}; expected timestamp, a grouped dimension, or a metric")
}

fn column(fetch: &Fetch, name: &str) -> Option<OrderColumn> {
    if name == TIMESTAMP_FIELD {
        return Some(OrderColumn::Timestamp);
    }
    let group = fetch.group_by.iter().position(|dimension| dimension.name() == name);
    let metric = || fetch.metrics.iter().position(|metric| metric.name == name);
    group.map(OrderColumn::Group).or_else(|| metric().map(OrderColumn::Metric))
}

fn check_interval(fetch: &Fetch) -> Result<(), FetchError> {
    let Interval { start, end } = fetch.interval;
    if start > end {
        let message = format!("start {start} is after end {end}; expected start up to end");
        return Err(error(FetchErrorKind::Invalid, "interval", message));
    }
    for (key, instant) in [("start", start), ("end", end)] {
        if !super::check::is_instant(instant) {
            let message = format!("expected an instant of the years 0000 to 9999 in UTC, found {instant}");
            return Err(error(FetchErrorKind::Invalid, format!("interval.{key}"), message));
        }
    }
    Ok(())
}

/// Sees to it that no two columns of the answer have one name.
fn check_columns(fetch: &Fetch) -> Result<(), FetchError> {
    let groups = fetch.group_by.iter().enumerate();
    let groups = groups.map(|(at, dimension)| (format!("group_by[{at}]"), dimension.name()));
    let metrics = fetch.metrics.iter().enumerate();
    let metrics = metrics.map(|(at, metric)| (format!("aggregations[{at}]"), metric.name.as_str()));
    let mut seen = vec![TIMESTAMP_FIELD];
    for (path, name) in groups.chain(metrics) {
        if seen.contains(&name) {
            return Err(error(FetchErrorKind::Duplicate, path, format!("{name} stands twice")));
        }
        if name.is_empty() {
            return Err(error(FetchErrorKind::Invalid, path, "expected a name, found none"));
        }
        seen.push(name);
    }
    Ok(())
}

fn check_limits(fetch: &Fetch) -> Result<(), FetchError> {
    for (key, rows) in [("limit", fetch.limit), ("limit_per_bucket", fetch.limit_per_bucket)] {
        if rows == Some(0) {
            return Err(error(
                FetchErrorKind::Invalid,
                key,
                "expected an integer from 1 to 2^63 - 1, found 0",
            ));
        }
    }
    Ok(())
}

fn check_aggregation(aggregation: &Aggregation, path: &str) -> Result<(), FetchError> {
    let dimensions = match aggregation {
        Aggregation::Uniq(of) => Some(of.dimensions()),
        Aggregation::ApproxUniq(dimensions) => Some(dimensions.as_slice()),
        _ => None,
    };
    if dimensions.is_some_and(<[Dimension]>::is_empty) {
        let message = "expected one or more dimensions, found none";
        return Err(error(FetchErrorKind::Invalid, format!("{path}.fields"), message));
    }
    match aggregation {
        Aggregation::Quantile(fraction) if !(0.0..=1.0).contains(fraction) => {
            let message = format!("expected a number from 0 to 1, found {fraction}");
            Err(error(FetchErrorKind::Invalid, format!("{path}.fraction"), message))
        }
        _ => Ok(()),
    }
}

/// Counts a filter, and sees to it that there are not too many in all and in each other.
fn count(path: &str, depth: usize, budget: &mut FilterBudget<'_>) -> Result<(), FetchError> {
    budget.take(depth).map_err(|message| error(FetchErrorKind::TooLarge, path, message))
}

fn not_empty(fields: usize, path: &str) -> Result<(), FetchError> {
    let message = "expected one or more filters, found none";
    if fields > 0 { Ok(()) } else { Err(error(FetchErrorKind::Invalid, format!("{path}.fields"), message)) }
}

fn check_filter(
    filter: &Filter,
    path: &str,
    depth: usize,
    budget: &mut FilterBudget<'_>,
) -> Result<(), FetchError> {
    count(path, depth, budget)?;
    match filter {
        Filter::True | Filter::False | Filter::Timestamp(_) => Ok(()),
        Filter::And(fields) | Filter::Or(fields) => {
            not_empty(fields.len(), path)?;
            fields.iter().enumerate().try_for_each(|(at, field)| {
                check_filter(field, &format!("{path}.fields[{at}]"), depth + 1, budget)
            })
        }
        Filter::Not(field) => check_filter(field, &format!("{path}.field"), depth + 1, budget),
        Filter::Dimension(_, test) => check_test(test, path, budget),
        Filter::Value(test) => check_number_test(test, path),
        Filter::SameValue(dimensions) if dimensions.len() < 2 => {
            let message = "expected two or more dimensions";
            Err(error(FetchErrorKind::Invalid, format!("{path}.dimensions"), message))
        }
        Filter::SameValue(dimensions) => dimensions.iter().try_for_each(|_| count(path, depth, budget)),
    }
}

fn check_having(
    fetch: &Fetch,
    having: &Having,
    path: &str,
    depth: usize,
    budget: &mut FilterBudget<'_>,
) -> Result<(), FetchError> {
    count(path, depth, budget)?;
    match having {
        Having::True | Having::False | Having::Timestamp(_) => Ok(()),
        Having::And(fields) | Having::Or(fields) => {
            not_empty(fields.len(), path)?;
            fields.iter().enumerate().try_for_each(|(at, field)| {
                check_having(fetch, field, &format!("{path}.fields[{at}]"), depth + 1, budget)
            })
        }
        Having::Not(field) => check_having(fetch, field, &format!("{path}.field"), depth + 1, budget),
        Having::Group(dimension, test) if fetch.group_by.contains(dimension) => {
            check_test(test, path, budget)
        }
        Having::Group(dimension, _) => {
            Err(error(FetchErrorKind::Unknown, format!("{path}.dimension"), no_column(dimension.name())))
        }
        Having::Metric(at, test) if *at < fetch.metrics.len() => check_number_test(test, path),
        Having::Metric(at, _) => {
            let message = format!("expected a metric below {}, found {at}", fetch.metrics.len());
            Err(error(FetchErrorKind::Unknown, format!("{path}.dimension"), message))
        }
    }
}

fn check_test(test: &Test, path: &str, budget: &mut FilterBudget<'_>) -> Result<(), FetchError> {
    match test {
        Test::Bound(Bound::Lexicographic(ends) | Bound::Strlen(ends) | Bound::Alphanumeric(ends)) => {
            has_limit(ends, path)
        }
        Test::Bound(Bound::Numeric(ends)) => check_numbers(ends, path),
        Test::Regex(pattern) => {
            let path = format!("{path}.pattern");
            budget
                .take_regex(pattern)
                .map_err(|message| error(FetchErrorKind::TooLarge, path.clone(), message))?;
            compile_regex(pattern).map(drop).map_err(|source| {
                let message = format!("expected a regular expression, found a mistake: {source}");
                error(FetchErrorKind::Invalid, path, message).with_source(source)
            })
        }
        Test::Contains { fragments, .. } if fragments.is_empty() => {
            Err(error(FetchErrorKind::Invalid, format!("{path}.values"), "expected one text or more"))
        }
        Test::Texts(_) | Test::Integers(_) | Test::Like(_) | Test::Contains { .. } => Ok(()),
    }
}

fn check_number_test(test: &NumberTest, path: &str) -> Result<(), FetchError> {
    match test {
        NumberTest::Bound(ends) => check_numbers(ends, path),
        NumberTest::In(numbers) if numbers.iter().flatten().all(|number| number.is_finite()) => Ok(()),
        NumberTest::In(_) => Err(error(FetchErrorKind::Invalid, format!("{path}.values"), NOT_FINITE)),
    }
}

const NOT_FINITE: &str = "expected finite numbers, found another one";

fn check_numbers(ends: &Limits<f64>, path: &str) -> Result<(), FetchError> {
    has_limit(ends, path)?;
    if [&ends.lower, &ends.upper].into_iter().flatten().all(|limit| limit.value.is_finite()) {
        Ok(())
    } else {
        Err(error(FetchErrorKind::Invalid, path, NOT_FINITE))
    }
}

fn has_limit<T>(ends: &Limits<T>, path: &str) -> Result<(), FetchError> {
    if ends.lower.is_some() || ends.upper.is_some() {
        Ok(())
    } else {
        Err(error(FetchErrorKind::Missing, path, "expected a lower limit, an upper one, or both"))
    }
}

impl Filter {
    /// The rows that have a value in a dimension.
    pub fn is(dimension: Dimension, value: impl Into<String>) -> Self {
        Self::one_of(dimension, [value])
    }

    /// The rows that have one of some values in a dimension.
    pub fn one_of<T: Into<String>>(dimension: Dimension, values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(Into::into);
        Self::Dimension(
            dimension,
            if dimension.kind() == Kind::Integer {
                Test::Integers(values.filter_map(|text| super::number::integer(&text)).collect())
            } else {
                Test::Texts(values.map(Some).collect())
            },
        )
    }

    /// The rows that have no value in a dimension.
    pub fn is_null(dimension: Dimension) -> Self {
        let no_text = || Test::Texts(vec![None]);
        let test = if dimension.kind() == Kind::Integer { Test::Integers(Vec::new()) } else { no_text() };
        Self::Dimension(dimension, test)
    }
}

impl Aggregation {
    /// How many distinct values a dimension has.
    pub fn uniq(dimension: Dimension) -> Self {
        Self::Uniq(Distinct::Values(vec![dimension]))
    }
}
