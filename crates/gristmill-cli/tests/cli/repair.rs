//! Repairing a damaged store.

use crate::harness::{Bench, example, is};
use crate::verify::damage;
use std::fs;

#[test]
fn a_damaged_segment_is_told_moved_and_on_record() {
    let bench = Bench::new();
    let ingest = ["ingest", "--segment-rows", "12", "--store", "store", &example("events.ndjson")];
    bench.run(ingest).succeeded();
    let segment = bench.files("store/seg").into_iter().find(|file| is(file, "arrow")).unwrap();
    damage(&segment);
    let dry = bench.run(["repair", "--store", "store", "--dry-run"]).succeeded();
    assert!(dry.stdout.starts_with("move segment "), "{dry:#?}");
    assert!(dry.stderr.contains("without --dry-run"), "{dry:#?}");
    assert!(segment.exists());
    let done = bench.run(["repair", "--store", "store"]).succeeded();
    assert_eq!(done.stdout, dry.stdout);
    assert!(!segment.exists());
    assert!(bench.path("store/quarantine").join(segment.file_name().unwrap()).exists());
    let run = bench.run(["verify", "--store", "store"]).succeeded();
    assert!(run.stderr.contains("1 segment lies in quarantine"), "{run:#?}");

    let query = example("by-day.json");
    bench.run(["fetch", "--store", "store", &query]).failed(3, &["seg/", "quarantine"]);
    let run = bench.run(["fetch", "--store", "store", &query, "--allow-partial"]).succeeded();
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(answer["degraded"]["rows_missing_at_most"].as_u64().unwrap() > 0, "{answer}");
    let report = bench.run(["inspect", "--json", "--store", "store"]).succeeded().stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["damaged"][0]["quarantined"], true);

    let run = bench.run(["repair", "--store", "store", "--accept-loss"]).succeeded();
    assert!(run.stdout.starts_with("forget segment "), "{run:#?}");
    let run = bench.run(["fetch", "--store", "store", &query]).succeeded();
    assert!(!run.stdout.contains("degraded"));
    assert_eq!(bench.run(["repair", "--store", "store"]).succeeded().stdout, "");
}

#[test]
fn a_missing_log_marks_every_answer_until_that_is_accepted() {
    let bench = Bench::with_sample();
    for log in bench.files("store/wal") {
        fs::remove_file(log).unwrap();
    }
    let query = example("by-day.json");
    bench.run(["fetch", "--store", "store", &query]).failed(3, &["wal/", "missing"]);
    let run = bench.run(["repair", "--store", "store"]).succeeded();
    assert!(run.stdout.contains("give up the appends of log"), "{run:#?}");
    bench.run(["fetch", "--store", "store", &query]).failed(3, &["wal/", "gave them up"]);
    let run = bench.run(["fetch", "--store", "store", &query, "--allow-partial"]).succeeded();
    assert!(run.stdout.contains("degraded") && run.stdout.contains("gave them up"), "{run:#?}");
    let text = bench.run(["inspect", "--store", "store"]).succeeded().stdout;
    assert!(text.contains("a repair gave up appends"), "{text}");
    // The record outlives writers.
    bench.run(["ingest", "--store", "store", &example("events.ndjson")]).succeeded();
    bench.run(["fetch", "--store", "store", &query]).failed(3, &["gave them up"]);
    bench.run(["repair", "--store", "store", "--accept-loss"]).succeeded();
    bench.run(["fetch", "--store", "store", &query]).succeeded();
    assert_eq!(bench.count("store"), 92);
}

#[test]
fn a_damaged_catalog_goes_back_to_the_one_before() {
    let bench = Bench::with_sample();
    damage(&bench.path("store/CATALOG"));
    bench.run(["inspect", "--store", "store"]).failed(3, &["CATALOG", "damaged"]);
    let run = bench.run(["repair", "--store", "store"]).succeeded();
    assert!(run.stdout.starts_with("go back to catalog "), "{run:#?}");
    assert!(bench.path("store/quarantine/CATALOG.1").exists());
    assert_eq!(bench.count("store"), 46);
    damage(&bench.path("store/CATALOG"));
    damage(&bench.path("store/CATALOG.old"));
    bench.run(["repair", "--store", "store"]).failed(3, &["CATALOG", "backup"]);
}

#[test]
fn what_is_no_store_is_a_plain_failure() {
    let bench = Bench::new();
    bench.run(["repair", "--store", "missing"]).failed(1, &["no such folder"]);
    fs::create_dir(bench.path("empty")).unwrap();
    bench.run(["repair", "--store", "empty"]).failed(1, &["no store"]);
    assert!(bench.files("empty").is_empty());
}
