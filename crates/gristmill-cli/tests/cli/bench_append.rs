//! Rates of small appends.

use crate::harness::{Bench, Run};
use serde_json::Value;

fn measure(bench: &Bench, more: &[&str]) -> Value {
    let few =
        ["bench-append", "--dir", ".", "--runs", "1", "--seconds", "1", "--batch", "10", "--threads", "2"];
    let run: Run = bench.run([&few, more].concat()).succeeded();
    assert_eq!(run.stderr, "");
    assert_eq!(run.stdout.lines().count(), 1);
    serde_json::from_str(&run.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_sync_stores_one_batch_of_one_thread_and_a_window_of_several() {
    let bench = Bench::new();
    let measured = measure(&bench, &["--window", "8"]);
    assert_eq!([&measured["threads"], &measured["window"], &measured["batch_events"]], [2, 8, 10]);
    assert_eq!(measured["durability"], "append");
    let (one, windows) = (&measured["one_thread"], &measured["windows"]);
    for rates in [one, windows] {
        let (batches, events) = (number(&rates["batches_per_s"]), number(&rates["events_per_s"]));
        assert!(batches > 0.0 && (events / batches - 10.0).abs() < 1.0, "{measured}");
        assert!(number(&rates["syncs"]) > 0.0 && number(&rates["sync_ms"]) > 0.0, "{measured}");
    }
    // A new log, begun when the old one is sealed, is synced as well.
    assert!((0.9..=1.0).contains(&number(&one["batches_per_sync"])), "{measured}");
    assert!(number(&windows["batches_per_sync"]) > 4.0, "{measured}");
    assert!(number(&measured["ratio"]) > 0.0 && number(&measured["ratio_to_sync_bound"]) > 0.0, "{measured}");
    assert!(bench.files("").is_empty(), "its stores are removed");
}

#[test]
fn a_slower_disk_can_be_asked_for() {
    let measured = measure(&Bench::new(), &["--sync-ms", "3", "--segment-rows", "1000"]);
    for rates in ["one_thread", "windows"] {
        assert!(number(&measured[rates]["sync_ms"]) >= 3.0, "{measured}");
    }
}

#[test]
fn less_durable_appends_sync_less() {
    for durability in ["50ms", "none"] {
        let measured = measure(&Bench::new(), &["--durability", durability]);
        assert_eq!(measured["durability"], durability);
        assert!(number(&measured["one_thread"]["batches_per_sync"]) > 2.0, "{measured}");
    }
    let bench = Bench::new();
    bench
        .run(["bench-append", "--dir", ".", "--durability", "never"])
        .failed(2, &["--durability", "`100ms`"]);
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let bench = Bench::new();
    bench.run(["bench-append", "--dir", "nowhere"]).failed(1, &["nowhere", "No such file"]);
    bench.run(["bench-append", "--dir", ".", "--threads", "0"]).failed(2, &["--threads"]);
    bench.run(["bench-append"]).failed(2, &["--dir"]);
}
