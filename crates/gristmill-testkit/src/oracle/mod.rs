//! The reference evaluator: what a fetch over some events answers, worked out a row at a time.
//!
//! It shares with the engine only [`Event`] and the checked [`Fetch`]. It asks another calendar (`jiff`, with its own
//! copy of the zone database), adds values as exact integers, and has filters of its own. Nothing here is fast.

mod aggregate;
mod answer;
mod calendar;
mod exact_sum;
mod filter;
mod like;
mod order;
mod ordering;

pub use answer::{Cell, OracleAnswer};
pub use calendar::{Bucket, Calendar};
pub use exact_sum::ExactSum;
pub use filter::matches;

use gristmill::event::Event;
use gristmill::request::{EmptyBuckets, Fetch};
use gristmill::schema::{Dimension, Kind};
use gristmill::time::Granularity;
use order::Row;
use std::collections::BTreeMap;

/// The value of one grouped dimension. The order is the default order of an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum GroupValue {
    Null,
    Integer(i64),
    Text(String),
}

/// What the rows of a group have in common: the start of their bucket, then the values of the grouped dimensions.
type GroupKey = (i64, Vec<GroupValue>);

/// What `fetch` answers over `events`, in whatever order those stand.
pub fn fetch(events: &[Event], fetch: &Fetch) -> OracleAnswer {
    let calendar = Calendar::new(&fetch.zone);
    let mut groups: BTreeMap<GroupKey, Vec<&Event>> = BTreeMap::new();
    for start in promised_buckets(fetch, &calendar) {
        groups.entry((start, Vec::new())).or_default();
    }
    for event in events.iter().filter(|event| is_asked_about(fetch, event)) {
        let start = bucket_of(fetch, &calendar, event.timestamp.millis()).start;
        for values in group_values(&fetch.group_by, event) {
            groups.entry((start, values)).or_default().push(event);
        }
    }
    let row = |((start, values), members): (GroupKey, Vec<&Event>)| {
        let metrics = fetch.metrics.iter().map(|metric| aggregate::aggregate(metric, &members));
        Row { start, cells: values.into_iter().map(Cell::from).chain(metrics).collect() }
    };
    let mut rows: Vec<Row> = groups.into_iter().map(row).collect();
    rows.retain(|row| filter::having(fetch, &fetch.having, row.start, &row.cells));
    order::arrange(fetch, &mut rows);
    let labelled = |row: Row| [vec![Cell::Text(calendar.label(row.start))], row.cells].concat();
    OracleAnswer::new(fetch, rows.into_iter().map(labelled).collect())
}

fn is_asked_about(fetch: &Fetch, event: &Event) -> bool {
    let at = event.timestamp.millis();
    event.text(Dimension::OrganizationId) == Some(&fetch.organization)
        && (fetch.vendor.is_none() || event.text(Dimension::Vendor) == fetch.vendor.as_deref())
        && fetch.sources.contains(&event.source)
        && fetch.interval.start <= at
        && at < fetch.interval.end
        && matches(&fetch.filter, event)
}

fn bucket_of(fetch: &Fetch, calendar: &Calendar, at: i64) -> Bucket {
    match fetch.granularity {
        Granularity::All => Bucket { start: fetch.interval.start, end: fetch.interval.end },
        Granularity::None => Bucket { start: at, end: at + 1 },
        granularity => calendar.bucket(granularity, at),
    }
}

/// The starts of the buckets that are in the answer even without a row.
fn promised_buckets(fetch: &Fetch, calendar: &Calendar) -> Vec<i64> {
    if fetch.empty_buckets == EmptyBuckets::Skip || !fetch.group_by.is_empty() {
        return Vec::new();
    }
    match fetch.granularity {
        // One row always, even for an interval of no length.
        Granularity::All => vec![fetch.interval.start],
        Granularity::None => Vec::new(),
        granularity => {
            let mut starts = Vec::new();
            let mut at = fetch.interval.start;
            while at < fetch.interval.end {
                let bucket = calendar.bucket(granularity, at);
                starts.push(bucket.start);
                at = bucket.end;
            }
            starts
        }
    }
}

/// The groups an event is in: one for each combination of the values of its grouped dimensions.
fn group_values(dimensions: &[Dimension], event: &Event) -> Vec<Vec<GroupValue>> {
    let mut combinations: Vec<Vec<GroupValue>> = vec![Vec::new()];
    for &dimension in dimensions {
        let values = match dimension.kind() {
            Kind::Integer => vec![GroupValue::Integer(event.event_version)],
            Kind::Text | Kind::Source | Kind::MultiText => filter::values(event, dimension)
                .into_iter()
                .map(|value| value.map_or(GroupValue::Null, GroupValue::Text))
                .collect(),
        };
        let mut longer = Vec::new();
        for head in &combinations {
            for value in &values {
                longer.push([head.as_slice(), std::slice::from_ref(value)].concat());
            }
        }
        combinations = longer;
    }
    combinations
}

impl From<GroupValue> for Cell {
    fn from(value: GroupValue) -> Self {
        match value {
            GroupValue::Null => Self::Null,
            GroupValue::Integer(integer) => Self::Integer(integer),
            GroupValue::Text(text) => Self::Text(text),
        }
    }
}
