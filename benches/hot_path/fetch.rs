//! Fetches by shape: how selective the filter, how many buckets, how many groups, which figures.

use crate::shapes::{START, Size, fetch, store, value};
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use gristmill::Store;
use gristmill::schema::Dimension;
use std::cell::LazyCell;
use std::hint::black_box;
use std::time::Duration;

/// A name, and the JSON of a fetch without its organization and interval.
type Case = (String, String);

/// The store that all fetches go to; loading it takes longer than most of them, and is left out when none runs.
type LazyStore<'a> = LazyCell<Store, Box<dyn FnOnce() -> Store + 'a>>;

pub(crate) fn run(criterion: &mut Criterion, size: Size) {
    let store: LazyStore<'_> = LazyCell::new(Box::new(|| store(size)));
    let mut shape = |name: &str, cases: &[Case]| measure(criterion, &store, size, name, cases);
    shape("filter", &filter(size));
    shape("bucket", &bucket());
    shape("group", &group());
    shape("sum", &sum());
    shape("uniq", &uniq());
}

/// Measures the fetch of each case.
fn measure(criterion: &mut Criterion, store: &LazyStore<'_>, size: Size, shape: &str, cases: &[Case]) {
    let mut group = criterion.benchmark_group(format!("fetch/{shape}"));
    group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Elements(size.rows));
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, rest) in cases {
        let fetch = fetch(size, rest);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            // Loads the store when this is the first fetch that runs; out of the measured time.
            let store: &Store = store;
            bencher.iter(|| store.fetch(black_box(&fetch)).expect("an answer"));
        });
    }
    group.finish();
}

fn selector(dimension: Dimension, code: u64) -> String {
    format!(
        r#"{{"type":"selector","dimension":"{}","value":"{}"}}"#,
        dimension.name(),
        value(dimension, code)
    )
}

fn filter(size: Size) -> Vec<Case> {
    let needle = selector(Dimension::SessionId, size.rows / 2);
    let quarter = selector(Dimension::Category, 1);
    let hundredth = selector(Dimension::Label, 7);
    let labels: Vec<String> = (0..50).map(|code| format!("{:?}", value(Dimension::Label, code))).collect();
    let cases = [
        ("nothing", r#"{"type":"selector","dimension":"category","value":"absent"}"#.to_owned()),
        ("needle_of_session", needle),
        ("hundredth_by_label", hundredth.clone()),
        ("quarter_by_category", quarter.clone()),
        ("half_by_in", format!(r#"{{"type":"in","dimension":"label","values":[{}]}}"#, labels.join(","))),
        ("most_by_not", format!(r#"{{"type":"not","field":{hundredth}}}"#)),
        ("and", format!(r#"{{"type":"and","fields":[{quarter},{hundredth}]}}"#)),
        ("or", format!(r#"{{"type":"or","fields":[{quarter},{hundredth}]}}"#)),
        (
            "bound_on_action",
            r#"{"type":"bound","dimension":"action","lower":"action-2","upper":"action-5"}"#.to_owned(),
        ),
        ("like_on_action", r#"{"type":"like","dimension":"action","pattern":"%-12%3"}"#.to_owned()),
        (
            "regex_on_session",
            r#"{"type":"regex","dimension":"session_id","pattern":"^[0-7].*f$"}"#.to_owned(),
        ),
        ("property", r#"{"type":"selector","dimension":"properties","value":"property-7"}"#.to_owned()),
        ("bound_on_value", r#"{"type":"bound","dimension":"value","lower":100,"upper":200}"#.to_owned()),
    ];
    let case = |(name, filter): (&str, String)| {
        (name.to_owned(), format!(r#""granularity":"all","aggregations":["count"],"filters":{filter}"#))
    };
    cases.into_iter().chain(trees()).map(case).collect()
}

/// Filters of several leaves.
fn trees() -> [(&'static str, String); 5] {
    let quarter = selector(Dimension::Category, 1);
    let country = selector(Dimension::GeoCountry, 7);
    let actions = r#"{"type":"like","dimension":"action","pattern":"action-1%"}"#;
    let labels: Vec<String> =
        (0..30).map(|code| format!("{:?}", value(Dimension::Label, 3 * code))).collect();
    let labels = format!(r#"{{"type":"in","dimension":"label","values":[{}]}}"#, labels.join(","));
    let regex = r#"{"type":"regex","dimension":"action","pattern":"-[2-7].*[05]$"}"#;
    let values = r#"{"type":"bound","dimension":"value","lower":100,"upper":900}"#;
    let hour = format!(
        r#"{{"type":"bound","dimension":"timestamp","lower":{START},"upper":{},"upperStrict":true}}"#,
        START + 3_600_000
    );
    [
        (
            "four_leaves",
            format!(
                r#"{{"type":"and","fields":[{quarter},{{"type":"or","fields":[{labels},{regex}]}},{{"type":"not","field":{country}}}]}}"#
            ),
        ),
        ("bound_and_like", format!(r#"{{"type":"and","fields":[{values},{actions}]}}"#)),
        ("like_start", actions.to_owned()),
        ("not_of_or", format!(r#"{{"type":"not","field":{{"type":"or","fields":[{country},{regex}]}}}}"#)),
        ("hour_and_regex", format!(r#"{{"type":"and","fields":[{regex},{hour}]}}"#)),
    ]
}

fn bucket() -> Vec<Case> {
    let case = |granularity: &str| {
        (granularity.to_owned(), format!(r#""granularity":"{granularity}","aggregations":["count","sum"]"#))
    };
    ["all", "month", "day", "six_hour", "hour", "fifteen_minute", "minute"].map(case).to_vec()
}

fn group() -> Vec<Case> {
    let shapes = [
        ("4", "all", r#""category""#),
        ("100", "all", r#""label""#),
        ("10k", "all", r#""action""#),
        ("tenth_of_rows", "all", r#""visitor_id""#),
        ("4x100", "all", r#""category","label""#),
        ("100x10k", "all", r#""label","action""#),
        ("4x100x50x2", "all", r#""category","label","geo_country","source""#),
        ("properties_50", "all", r#""properties""#),
        ("4_by_day", "day", r#""category""#),
        ("100_by_hour", "hour", r#""label""#),
    ];
    let case = |(name, granularity, dimensions): (&str, &str, &str)| {
        let rest = format!(
            r#""granularity":"{granularity}","group_by":[{dimensions}],"aggregations":["count","sum"]"#
        );
        (name.to_owned(), rest)
    };
    shapes.map(case).to_vec()
}

fn sum() -> Vec<Case> {
    let shapes = [
        ("count", "all", r#""count""#),
        ("sum", "all", r#""sum""#),
        ("min_max", "all", r#""min","max""#),
        ("all_five", "all", ""),
        ("all_five_by_day", "day", ""),
    ];
    let half = r#"{"type":"bound","dimension":"label","upper":"label-50"}"#;
    let whole = shapes.map(|(name, granularity, figures)| {
        (name.to_owned(), format!(r#""granularity":"{granularity}","aggregations":[{figures}]"#))
    });
    let of_half = |(name, rest): Case| (format!("{name}_of_half"), format!(r#"{rest},"filters":{half}"#));
    let filtered = whole.clone().map(of_half);
    [whole, filtered].concat()
}

fn uniq() -> Vec<Case> {
    let shapes = [
        ("4", "all", "", "category_uniq"),
        ("10k", "all", "", "action_uniq"),
        ("tenth_of_rows", "all", "", "visitor_id_uniq"),
        ("every_row", "all", "", "session_id_uniq"),
        ("tenth_of_rows_by_day", "day", "", "visitor_id_uniq"),
        ("tenth_of_rows_in_100_groups", "all", r#""label""#, "visitor_id_uniq"),
    ];
    let case = |(name, granularity, dimensions, figure): (&str, &str, &str, &str)| {
        let rest =
            format!(r#""granularity":"{granularity}","group_by":[{dimensions}],"aggregations":["{figure}"]"#);
        (name.to_owned(), rest)
    };
    shapes.map(case).to_vec()
}
