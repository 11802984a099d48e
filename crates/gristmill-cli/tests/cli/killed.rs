//! `kill -9` while several threads append, seal and compact.
//!
//! One store grows over all cycles. `GRISTMILL_KILL_CYCLES` says how many there are.

use crate::harness::{Bench, event};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

const CYCLES: u64 = 100;
/// Batches that are offered in a cycle, and events of each.
const BATCHES: u64 = 500;
pub(crate) const BATCH_EVENTS: u64 = 5;
/// A cycle is killed after at most so many receipts.
const RECEIPTS: u64 = 60;
/// Each so manyth cycle is followed by a compaction, killed as well.
const COMPACT_EVERY: u64 = 7;
/// After each so manyth cycle the store is recovered before it is read, else read as it was left.
const RECOVER_EVERY: u64 = 3;

/// A small generator of numbers (`SplitMix64`).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % limit
    }
}

/// What is known of the store.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// How many events each cycle has left, acknowledged or not: that changes no more.
    left: BTreeMap<u64, u64>,
    /// Batches.
    acknowledged: u64,
    unacknowledged: u64,
    killed: u64,
}

fn events(cycle: u64) -> String {
    let mut text = String::new();
    for number in 0..BATCHES * BATCH_EVENTS {
        let (batch, label) = (number / BATCH_EVENTS, format!(r#""{cycle}""#));
        let day = format!(r#""2021-10-{:02}T12:00:00Z""#, 1 + number % 28);
        let (batch, number) = (format!(r#""{batch}""#), format!(r#""{number}""#));
        text += &event(&[("label", &label), ("dim1", &batch), ("session_id", &number), ("timestamp", &day)]);
    }
    text
}

/// Kills a process, and says whether it was still at work.
fn kill(child: &mut Child) -> bool {
    let at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    at_work
}

impl History {
    /// Appends until so many receipts have come, and a moment longer; gives the batches that were acknowledged.
    fn append(&mut self, bench: &Bench, cycle: u64, random: &mut Random) -> BTreeSet<u64> {
        bench.write("events", events(cycle));
        let durability = ["append", "append", "2ms", "none"][(cycle % 4) as usize];
        let mut command = bench.command(["ingest", "--quiet", "--store", "store", "events"]);
        command.args([
            "--batch-rows",
            &BATCH_EVENTS.to_string(),
            "--threads",
            "4",
            "--durability",
            durability,
        ]);
        command.args(["--segment-rows", "150", "--wal-bytes", "32KiB"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = BTreeSet::new();
        let receipts = random.below(RECEIPTS);
        let mut take = |line: String| {
            // A last line that the kill has cut is no receipt.
            let Ok(receipt) = serde_json::from_str::<Value>(&line) else { return };
            acknowledged.extend(receipt["batch"].as_u64());
        };
        lines.by_ref().take(usize::try_from(receipts).unwrap()).for_each(|line| take(line.unwrap()));
        let moment = if receipts == 0 { 20_000 } else { 3_000 };
        thread::sleep(Duration::from_micros(random.below(moment)));
        self.killed += u64::from(kill(&mut child));
        lines.for_each(|line| take(line.unwrap()));
        acknowledged
    }

    fn compact(&mut self, bench: &Bench, random: &mut Random) {
        let mut child = bench.command(["compact", "--quiet", "--store", "store"]).spawn().unwrap();
        thread::sleep(Duration::from_micros(random.below(60_000)));
        self.killed += u64::from(kill(&mut child));
    }

    /// What was acknowledged in this cycle is there once, and every other batch of it whole or not at all; earlier cycles
    /// are as they were.
    pub(crate) fn check(&mut self, bench: &Bench, cycle: u64, acknowledged: &BTreeSet<u64>) {
        if cycle.is_multiple_of(RECOVER_EVERY) {
            bench.pipe(["ingest", "--quiet", "--store", "store", "-"], b"").succeeded();
        }
        let filter = format!(r#"{{"type":"selector","dimension":"label","value":"{cycle}"}}"#);
        let mut found = BTreeSet::new();
        for row in fetch(bench, "dim1", r#"["count","session_id_uniq"]"#, &filter) {
            assert_eq!(
                (&row[2], &row[3]),
                (&BATCH_EVENTS.into(), &BATCH_EVENTS.into()),
                "cycle {cycle}: {row:?}"
            );
            found.insert(number(&row[1]));
        }
        let lost: Vec<&u64> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "cycle {cycle}: acknowledged batches {lost:?} are lost");
        self.acknowledged += acknowledged.len() as u64;
        self.unacknowledged += (found.len() - acknowledged.len()) as u64;
        if !found.is_empty() {
            self.left.insert(cycle, found.len() as u64 * BATCH_EVENTS);
        }
        let all = fetch(bench, "label", r#"["count"]"#, "null").into_iter();
        let all: BTreeMap<u64, u64> = all.map(|row| (number(&row[1]), row[2].as_u64().unwrap())).collect();
        assert_eq!(all, self.left, "events of each cycle, after cycle {cycle}");
    }
}

fn number(text: &Value) -> u64 {
    text.as_str().unwrap().parse().unwrap()
}

/// The rows of an answer.
fn fetch(bench: &Bench, group: &str, aggregations: &str, filter: &str) -> Vec<Vec<Value>> {
    let query = format!(
        r#"{{"organization_id":"acme","granularity":"all","interval":{{"start":"2000-01-01","end":"2100-01-01"}},
            "group_by":["{group}"],"aggregations":{aggregations},"filters":{filter}}}"#
    );
    let run = bench.run(["fetch", "--store", "store", &query]).succeeded();
    serde_json::from_value(serde_json::from_str::<Value>(&run.stdout).unwrap()["data"].take()).unwrap()
}

#[test]
fn whatever_is_killed_no_acknowledged_batch_is_lost_or_doubled() {
    let cycles = std::env::var("GRISTMILL_KILL_CYCLES").map_or(CYCLES, |cycles| cycles.parse().unwrap());
    let (bench, mut random, mut history) = (Bench::new(), Random::new(cycles), History::default());
    bench.pipe(["ingest", "--store", "store", "-"], b"").succeeded();
    for cycle in 0..cycles {
        let acknowledged = history.append(&bench, cycle, &mut random);
        if cycle.is_multiple_of(COMPACT_EVERY) {
            history.compact(&bench, &mut random);
        }
        history.check(&bench, cycle, &acknowledged);
    }
    let History { acknowledged, unacknowledged, killed, .. } = history;
    println!(
        "{cycles} cycles, {killed} kills: {acknowledged} batches acknowledged, {unacknowledged} more there"
    );
    assert!(killed >= cycles / 2 && acknowledged >= cycles, "the processes were killed at work");
}
