//! What a store tells of itself.

use crate::harness::{Bench, event, example};

#[test]
fn tables_name_what_is_there() {
    let bench = Bench::with_sample();
    let text = bench.run(["inspect", "--store", "store"]).succeeded().stdout;
    let parts = [
        "events    48",
        "2021-10-28T05:12:40.000Z to 2021-11-02T21:59:59.999Z",
        "acme",
        "globex",
        "visitor_id",
        "Segments",
    ];
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn json_has_it_all() {
    let bench = Bench::with_sample();
    let text = bench.run(["inspect", "--json", "--store", "store"]).succeeded().stdout;
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["rows"], 48);
    assert_eq!(report["rows_in_log"], 0);
    assert!(report["bytes"].as_u64().unwrap() > 1_000);
    assert_eq!(report["time"]["first"], "2021-10-28T05:12:40.000Z");
    assert_eq!(report["tenants"][0]["organization_id"], "acme");
    assert_eq!(report["tenants"][0]["rows"], 46);
    assert_eq!(report["tenants"][1]["vendors"], serde_json::json!(["com.example.chat", "com.example.web"]));
    assert_eq!(report["dictionaries"]["dim5"]["entries"], 0);
    let rows: u64 =
        report["segments"].as_array().unwrap().iter().map(|one| one["rows"].as_u64().unwrap()).sum();
    assert_eq!(rows, 48);
}

#[test]
fn an_empty_store_is_no_error() {
    let bench = Bench::new();
    bench.pipe(["ingest", "--store", "store", "-"], b"").succeeded();
    let text = bench.run(["inspect", "--store", "store"]).succeeded().stdout;
    assert!(text.contains("no events"), "{text}");
}

#[test]
fn names_from_events_cannot_take_over_the_terminal() {
    let bench = Bench::new();
    let events = event(&[("organization_id", r#""a\u001b[2Jb""#)]);
    bench.pipe(["ingest", "--store", "store", "-"], events.as_bytes()).succeeded();
    let text = bench.run(["inspect", "--store", "store"]).succeeded().stdout;
    assert!(!text.contains('\u{1b}') && text.contains("a\\u{1b}[2Jb"), "{text}");
}

#[test]
fn damaged_segments_are_listed_and_the_others_counted() {
    let bench = Bench::new();
    let ingest = ["ingest", "--segment-rows", "12", "--store", "store", &example("events.ndjson")];
    bench.run(ingest).succeeded();
    let report = || -> serde_json::Value {
        let run = bench.run(["inspect", "--json", "--store", "store"]).succeeded();
        serde_json::from_str(&run.stdout).unwrap()
    };
    let whole = report();
    assert_eq!((&whole["damaged"], &whole["losses"]), (&serde_json::json!([]), &serde_json::json!([])));
    let segment = &whole["segments"][1];
    let file = format!("seg/{}.arrow", segment["id"]);
    std::fs::remove_file(bench.path("store").join(&file)).unwrap();
    let damaged = &report()["damaged"];
    assert_eq!(damaged.as_array().unwrap().len(), 1);
    for key in ["id", "rows", "time"] {
        assert_eq!(damaged[0][key], segment[key]);
    }
    assert_eq!((damaged[0]["file"].as_str().unwrap(), &damaged[0]["quarantined"]), (&*file, &false.into()));
    assert!(damaged[0]["reason"].as_str().unwrap().contains("found none"), "{damaged}");
    assert!(damaged[0]["organizations"]["first"].is_string());
    let text = bench.run(["inspect", "--store", "store"]).succeeded().stdout;
    assert!(text.contains("Damaged") && text.contains(&file) && text.contains("found none"), "{text}");
    assert!(text.contains("acme"), "the tenants of the others are there\n{text}");
}
