//! stdout and stderr: closed, full, or read by somebody who leaves.

use crate::harness::{Bench, Run, example};
use std::fs::File;
use std::process::Stdio;

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let bench = Bench::new();
    let mut child = bench.command(["generate", "--events", "50000"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let bench = Bench::with_sample();
    for arguments in [
        vec!["generate".to_owned(), "--events".to_owned(), "50".to_owned()],
        vec!["fetch".to_owned(), "--store".to_owned(), "store".to_owned(), example("by-day.json")],
        vec!["inspect".to_owned(), "--store".to_owned(), "store".to_owned()],
        vec!["completions".to_owned(), "bash".to_owned()],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = bench.command(&arguments);
        let output = command.stdout(Stdio::from(full)).stderr(Stdio::piped()).output().unwrap();
        Run::of(output).failed(1, &["cannot write stdout", "No space left"]);
    }
}

#[test]
fn a_file_that_cannot_be_made_is_told() {
    let bench = Bench::new();
    bench
        .run(["generate", "--events", "1", "--output", "no/such/file"])
        .failed(1, &["no/such/file", "No such file"]);
}

#[test]
fn no_bars_where_nobody_looks() {
    let bench = Bench::new();
    let run = bench.run(["generate", "--events", "5000", "--output", "events"]).succeeded();
    assert!(run.stderr.starts_with("wrote 5,000 events to events"), "{run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_receipt_that_cannot_be_written_is_no_failed_load() {
    let bench = Bench::with_sample();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = bench.command(["ingest", "--store", "store", &example("events.ndjson")]);
    let output = command.stdout(Stdio::from(full)).stderr(Stdio::piped()).output().unwrap();
    let run = Run::of(output).succeeded();
    assert!(
        run.stderr
            .contains("the events are stored, but the receipt could not be written: cannot write stdout"),
        "{run:?}"
    );
    assert!(run.stderr.contains("No space left"), "{run:?}");
    assert_eq!(bench.count("store"), 92);

    let mut child = bench.spawn(["ingest", "-q", "--store", "store", "-"]);
    drop(child.stdout.take());
    drop(child.stdin.take());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{run:?}");
}
