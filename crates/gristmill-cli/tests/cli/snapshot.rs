//! Backups of a store.

use crate::harness::{Bench, example};
use std::fs;

#[test]
fn a_backup_answers_like_its_store() {
    let bench = Bench::with_sample();
    let run = bench.run(["snapshot", "--store", "store", "backup"]).succeeded();
    let receipt: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(receipt["events"], 48);
    assert!(receipt["bytes_linked"].as_u64().unwrap() > 1_000, "{receipt}");
    assert!(run.stderr.contains("backed up 48 events"), "{}", run.stderr);
    let answer = |store| bench.run(["fetch", "--store", store, &example("by-day.json")]).succeeded().stdout;
    assert_eq!(answer("backup"), answer("store"));
    // It outlives the store, and takes events of its own.
    fs::remove_dir_all(bench.path("store")).unwrap();
    bench.run(["ingest", "--store", "backup", &example("events.ndjson")]).succeeded();
    assert_eq!(bench.count("backup"), 92);
}

#[test]
fn only_an_empty_folder_is_taken() {
    let bench = Bench::with_sample();
    fs::create_dir(bench.path("empty")).unwrap();
    bench.run(["snapshot", "--store", "store", "empty", "--quiet"]).succeeded();
    bench.run(["snapshot", "--store", "store", "empty"]).failed(1, &["`empty`", "CATALOG", "empty one"]);
    bench.run(["snapshot", "--store", "store", "store"]).failed(1, &["`store`", "CATALOG"]);
    bench.run(["snapshot", "--store", "missing", "other"]).failed(1, &["no such folder", "missing"]);
    bench.run(["snapshot", "--store", "store"]).failed(2, &["BACKUP"]);
    assert!(!bench.path("other").exists());
}

#[test]
fn a_damaged_store_gives_no_backup() {
    let bench = Bench::with_sample();
    let segment = bench.files("store/seg").remove(0);
    fs::remove_file(&segment).unwrap();
    bench.run(["snapshot", "--store", "store", "backup"]).failed(3, &["seg/", "damaged", "backup"]);
    bench.run(["inspect", "--store", "backup"]).failed(1, &["not finished", "backup again"]);
    bench.run(["ingest", "--store", "backup", &example("events.ndjson")]).failed(1, &["not finished"]);
}
