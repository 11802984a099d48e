//! Signals.

use crate::harness::{Bench, Run, event, is};
use std::io::Write;
use std::process::Command;

/// A signal in the middle of a load whose input is still open: nothing of it is stored, and the store is as it was.
fn interrupted_by(signal: &str) {
    let bench = Bench::with_sample();
    let segments = || bench.files("store").iter().filter(|file| is(file, "arrow")).count();
    let before = segments();
    let mut load = bench.spawn(["ingest", "--store", "store", "--segment-rows", "1000", "-"]);
    let mut stdin = load.stdin.take().unwrap();
    stdin.write_all(event(&[]).repeat(60_000).as_bytes()).unwrap();
    while segments() == before {
        assert!(load.try_wait().unwrap().is_none(), "the load has ended before the signal");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args([&format!("-{signal}"), &load.id().to_string()]).status().unwrap();
    assert!(sent.success());
    // Its input stays open: the end must come from the signal.
    let run = Run::of(load.wait_with_output().unwrap());
    drop(stdin);
    run.failed(130, &["interrupted", "nothing of this load was stored"]);

    assert_eq!(segments(), before, "the load has left files");
    assert_eq!(bench.count("store"), 46);
    bench.pipe(["ingest", "--store", "store", "-"], event(&[]).as_bytes()).succeeded();
    assert_eq!(bench.count("store"), 47);
}

#[test]
fn ctrl_c_leaves_the_store_as_it_was() {
    interrupted_by("INT");
}

#[test]
fn so_does_the_end_of_the_system() {
    interrupted_by("TERM");
}

#[test]
fn a_killed_load_leaves_no_trace_after_the_next() {
    let bench = Bench::with_sample();
    let mut load = bench.spawn(["ingest", "--store", "store", "--segment-rows", "1000", "-"]);
    let mut stdin = load.stdin.take().unwrap();
    stdin.write_all(event(&[]).repeat(20_000).as_bytes()).unwrap();
    load.kill().unwrap();
    load.wait().unwrap();
    assert_eq!(bench.count("store"), 46);
    bench.pipe(["ingest", "--store", "store", "-"], event(&[]).as_bytes()).succeeded();
    assert_eq!(bench.count("store"), 47);
}

#[test]
fn a_measurement_that_is_interrupted_removes_its_store() {
    let bench = Bench::new();
    let mut measurement = bench.spawn(["bench-append", "--dir", ".", "--seconds", "600"]);
    while bench.files("").is_empty() {
        assert!(measurement.try_wait().unwrap().is_none(), "the measurement has ended before the signal");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &measurement.id().to_string()]).status().unwrap();
    assert!(sent.success());
    Run::of(measurement.wait_with_output().unwrap()).failed(130, &["interrupted"]);
    assert!(bench.files("").is_empty());
}
