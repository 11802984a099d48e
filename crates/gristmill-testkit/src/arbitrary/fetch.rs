//! Random fetches, checked.

use super::filter::{dimension, filter};
use super::granularity::{granularity, length};
use super::instant::{NEAR, landmark};
use super::{ORGANIZATIONS, VENDORS, instant, zone};
use gristmill::event::Source;
use gristmill::request::{
    Aggregation, Direction, EmptyBuckets, Fetch, Filter, Interval, Metric, OrderBy, OrderColumn,
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
        option::weighted(0.2, 1..20_u64),
        any::<bool>(),
    );
    (whose, when, what, how).prop_map(|(whose, when, what, how)| assemble(whose, when, what, how))
}

/// The same fetch with another filter.
pub fn with_filter(fetch: &Fetch, filter: Filter) -> Fetch {
    Fetch { filter, ..fetch.clone() }
}

type Whose = (&'static str, Option<&'static str>, Vec<Source>);
type When = (Granularity, gristmill::time::Zone, Ends);
type What = (Vec<Dimension>, Vec<Metric>, Filter);
type How = (Vec<(prop::sample::Index, bool)>, Option<u64>, bool);

fn assemble((organization, vendor, sources): Whose, when: When, what: What, how: How) -> Fetch {
    let ((granularity, zone, ends), (group_by, metrics, filter), (order, limit, skip)) = (when, what, how);
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
        order_by,
        limit,
        empty_buckets: if many || skip { EmptyBuckets::Skip } else { EmptyBuckets::Fill },
        allow_partial: false,
    }
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
        Just(Aggregation::Count),
        Just(Aggregation::Sum),
        Just(Aggregation::Avg),
        Just(Aggregation::Min),
        Just(Aggregation::Max),
        dimension().prop_map(Aggregation::Uniq),
    ];
    vec(aggregation, 1..6).prop_map(|aggregations| {
        let mut metrics: Vec<Metric> = Vec::new();
        for aggregation in aggregations {
            let name = name(aggregation);
            if metrics.iter().all(|metric| metric.name != name) {
                metrics.push(Metric { name, aggregation });
            }
        }
        metrics
    })
}

/// The name that an aggregation has in a fetch.
pub(super) fn name(aggregation: Aggregation) -> String {
    match aggregation {
        Aggregation::Count => "count".to_owned(),
        Aggregation::Sum => "sum".to_owned(),
        Aggregation::Avg => "avg".to_owned(),
        Aggregation::Min => "min".to_owned(),
        Aggregation::Max => "max".to_owned(),
        Aggregation::Uniq(dimension) => format!("{dimension}_uniq"),
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
