//! Compacting a store.

use crate::harness::{Bench, example};

#[test]
fn a_compacted_store_is_smaller_and_answers_the_same() {
    let bench = Bench::new();
    let ingest = ["ingest", "--segment-rows", "4", "--store", "store", &example("events.ndjson")];
    bench.run(ingest).succeeded();
    let answer = || bench.run(["fetch", "--store", "store", &example("by-day.json")]).succeeded().stdout;
    let before = answer();
    let run = bench.run(["compact", "--store", "store"]).succeeded();
    let receipt: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&receipt["before"]["events"], &receipt["after"]["events"]), (&48.into(), &48.into()));
    assert_eq!(receipt["written"], receipt["after"]["segments"]);
    let bytes = |total: &str| receipt[total]["bytes"].as_u64().unwrap();
    assert!(bytes("after") < bytes("before"), "{receipt}");
    assert!(run.stderr.contains("compacted") && run.stderr.contains("bytes an event"), "{}", run.stderr);
    assert_eq!(answer(), before);

    let again = bench.run(["compact", "--store", "store"]).succeeded();
    assert!(again.stderr.contains("nothing to compact"), "{}", again.stderr);
    assert!(again.stdout.starts_with("{\"after\":"), "{}", again.stdout);
    let report = bench.run(["inspect", "--json", "--store", "store"]).succeeded().stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["segments"][0]["form"], "compressed");
}

#[test]
fn what_is_no_store_is_not_made_one() {
    let bench = Bench::new();
    bench.run(["compact", "--store", "missing"]).failed(1, &["no such folder", "ingest"]);
    std::fs::create_dir(bench.path("empty")).unwrap();
    bench.run(["compact", "--store", "empty"]).failed(1, &["no store", "ingest"]);
    assert!(bench.files("empty").is_empty());
}
