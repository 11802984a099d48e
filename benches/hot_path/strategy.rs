//! The ways the engine chooses between, each forced: what its thresholds are measured with.

use crate::shapes::{Size, fetch, store_with, value};
use criterion::{BenchmarkId, Criterion, SamplingMode};
use gristmill::Options;
use gristmill::exec::{GroupStrategy, RowStrategy, Tuning};
use gristmill::schema::Dimension;
use std::hint::black_box;
use std::time::Duration;

pub(crate) fn run(criterion: &mut Criterion, size: Size) {
    let ways = [("scan", RowStrategy::Scan), ("postings", RowStrategy::Postings)];
    let tunings = ways.map(|(name, rows)| (name, Tuning { rows, ..Tuning::default() }));
    measure(criterion, size, "strategy/rows", &tunings, &rows());
    let ways = [("dense", GroupStrategy::Dense), ("hash", GroupStrategy::Hash)];
    let tunings = ways.map(|(name, groups)| (name, Tuning { groups, ..Tuning::default() }));
    measure(criterion, size, "strategy/groups", &tunings, &groups());
}

/// Measures each case in each way.
fn measure(
    criterion: &mut Criterion,
    size: Size,
    shape: &str,
    tunings: &[(&str, Tuning)],
    cases: &[(String, String)],
) {
    let mut group = criterion.benchmark_group(shape);
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (way, tuning) in tunings {
        let store = std::cell::LazyCell::new(|| store_with(size, Options::new().tuning(*tuning)));
        for (name, rest) in cases {
            let fetch = fetch(size, rest);
            group.bench_function(BenchmarkId::new(*way, name), |bencher| {
                bencher.iter(|| store.fetch(black_box(&fetch)).expect("an answer"));
            });
        }
    }
    group.finish();
}

/// A selector that names one row in so many.
fn rows() -> Vec<(String, String)> {
    let shapes = [("4", Dimension::Category), ("50", Dimension::GeoCountry), ("100", Dimension::Label)];
    let shapes = shapes.into_iter().chain([("10k", Dimension::Action)]);
    let case = |(name, dimension): (&str, Dimension)| {
        let value = value(dimension, 3);
        let filter = format!(r#"{{"type":"selector","dimension":"{dimension}","value":"{value}"}}"#);
        let rest = format!(r#""granularity":"hour","aggregations":["count"],"filters":{filter}"#);
        (format!("one_in_{name}"), rest)
    };
    shapes.map(case).collect()
}

/// Sums by so many possible keys.
fn groups() -> Vec<(String, String)> {
    let shapes = [
        ("100", r#""label""#),
        ("20k", r#""category","label","geo_country""#),
        ("500k", r#""action","geo_country""#),
        ("1M", r#""action","label""#),
        ("4M", r#""action","label","category""#),
    ];
    let case = |(name, dimensions): (&str, &str)| {
        let rest =
            format!(r#""granularity":"all","group_by":[{dimensions}],"aggregations":["sum"],"limit":1"#);
        (format!("{name}_keys"), rest)
    };
    shapes.map(case).to_vec()
}
