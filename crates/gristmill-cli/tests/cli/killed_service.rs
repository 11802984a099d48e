//! `kill -9` of a service while several clients store events.
//!
//! What was acknowledged is there; what was not is sent again under its name, and is there once.
//! `GRISTMILL_KILL_CYCLES` says how many cycles there are.

use crate::harness::{Bench, event};
use crate::killed::{BATCH_EVENTS, History, Random};
use crate::served::Served;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

const CYCLES: u64 = 12;
/// Batches that each client offers in a cycle.
const BATCHES: u64 = 100;
const CLIENTS: u64 = 4;
/// A cycle is killed after at most so many receipts.
const RECEIPTS: u64 = 100;

fn batch(cycle: u64, batch: u64) -> String {
    let (label, dim1) = (format!(r#""{cycle}""#), format!(r#""{batch}""#));
    let events = (0..BATCH_EVENTS).map(|number| {
        let day = format!(r#""2021-10-{:02}T12:00:00Z""#, 1 + (batch + number) % 28);
        let session = format!(r#""{}""#, batch * BATCH_EVENTS + number);
        event(&[("label", &label), ("dim1", &dim1), ("session_id", &session), ("timestamp", &day)])
    });
    events.collect()
}

/// Sends a batch, and says whether it was acknowledged.
fn send(served: &Served, cycle: u64, number: u64) -> bool {
    let key = format!("{cycle}-{number}");
    let headers = [("Idempotency-Key", &*key)];
    let answer = served.try_ask("POST", "/events/v2/store/external", &headers, &batch(cycle, number));
    answer.is_some_and(|answer| answer.status == 200)
}

/// Lets clients send until so many receipts have come, kills the service, and gives what was acknowledged.
fn load_and_kill(served: &Served, cycle: u64, random: &mut Random) -> BTreeSet<u64> {
    let (receipts, moment) = (random.below(RECEIPTS), Duration::from_micros(random.below(3_000)));
    let (acknowledged, received) = (Mutex::new(BTreeSet::new()), AtomicU64::new(0));
    let client = |client: u64| {
        for number in (0..BATCHES).map(|at| at * CLIENTS + client) {
            if !send(served, cycle, number) {
                return;
            }
            acknowledged.lock().unwrap().insert(number);
            received.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            scope.spawn(move || client(number));
        }
        while received.load(Ordering::Relaxed) < receipts {
            thread::yield_now();
        }
        thread::sleep(moment);
        served.kill();
    });
    acknowledged.into_inner().unwrap()
}

#[test]
fn a_killed_service_loses_and_doubles_nothing() {
    let cycles = std::env::var("GRISTMILL_KILL_CYCLES").map_or(CYCLES, |cycles| cycles.parse().unwrap());
    let (bench, mut random, mut history) = (Bench::new(), Random::new(cycles), History::default());
    let flags = ["--segment-rows", "150", "--wal-bytes", "32KiB"];
    for cycle in 0..cycles {
        let acknowledged = load_and_kill(&Served::start(&bench, &flags), cycle, &mut random);
        if cycle % 2 == 0 {
            history.check(&bench, cycle, &acknowledged);
        } else {
            let served = Served::start(&bench, &flags);
            let all: BTreeSet<u64> = (0..BATCHES * CLIENTS).collect();
            assert!(all.iter().all(|&number| send(&served, cycle, number)));
            served.stop();
            history.check(&bench, cycle, &all);
        }
    }
}
