//! Readers in processes of their own, beside a writer: what they read stays, and a killed one holds nothing.

#![expect(clippy::unwrap_used, reason = "a test fails where its own steps do")]

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use gristmill::event::{Batch, Event};
use gristmill::{Options, Reader, Store, Timestamp};

/// Names the store to a process that is started as a reader.
const FOLDER: &str = "GRISTMILL_TEST_READER";

/// What the reader process does: it is this test binary again, and does nothing when it was not started for that.
///
/// For each line it gets it tells how many events it finds, after a refresh where the line asks for one.
#[test]
fn act_as_a_reader() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    // Nothing is kept in memory, so that every look needs the files.
    let reader = Options::new().threads(1).cache_bytes(0).open_reader(folder).unwrap();
    println!();
    for line in std::io::stdin().lines() {
        if line.unwrap() == "refresh" {
            reader.refresh().unwrap();
        }
        println!("found {}", count(&reader));
    }
}

/// Reads every event.
fn count(reader: &Reader) -> u64 {
    let mut events = 0;
    for segment in reader.snapshot().segments() {
        segment.for_each_row(|_| events += 1).unwrap();
    }
    events
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["act_as_a_reader", "--exact", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    /// What it finds now.
    fn ask(&mut self, what: &str) -> u64 {
        writeln!(self.input, "{what}").unwrap();
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the reader ended");
            if let Some(found) = line.strip_prefix("found ") {
                return found.trim().parse().unwrap();
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn load(store: &Store, numbers: std::ops::Range<i64>) {
    for number in numbers {
        let events = (0..10).map(|at| Event::new(Timestamp(number * 10 + at), "organization", "vendor"));
        store.append(Batch::from_events(events).unwrap()).unwrap();
        store.seal().unwrap();
    }
}

fn segment_files(folder: &Path) -> usize {
    folder.join("seg").read_dir().unwrap().count()
}

#[test]
fn a_killed_reader_lets_go_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Options::new().threads(1).background(false).open(&path).unwrap();
    load(&store, 0..5);
    let before = segment_files(&path);
    let mut reader = Process::start(&path);
    assert_eq!(reader.ask("look"), 50);
    store.compact(&|_| {}).unwrap();
    load(&store, 5..8);
    store.compact(&|_| {}).unwrap();
    assert!(segment_files(&path) > before, "the reader has the files of before");
    assert_eq!(reader.ask("look"), 50);
    reader.child.kill().unwrap();
    reader.child.wait().unwrap();
    load(&store, 8..9);
    store.compact(&|_| {}).unwrap();
    assert_eq!(segment_files(&path), 2, "nobody has them any more");
    assert_eq!(store.snapshot().unwrap().events(), 90);
}

#[test]
fn a_reader_follows_a_writer_of_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Options::new().threads(1).segment_rows(32).open(&path).unwrap();
    load(&store, 0..1);
    let mut reader = Process::start(&path);
    let mut seen = reader.ask("look");
    for part in 1..60 {
        load(&store, part..part + 1);
        if part % 7 == 0 {
            assert_eq!(reader.ask("look"), seen);
        }
        if part % 3 == 0 {
            seen = reader.ask("refresh");
            assert_eq!(seen, (part.unsigned_abs() + 1) * 10);
        }
    }
    drop(store);
    let store = Options::new().threads(1).background(false).open(&path).unwrap();
    load(&store, 60..61);
    assert_eq!(reader.ask("refresh"), 610);
}
