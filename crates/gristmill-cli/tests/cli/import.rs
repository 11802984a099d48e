//! Loading Parquet files.

use crate::harness::{Bench, example};

/// A bench with the same events in both formats.
fn with_events() -> Bench {
    let bench = Bench::new();
    for (format, file) in [("ndjson", "events.ndjson"), ("parquet", "events.parquet")] {
        let days = ["--days", "20", "--output", file];
        let arguments = ["generate", "-q", "--events", "3000", "--format", format];
        bench.run(arguments.into_iter().chain(days)).succeeded();
    }
    bench
}

#[test]
fn importing_is_ingesting() {
    let bench = with_events();
    bench.run(["ingest", "-q", "--store", "ingested", "events.ndjson"]).succeeded();
    let rows = ["--segment-rows", "200", "--threads", "3"];
    let import = ["import", "--store", "imported", "events.parquet"];
    let run = bench.run(import.into_iter().chain(rows)).succeeded();
    assert_eq!(run.stdout, "{\"stored\":3000,\"rejected\":0,\"repeated\":false,\"ignored\":{}}\n");
    let organization = bench.read("events.ndjson").split('"').nth(7).unwrap().to_owned();
    let query = r#"{"granularity":"day","interval":{"start":"2020-01-01","end":"2030-01-01"},
        "group_by":["vendor","properties","geo_city","event_version","source"],
        "aggregations":["count","sum","session_id_uniq","dim1_uniq"]}"#;
    let fetch =
        |store| bench.run(["fetch", "--store", store, "--org", &organization, query]).succeeded().stdout;
    assert!(fetch("ingested").len() > 1000);
    assert_eq!(fetch("imported"), fetch("ingested"));
}

#[test]
fn a_second_load_of_the_same_name_stores_nothing() {
    let bench = with_events();
    let import = ["import", "--store", "store", "--batch-id", "dump", "events.parquet"];
    bench.run(import).succeeded();
    assert!(bench.run(import).succeeded().stdout.contains("\"repeated\":true"));
}

#[test]
fn one_bad_file_stores_nothing() {
    let bench = with_events();
    bench
        .run(["import", "--store", "store", "events.parquet", &example("events.ndjson")])
        .failed(4, &["events.ndjson", "no Parquet file"]);
    let run = bench.run(["inspect", "--store", "store", "--json"]).succeeded();
    assert!(run.stdout.contains("\"rows\": 0,"), "{}", run.stdout);
}

#[test]
fn sources_are_those_the_receiver_says() {
    let bench = with_events();
    bench
        .run(["import", "--store", "store", "--source", "trusted", "events.parquet"])
        .failed(4, &["events.parquet", "`source` says untrusted"]);
}

#[test]
fn standard_input_is_refused() {
    Bench::new().pipe(["import", "--store", "store", "-"], b"").failed(2, &["cannot be stdin"]);
}
