//! Random fetches, checked.

use super::filter::{dimension, filter, having};
use super::instant::{NEAR, landmark};
use super::{ORGANIZATIONS, VENDORS, instant, zone};
use gristmill::event::Source;
use gristmill::request::{
    Aggregation, Direction, Distinct, EmptyBuckets, Estimator, Fetch, Filter, Having, Interval, Metric,
    OrderBy, OrderColumn,
};
use gristmill::time::Granularity;
use gristmill::{Timestamp, schema::Dimension};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// The most buckets without events that a random fetch asks for, roughly.
const BUCKETS: i64 = 60;

/// Any fetch.
pub fn fetch() -> impl Strategy<Value = Fetch> {
    let whose = (
        prop_oneof![9 => Just(ORGANIZATIONS[0]), 1 => select(&ORGANIZATIONS[..])],
        option::weighted(0.2, select(&VENDORS[..])),
        subsequence(Source::ALL.to_vec(), 1..=2),
    );
    let when = (granularity(), zone(), interval_ends());
    let filter = prop_oneof![2 => Just(Filter::True), 3 => filter()];
    let what = (group_by(), metrics(), filter);
    let how = (
        vec((any::<prop::sample::Index>(), any::<bool>()), 0..3),
        (
            option::weighted(0.2, 1..20_u64),
            prop_oneof![4 => Just(0), 1 => 0..6_u64],
            option::weighted(0.2, 1..4_u64),
        ),
        any::<bool>(),
    );
    let fetch =
        (whose, when, what, how).prop_map(|(whose, when, what, how)| assemble(whose, when, what, how));
    fetch.prop_flat_map(|fetch| {
        let any = having(fetch.group_by.clone(), fetch.metrics.len());
        let having = prop_oneof![3 => Just(Having::True), 1 => any];
        (Just(fetch), having).prop_map(|(fetch, having)| Fetch { having, ..fetch })
    })
}

/// The same fetch with another filter.
pub fn with_filter(fetch: &Fetch, filter: Filter) -> Fetch {
    Fetch { filter, ..fetch.clone() }
}

type Whose = (&'static str, Option<&'static str>, Vec<Source>);
type When = (Granularity, gristmill::time::Zone, Ends);
type What = (Vec<Dimension>, Vec<Metric>, Filter);
/// Of the limit, the offset and the limit for each bucket.
type Window = (Option<u64>, u64, Option<u64>);
type How = (Vec<(prop::sample::Index, bool)>, Window, bool);

fn assemble((organization, vendor, sources): Whose, when: When, what: What, how: How) -> Fetch {
    let ((granularity, zone, ends), (group_by, metrics, filter), (order, window, skip)) = (when, what, how);
    let (limit, offset, limit_per_bucket) = window;
    let interval = ends.interval(granularity);
    // Years of empty seconds are a matter for budgets.
    let many = interval.end.saturating_sub(interval.start) / length(granularity) > 2 * BUCKETS;
    let order_by = order_by(&group_by, &metrics, order);
    Fetch {
        organization: organization.to_owned(),
        vendor: vendor.map(str::to_owned),
        sources,
        interval,
        zone,
        granularity,
        group_by,
        metrics,
        filter,
        having: Having::True,
        order_by,
        limit_per_bucket,
        offset,
        limit,
        empty_buckets: if many || skip { EmptyBuckets::Skip } else { EmptyBuckets::Fill },
        allow_partial: false,
    }
}

fn granularity() -> impl Strategy<Value = Granularity> {
    let names = Granularity::NAMED.map(|(_, granularity)| granularity).to_vec();
    prop_oneof![1 => Just(Granularity::All), 1 => Just(Granularity::Day), 6 => select(names)]
}

/// How an interval is chosen.
#[derive(Clone, Debug)]
enum Ends {
    /// Between two instants.
    Between(i64, i64),
    /// From an instant on, for so many buckets and milliseconds.
    From(i64, i64, i64),
}

fn interval_ends() -> impl Strategy<Value = Ends> {
    let all = Just(Ends::Between(Timestamp::MIN.0, Timestamp::MAX.0 + 1));
    let between = (instant(), instant()).prop_map(|(a, b)| Ends::Between(a.min(b), a.max(b)));
    let around = (landmark(), 0..NEAR, 0..NEAR)
        .prop_map(|(landmark, before, after)| Ends::Between(landmark - before, landmark + after));
    let from = (instant(), 0..BUCKETS, prop_oneof![Just(0), 0..100_000_i64])
        .prop_map(|(start, buckets, rest)| Ends::From(start, buckets, rest));
    prop_oneof![8 => all, 2 => between, 2 => around, 3 => from]
}

/// What random intervals lie in: the instants that events may have. A checked interval may reach a day further, where
/// the wall clocks of eastern zones are past the year 9999 and `jiff`, and with it the oracle, has no calendar.
const CALENDAR: std::ops::RangeInclusive<i64> = Timestamp::MIN.0..=Timestamp::MAX.0 + 1;

impl Ends {
    fn interval(&self, granularity: Granularity) -> Interval {
        let (start, end) = match *self {
            Self::Between(start, end) => (start, end),
            Self::From(start, buckets, rest) => (start, start + buckets * length(granularity) + rest),
        };
        let within = |instant: i64| instant.clamp(*CALENDAR.start(), *CALENDAR.end());
        Interval { start: within(start), end: within(end) }
    }
}

/// About how long a bucket is, in milliseconds; that of `all` and `none` is long, since they have no empty ones.
fn length(granularity: Granularity) -> i64 {
    const SECOND: i64 = 1_000;
    const HOUR: i64 = 3_600 * SECOND;
    match granularity {
        Granularity::Second => SECOND,
        Granularity::Minute => 60 * SECOND,
        Granularity::FiveMinute => 300 * SECOND,
        Granularity::TenMinute => 600 * SECOND,
        Granularity::FifteenMinute => 900 * SECOND,
        Granularity::ThirtyMinute => 1_800 * SECOND,
        Granularity::Hour => HOUR,
        Granularity::SixHour => 6 * HOUR,
        Granularity::EightHour => 8 * HOUR,
        Granularity::Day => 24 * HOUR,
        Granularity::Week => 7 * 24 * HOUR,
        Granularity::Month => 30 * 24 * HOUR,
        Granularity::Quarter => 91 * 24 * HOUR,
        Granularity::Year => 365 * 24 * HOUR,
        Granularity::All | Granularity::None => 4_000_000 * HOUR,
    }
}

fn group_by() -> impl Strategy<Value = Vec<Dimension>> {
    vec(dimension(), 0..4).prop_map(|dimensions| {
        let mut distinct = Vec::new();
        for dimension in dimensions {
            if !distinct.contains(&dimension) {
                distinct.push(dimension);
            }
        }
        distinct
    })
}

fn metrics() -> impl Strategy<Value = Vec<Metric>> {
    let aggregation = prop_oneof![
        2 => Just(Aggregation::Count),
        2 => Just(Aggregation::Sum),
        2 => Just(Aggregation::Avg),
        2 => Just(Aggregation::Min),
        2 => Just(Aggregation::Max),
        2 => dimension().prop_map(|dimension| Aggregation::Uniq(Distinct::Values(vec![dimension]))),
        1 => distinct(group_by()).prop_map(|dimensions| Aggregation::Uniq(Distinct::Values(dimensions))),
        1 => distinct(group_by()).prop_map(|dimensions| Aggregation::Uniq(Distinct::Rows(dimensions))),
        1 => distinct(group_by()).prop_map(Aggregation::ApproxUniq),
        1 => (0..=8_u8).prop_map(|eighths| Aggregation::Quantile(f64::from(eighths) / 8.0)),
        1 => select(vec![
            Aggregation::Variance(Estimator::Sample),
            Aggregation::Variance(Estimator::Population),
            Aggregation::StdDev(Estimator::Sample),
            Aggregation::First,
            Aggregation::Last,
        ]),
    ];
    let filter = prop_oneof![5 => Just(Filter::True), 1 => filter()];
    vec((aggregation, filter), 1..6).prop_map(|metrics| {
        let mut distinct: Vec<Metric> = Vec::new();
        for (at, (aggregation, filter)) in metrics.into_iter().enumerate() {
            let name = match plain_name(&aggregation) {
                Some(name) if filter == Filter::True => name,
                _ => format!("figure {at}"),
            };
            if distinct.iter().all(|metric| metric.name != name) {
                distinct.push(Metric { name, aggregation, filter });
            }
        }
        distinct
    })
}

/// One dimension at least.
fn distinct(dimensions: impl Strategy<Value = Vec<Dimension>>) -> impl Strategy<Value = Vec<Dimension>> {
    let any = |dimensions: Vec<Dimension>| {
        if dimensions.is_empty() { vec![Dimension::Dim1, Dimension::Properties] } else { dimensions }
    };
    dimensions.prop_map(any)
}

/// The name by which a fetch can ask for an aggregation, where there is one.
pub(super) fn plain_name(aggregation: &Aggregation) -> Option<String> {
    match aggregation {
        Aggregation::Count => Some("count".to_owned()),
        Aggregation::Sum => Some("sum".to_owned()),
        Aggregation::Avg => Some("avg".to_owned()),
        Aggregation::Min => Some("min".to_owned()),
        Aggregation::Max => Some("max".to_owned()),
        Aggregation::Uniq(Distinct::Values(dimensions)) => match dimensions.as_slice() {
            [dimension] => Some(format!("{dimension}_uniq")),
            _ => None,
        },
        Aggregation::Uniq(Distinct::Rows(_))
        | Aggregation::ApproxUniq(_)
        | Aggregation::Quantile(_)
        | Aggregation::Variance(_)
        | Aggregation::StdDev(_)
        | Aggregation::First
        | Aggregation::Last => None,
    }
}

fn order_by(
    group_by: &[Dimension],
    metrics: &[Metric],
    picks: Vec<(prop::sample::Index, bool)>,
) -> Vec<OrderBy> {
    let columns: Vec<OrderColumn> = std::iter::once(OrderColumn::Timestamp)
        .chain((0..group_by.len()).map(OrderColumn::Group))
        .chain((0..metrics.len()).map(OrderColumn::Metric))
        .collect();
    let mut order: Vec<OrderBy> = Vec::new();
    for (pick, descending) in picks {
        let column = *pick.get(&columns);
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        if order.iter().all(|key| key.column != column) {
            order.push(OrderBy { column, direction });
        }
    }
    order
}
