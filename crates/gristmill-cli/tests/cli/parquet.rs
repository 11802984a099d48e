//! Queries over Parquet files.

use crate::harness::Bench;

const QUERY: &str = r#"{"granularity":"day","interval":{"start":"2020-01-01","end":"2030-01-01"},
    "group_by":["vendor","geo_city","properties"],"aggregations":["count","sum","session_id_uniq"]}"#;

/// A bench with the same events in a store and in a Parquet file, and the organization of the first.
fn with_events() -> (Bench, String) {
    let bench = Bench::new();
    for (format, file) in [("ndjson", "events.ndjson"), ("parquet", "events.parquet")] {
        let days = ["--days", "20", "--output", file];
        let arguments = ["generate", "-q", "--events", "3000", "--format", format];
        bench.run(arguments.into_iter().chain(days)).succeeded();
    }
    bench.run(["ingest", "-q", "--store", "store", "events.ndjson"]).succeeded();
    let organization = bench.read("events.ndjson").split('"').nth(7).unwrap().to_owned();
    (bench, organization)
}

#[test]
fn a_file_answers_as_a_store_does() {
    let (bench, organization) = with_events();
    let fetch = |place: [&str; 2], more: &[&str]| {
        let command = ["fetch"].into_iter().chain(place).chain(["--org", &*organization, QUERY]);
        bench.run(command.chain(more.iter().copied())).succeeded().stdout
    };
    let of_store = fetch(["--store", "store"], &[]);
    assert!(of_store.len() > 1000);
    assert_eq!(fetch(["--parquet", "events.parquet"], &[]), of_store);
    assert_eq!(fetch(["--parquet", "*.parquet"], &["--parquet", "events.parquet"]), of_store);
    assert_eq!(fetch(["--parquet", "."], &["--threads", "1"]), of_store);
    let explained = fetch(["--parquet", "events.parquet"], &["--explain", "--format", "json"]);
    assert!(explained.contains("\"form\": \"parquet\""), "{explained}");
}

#[test]
fn other_names_of_columns_are_mapped() {
    let (bench, organization) = with_events();
    let fetch = |map: &[&str]| {
        let query = QUERY.replace("\"vendor\",\"geo_city\",\"properties\"", "\"dim5\",\"dim4\"");
        let mut command = vec!["fetch", "--parquet", "events.parquet", "--org", &organization];
        command.extend(map.iter().flat_map(|pair| ["--map", *pair]));
        command.push(&query);
        bench.run(command)
    };
    let plain = fetch(&[]).succeeded().stdout;
    let mapped = fetch(&["label=dim5", "dim5=label"]).succeeded().stdout;
    assert!(mapped.len() > plain.len(), "{plain}\n{mapped}");
    fetch(&["label"]).failed(2, &["--map: `label` maps nothing"]);
    fetch(&["label=nothing"]).failed(2, &["an event has no column `nothing`"]);
    fetch(&["nothing=label"]).failed(1, &["`nothing` is mapped, but no file has such a column"]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let (bench, organization) = with_events();
    let fetch = |files: &[&str]| {
        let files = files.iter().flat_map(|file| ["--parquet", *file]);
        bench.run(["fetch", "--org", &*organization, QUERY].into_iter().chain(files))
    };
    fetch(&[]).failed(2, &["--store"]);
    fetch(&["nothing/**"]).failed(1, &["`nothing/**` matches no file"]);
    fetch(&["events.parquet", "events.ndjson"]).failed(4, &["`events.ndjson`: is no Parquet file"]);
    bench.run(["fetch", "--store", "store", "--parquet", "x", QUERY]).failed(2, &["cannot be used with"]);
    bench.run(["fetch", "--store", "store", "--map", "a=b", QUERY]).failed(2, &["cannot be used with"]);
}

#[test]
fn import_maps_names_too() {
    let (bench, organization) = with_events();
    let import = ["import", "-q", "--store", "imported", "--map", "geo_city=dim5", "--map", "dim5=geo_city"];
    bench.run(import.into_iter().chain(["events.parquet"])).succeeded();
    let fetch = |query: &str| {
        bench.run(["fetch", "--store", "imported", "--org", &*organization, query]).succeeded().stdout
    };
    let of_parquet = bench.run(["fetch", "--parquet", "events.parquet", "--org", &*organization, QUERY]);
    let mapped = fetch(&QUERY.replace("geo_city", "dim5")).replace("dim5", "geo_city");
    assert_eq!(mapped, of_parquet.succeeded().stdout);
}
