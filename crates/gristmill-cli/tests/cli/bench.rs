//! Times of queries.

use crate::harness::{Bench, Run, example};

fn measures(run: &Run) -> Vec<serde_json::Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_query_has_its_line() {
    let bench = Bench::with_sample();
    let queries = [example("by-day.json"), example("categories-by-day.json")];
    let run = bench.run(["bench", "--store", "store", "--runs", "3", &queries[0], &queries[1]]).succeeded();
    assert_eq!(run.stderr, "");
    let measures = measures(&run);
    assert_eq!(measures.len(), 2);
    for (measure, query) in measures.iter().zip(&queries) {
        assert_eq!(measure["query"], **query);
        let answer = bench.run(["fetch", "--store", "store", "--format", "csv", query]).succeeded().stdout;
        assert_eq!(measure["rows"], answer.lines().count() - 1);
        let (median, min) = (measure["median_ms"].as_f64().unwrap(), measure["min_ms"].as_f64().unwrap());
        assert!(min <= median && median > 0.0 && measure["open_ms"].as_f64().unwrap() > 0.0, "{measure}");
        assert!(measure["rows_touched"].as_u64().unwrap() > 0, "{measure}");
        assert!(measure["bytes_touched"].is_u64(), "{measure}");
        assert!(measure.get("json_bytes").is_none(), "{measure}");
    }
}

#[test]
fn the_json_text_is_timed_apart() {
    let bench = Bench::with_sample();
    let query = example("by-day.json");
    let run = bench.run(["bench", "--store", "store", "--json-answer", &query]).succeeded();
    let measure = &measures(&run)[0];
    let answer = bench.run(["fetch", "--store", "store", "--format", "json", &query]).succeeded().stdout;
    assert_eq!(measure["json_bytes"], answer.trim_end().len());
    assert!(
        measure["json_min_ms"].as_f64().unwrap() <= measure["json_median_ms"].as_f64().unwrap(),
        "{measure}"
    );
}

#[test]
fn a_table_is_for_people() {
    let bench = Bench::with_sample();
    let query = example("by-day.json");
    let run = bench.run(["bench", "--store", "store", "--format", "table", &query]).succeeded();
    for part in ["│ query", "median_ms", "by-day.json"] {
        assert!(run.stdout.contains(part), "{part:?} is not in\n{}", run.stdout);
    }
}

#[test]
fn queries_are_checked_before_any_is_timed() {
    let bench = Bench::with_sample();
    let query = example("by-day.json");
    bench.run(["bench", "--store", "store", &query, "none.json"]).failed(1, &["none.json", "No such file"]);
    bench.run(["bench", "--store", "store", &query, "{}"]).failed(4, &["the query", "interval"]);
    bench
        .run(["bench", "--store", "store", "--org", "globex", &query])
        .failed(4, &["organization_id", "globex"]);
    bench.run(["bench", "--store", "nowhere", &query]).failed(1, &["nowhere"]);
}

#[test]
fn nothing_is_written() {
    let bench = Bench::with_sample();
    let files = bench.files("store");
    bench.run(["bench", "--store", "store", "--threads", "1", &example("by-day.json")]).succeeded();
    assert_eq!(bench.files("store"), files);
}

#[test]
fn parquet_files_are_measured_too() {
    let bench = Bench::with_sample();
    bench.run(["export", "--store", "store", "--to", "dump"]).succeeded();
    let query = example("by-day.json");
    let rows = |events: [&str; 2]| {
        let run = bench.run(["bench", "--runs", "1", events[0], events[1], &query]).succeeded();
        serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["rows"].clone()
    };
    assert_eq!(rows(["--parquet", "dump"]), rows(["--store", "store"]));
    bench.run(["bench", "--store", "store", "--parquet", "dump", &query]).failed(2, &["--parquet"]);
}
