//! System calls that fail under the real binary, by strace.
//!
//! Says "skipped" where there is no strace, or no right to trace; where `GRISTMILL_REQUIRE_STRACE` is set, that is an
//! error.

use crate::harness::{Bench, Run, event};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

/// Files of the store with a higher number than this are not made here.
const IDS: u32 = 60;
const BATCH_EVENTS: u64 = 3;
/// Batches that the store holds before.
const BEFORE: u64 = 4;
/// Batches that it holds after, and those before among them.
const AFTER: u64 = 10;

/// System calls, what they fail with, and what is then said: the reason, and what to do.
struct Fault {
    calls: &'static str,
    error: &'static str,
    reason: &'static str,
    remedy: &'static str,
}

const SYNC: Fault =
    Fault { calls: "fsync,fdatasync", error: "EIO", reason: "Input/output error", remedy: "" };
const WRITE: Fault = Fault {
    calls: "write,pwrite64",
    error: "ENOSPC",
    reason: "No space left on device",
    remedy: "; make room on this disk",
};
const OPEN: Fault = Fault { calls: "openat", error: "EMFILE", reason: "Too many open files", remedy: "" };
const NAMES: Fault = Fault {
    calls: "rename,renameat,renameat2,linkat,mkdir",
    error: "EIO",
    reason: "Input/output error",
    remedy: "",
};
const READ: Fault = Fault { calls: "read,pread64", error: "EIO", reason: "Input/output error", remedy: "" };

/// Whether calls can be made to fail here.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
pub(crate) fn can_inject() -> bool {
    let traced = Command::new("strace").args(["-f", "--seccomp-bpf", "-o", "/dev/null", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    assert!(
        can || std::env::var_os("GRISTMILL_REQUIRE_STRACE").is_none(),
        "GRISTMILL_REQUIRE_STRACE is set, but strace cannot be run"
    );
    if !can {
        println!("skipped: strace cannot be run");
    }
    can
}

/// Some runs over copies of one store.
struct Injection {
    bench: Bench,
}

impl Injection {
    /// With a store of some segments and a log that is not empty.
    fn new() -> Self {
        let bench = Bench::new();
        bench.write("before", batches(0..BEFORE));
        bench.write("after", batches(0..AFTER));
        let injection = Self { bench };
        injection.bench.run(injection.append("base", "before")).succeeded();
        injection
    }

    fn store(&self, name: &str) -> String {
        self.bench.path(name).display().to_string()
    }

    /// Appends a file in named batches.
    fn append(&self, store: &str, file: &str) -> Vec<String> {
        let store = self.store(store);
        let rows = BATCH_EVENTS.to_string();
        let arguments =
            ["ingest", "--store", &store, "--batch-rows", &rows, "--batch-id", "run", "--threads", "1"];
        let sealing = ["--segment-rows", "8", file];
        arguments.iter().chain(&sealing).map(|&argument| argument.to_owned()).collect()
    }

    /// Every file that the store may have.
    fn paths(&self) -> Vec<PathBuf> {
        let root = self.bench.path("store");
        let folders = ["", "wal", "seg", "tmp", "pins"];
        let files = ["CATALOG", "CATALOG.old", "CATALOG.tmp", "LOCK"];
        let mut names: Vec<String> = folders.iter().chain(&files).map(|&name| name.to_owned()).collect();
        for id in 1..=IDS {
            names.extend([format!("wal/{id}.log"), format!("pins/{id}")]);
            for folder in ["seg", "tmp"] {
                names.extend(["arrow", "idx"].map(|extension| format!("{folder}/{id}.{extension}")));
            }
        }
        names.iter().map(|name| if name.is_empty() { root.clone() } else { root.join(name) }).collect()
    }

    /// Runs a command over a copy of the store, and lets calls fail from the `nth` of a thread on, or that one only. `None`
    /// where there are not so many.
    fn run(&self, fault: &Fault, nth: u64, for_ever: bool, arguments: &[String]) -> Option<Run> {
        let copied = Command::new("sh")
            .current_dir(self.bench.path(""))
            .args(["-c", "rm -rf store && cp -r base store"])
            .status()
            .unwrap();
        assert!(copied.success());
        let binary = self.bench.command(arguments);
        let mut strace = Command::new("strace");
        strace.current_dir(self.bench.path("")).args(["-f", "--seccomp-bpf", "-qq", "-o", "trace"]);
        for path in self.paths() {
            strace.arg("-P").arg(path);
        }
        let plus = if for_ever { "+" } else { "" };
        let inject = format!("inject={}:error={}:when={nth}{plus}", fault.calls, fault.error);
        strace.args(["-e", &format!("trace={}", fault.calls), "-e", &inject, "--"]);
        strace.arg(binary.get_program()).args(binary.get_args());
        let run = Run::of(strace.output().unwrap());
        self.bench.read("trace").contains("(INJECTED)").then_some(run)
    }

    /// How many events each batch has.
    fn found(&self) -> BTreeMap<u64, u64> {
        let query = r#"{"organization_id":"acme","granularity":"all","group_by":["dim1"],"aggregations":["count"],
            "interval":{"start":"2000-01-01","end":"2100-01-01"}}"#;
        let run = self.bench.run(["fetch", "--store", "store", query]).succeeded();
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        let rows = answer["data"].as_array().unwrap().iter();
        rows.map(|row| (row[1].as_str().unwrap().parse().unwrap(), row[2].as_u64().unwrap())).collect()
    }

    /// What is there is whole and once, and these batches are there; then the store takes all of them.
    fn check(&self, must: &BTreeSet<u64>, context: &str) {
        let found = self.found();
        assert!(found.values().all(|&events| events == BATCH_EVENTS), "{context}: {found:?}");
        let lost: Vec<&u64> = must.iter().filter(|batch| !found.contains_key(batch)).collect();
        assert!(lost.is_empty(), "{context}: batches {lost:?} are lost");
        self.bench.run(self.append("store", "after")).succeeded();
        let all = (0..AFTER).map(|batch| (batch, BATCH_EVENTS)).collect();
        assert_eq!(self.found(), all, "{context}, then appended without a fault");
    }
}

/// Lines of events, a batch after the other, over three days.
fn batches(numbers: std::ops::Range<u64>) -> String {
    let line = |number: u64| {
        let batch = format!(r#""{}""#, number / BATCH_EVENTS);
        event(&[("dim1", &batch), ("timestamp", &format!(r#""2021-10-{:02}T12:00:00Z""#, 1 + number % 3))])
    };
    (numbers.start * BATCH_EVENTS..numbers.end * BATCH_EVENTS).map(line).collect()
}

/// A failure is told by the documented code and one line that has the reason and the remedy; nothing panics.
fn check_told(run: &Run, fault: &Fault, context: &str) {
    assert!(matches!(run.code, Some(0 | 1)), "{context}: {run:#?}");
    assert!(!run.stderr.contains("panicked"), "{context}: {run:#?}");
    if run.code == Some(1) {
        let told = run.stderr.lines().any(|line| {
            line.starts_with("gristmill: ") && line.contains(fault.reason) && line.contains(fault.remedy)
        });
        assert!(told, "{context}: {run:#?}");
    }
}

/// Lets a call fail that is further on each time, until there are no more of them.
fn at_many_calls(fault: &Fault, mut at: impl FnMut(u64, bool, &str) -> bool) {
    for for_ever in [false, true] {
        let mut nth = 1;
        while at(nth, for_ever, &format!("{} {}: call {nth}, for ever {for_ever}", fault.calls, fault.error))
        {
            // All of the first ones, then about every third.
            nth += 1 + nth / 3;
        }
        assert!(nth > 1, "nothing was injected");
    }
}

/// Appends under a fault: what has a receipt is there.
fn appends_survive(fault: &Fault) {
    if !can_inject() {
        return;
    }
    let injection = Injection::new();
    at_many_calls(fault, |nth, for_ever, context| {
        let Some(run) = injection.run(fault, nth, for_ever, &injection.append("store", "after")) else {
            return false;
        };
        check_told(&run, fault, context);
        let receipts = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut must: BTreeSet<u64> = receipts.filter_map(|receipt| receipt["batch"].as_u64()).collect();
        must.extend(0..BEFORE);
        if run.code == Some(0) {
            must.extend(0..AFTER);
        }
        injection.check(&must, context);
        true
    });
}

#[test]
fn appends_survive_syncs_that_fail() {
    appends_survive(&SYNC);
}

#[test]
fn appends_survive_a_full_disk() {
    appends_survive(&WRITE);
}

#[test]
fn appends_survive_a_lack_of_file_handles() {
    appends_survive(&OPEN);
}

#[test]
fn appends_survive_names_that_cannot_be_changed() {
    appends_survive(&NAMES);
}

#[test]
fn loads_and_compactions_are_whole_or_absent_whatever_fails() {
    if !can_inject() {
        return;
    }
    let injection = Injection::new();
    injection.bench.write("more", batches(BEFORE..AFTER));
    let store = injection.store("store");
    let load =
        ["ingest", "--store", &store, "--threads", "1", "--segment-rows", "8", "more"].map(str::to_owned);
    let compact = ["compact", "--store", &store, "--threads", "1"].map(str::to_owned);
    for fault in [SYNC, WRITE, NAMES] {
        for (arguments, loaded) in [(&load[..], BEFORE..AFTER), (&compact[..], 0..0)] {
            at_many_calls(&fault, |nth, for_ever, context| {
                let Some(run) = injection.run(&fault, nth, for_ever, arguments) else { return false };
                check_told(&run, &fault, context);
                let found = injection.found();
                let new: Vec<u64> = found.keys().copied().filter(|batch| loaded.contains(batch)).collect();
                let whole = loaded.clone().collect::<Vec<u64>>();
                assert!(
                    new == whole || new.is_empty() && run.code == Some(1),
                    "{context}: {new:?}, {run:#?}"
                );
                assert!(
                    (0..BEFORE).all(|batch| found.get(&batch) == Some(&BATCH_EVENTS)),
                    "{context}: {found:?}"
                );
                assert!(found.values().all(|&events| events == BATCH_EVENTS), "{context}: {found:?}");
                // It works again.
                injection.bench.run(&compact).succeeded();
                assert_eq!(injection.found(), found, "{context}");
                true
            });
        }
    }
}

#[test]
fn a_fetch_answers_right_or_tells_what_it_cannot_read() {
    if !can_inject() {
        return;
    }
    let injection = Injection::new();
    let query = r#"{"organization_id":"acme","granularity":"all","group_by":["dim1"],"aggregations":["count"],
        "interval":{"start":"2000-01-01","end":"2100-01-01"}}"#;
    let arguments =
        ["fetch", "--store", &injection.store("store"), "--threads", "1", query].map(str::to_owned);
    let answer = injection.bench.run(arguments.clone().map(|argument| argument.replace("/store", "/base")));
    let answer = answer.succeeded().stdout;
    for fault in [OPEN, READ] {
        at_many_calls(&fault, |nth, for_ever, context| {
            let Some(run) = injection.run(&fault, nth, for_ever, &arguments) else { return false };
            check_told(&run, &fault, context);
            assert_eq!(run.stdout, if run.code == Some(0) { answer.as_str() } else { "" }, "{context}");
            true
        });
    }
}
