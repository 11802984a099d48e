//! Events that are stored in batches, each with a receipt of its own.

use crate::harness::{Bench, Run, event};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::Command;

/// The lines of stdout.
fn receipts(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The receipts of batches, by their number.
fn of_batches(receipts: &[Value]) -> Vec<Value> {
    let mut batches: Vec<Value> =
        receipts.iter().filter(|receipt| receipt["batch"].is_u64()).cloned().collect();
    batches.sort_by_key(|receipt| receipt["batch"].as_u64());
    batches
}

#[test]
fn each_batch_gets_a_receipt_and_all_together_another() {
    let bench = Bench::new();
    bench.write("a", event(&[("colour", "1")]).repeat(5));
    bench.write("b", event(&[]).repeat(6));
    let run = bench.run(["ingest", "--store", "store", "--batch-rows", "4", "a", "b"]).succeeded();
    let receipts = receipts(&run);
    let batches = of_batches(&receipts);
    let stored: Vec<&Value> = batches.iter().map(|receipt| &receipt["stored"]).collect();
    assert_eq!(stored, [4, 4, 3], "batches go on from file to file");
    let mut sequences: Vec<u64> =
        batches.iter().map(|receipt| receipt["sequence"].as_u64().unwrap()).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [1, 2, 3]);
    let last = json!({"stored": 11, "rejected": 0, "repeated": false, "ignored": {"colour": 5}});
    assert_eq!(receipts.last(), Some(&last));
    assert_eq!(bench.count("store"), 11);
}

#[test]
fn the_same_command_stores_what_is_missing() {
    let bench = Bench::new();
    let arguments = ["ingest", "--store", "store", "--batch-rows", "3", "--batch-id", "run", "events"];
    let mut expected = Vec::new();
    for (events, repeated) in [(6, [false, false, false]), (7, [true, true, false]), (7, [true; 3])] {
        bench.write("events", event(&[]).repeat(events));
        let batches = of_batches(&receipts(&bench.run(arguments).succeeded()));
        for (batch, repeated) in batches.iter().zip(repeated) {
            assert_eq!(batch["repeated"], repeated, "{events} events: {batches:?}");
        }
        assert_eq!(bench.count("store"), events as u64);
        // The receipts of before come again.
        let sequences: Vec<Value> = batches.iter().map(|batch| batch["sequence"].clone()).collect();
        assert!(sequences.starts_with(&expected), "{sequences:?} after {expected:?}");
        expected = sequences;
    }
    let long = "x".repeat(236);
    let arguments = ["ingest", "--store", "store", "--batch-rows", "3", "--batch-id", &long, "events"];
    bench.run(arguments).failed(2, &["--batch-id", "235"]);
}

#[test]
fn an_event_that_is_not_valid_ends_the_batches_before_it() {
    let bench = Bench::new();
    let events = event(&[]).repeat(5) + &event(&[("label", "7")]) + &event(&[]).repeat(5);
    bench.write("events", events);
    let run = bench.run(["ingest", "--store", "store", "--batch-rows", "2", "events"]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(
        run.stderr.contains("event 5 (line 6)") && run.stderr.contains("what follows are not"),
        "{run:?}"
    );
    assert_eq!(of_batches(&receipts(&run)).len(), 2);
    assert_eq!(bench.count("store"), 4);
    let arguments = ["ingest", "--store", "other", "--batch-rows", "2", "--on-invalid", "skip", "events"];
    let run = bench.run(arguments).succeeded();
    assert_eq!(receipts(&run).last().unwrap()["rejected"], 1);
    assert_eq!(bench.count("other"), 10);
}

#[test]
fn a_batch_is_stored_before_its_input_ends_and_ctrl_c_keeps_it() {
    let bench = Bench::new();
    let mut ingest = bench.spawn(["ingest", "--store", "store", "--batch-rows", "10", "-"]);
    let mut stdin = ingest.stdin.take().unwrap();
    stdin.write_all(event(&[]).repeat(25).as_bytes()).unwrap();
    let mut stdout = BufReader::new(ingest.stdout.take().unwrap());
    for _ in 0..2 {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with(r#"{"batch":"#), "{line}");
    }
    // A reader beside it.
    assert_eq!(bench.count("store"), 20);
    let sent = Command::new("kill").args(["-INT", &ingest.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let run = Run::of(ingest.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130));
    assert!(run.stderr.contains("interrupted, 20 events in 2 batches were stored"), "{run:?}");
    drop(stdin);
    assert_eq!(bench.count("store"), 20);
}

#[test]
fn every_durability_stores_the_same() {
    let bench = Bench::new();
    bench.write("events", event(&[]).repeat(50));
    for durability in ["append", "1ms", "none"] {
        let arguments = ["--durability", durability, "--segment-rows", "20", "--batch-rows", "7", "events"];
        bench.run([&["ingest", "--store", durability], &arguments[..]].concat()).succeeded();
        assert_eq!(bench.count(durability), 50);
    }
    let mut command = bench.command(["ingest", "--store", "store", "--batch-rows", "7", "events"]);
    Run::of(command.env("GRISTMILL_DURABILITY", "sometimes").output().unwrap()).failed(2, &["`100ms`"]);
}
