//! Random lives of a store, with a power cut after every change of its folder.
//!
//! Each life is a list of operations, the same whenever it is lived again. It is lived once to count its changes, then
//! once for each of them: there the power is cut, a part of what was not synced is lost, torn or put in another order,
//! the store is opened again, and what it holds is compared with a model. One in twenty times the power is cut again
//! while the store is being opened. Then life goes on.
//!
//! `GRISTMILL_CRASH_POINTS` says how many power cuts there are, `GRISTMILL_CRASH_SEED` where the lives begin. A million:
//!
//! ```text
//! GRISTMILL_CRASH_POINTS=1000000 cargo test --release -p gristmill-testkit --test simulation
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where its own steps do")]

mod life;
mod model;
mod operation;
mod tally;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use gristmill_testkit::fault_dir::{At, Fault, FaultDir};

use life::Life;
use operation::Operation;
use tally::Tally;

/// Power cuts where nothing else is asked for.
const CRASH_POINTS: u64 = 10_000;
/// Operations of a life before its power is cut at the latest.
const OPERATIONS: usize = 14;
/// Operations after.
const MORE_OPERATIONS: usize = 3;
/// One power cut in so many is followed by another one while the store is opened.
const SECOND_CUT: u64 = 20;
/// Lives are lived side by side.
const THREADS: u64 = 2;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn no_power_cut_loses_doubles_or_invents_an_event() {
    let points = number("GRISTMILL_CRASH_POINTS", CRASH_POINTS);
    let seeds = AtomicU64::new(number("GRISTMILL_CRASH_SEED", 1));
    let total = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while total.lock().unwrap().cuts < points {
                    let tally = live(seeds.fetch_add(1, Ordering::Relaxed));
                    total.lock().unwrap().add(&tally);
                }
            });
        }
    });
    let total = total.into_inner().unwrap();
    println!("{total}");
    total.expect_every_kind();
}

/// Lives one life, and then again for each of its changes, at which the power is cut.
fn live(seed: u64) -> Tally {
    let operations = operation::random(seed, OPERATIONS);
    let mut whole = Life::new(FaultDir::new());
    operations.iter().for_each(|operation| whole.live(operation));
    let changes = whole.dir.changes();
    whole.end();
    whole.look(&format!("seed {seed}, without a cut"));
    let mut tally = Tally::of_one_life();
    for change in 1..=changes {
        cut(seed, &operations, change, &mut tally);
    }
    tally
}

fn cut(seed: u64, operations: &[Operation], change: u64, tally: &mut Tally) {
    let context = format!("seed {seed}, power cut at change {change}");
    let dir = FaultDir::new();
    dir.fail(At::Change(change), Fault::Stop);
    let mut life = Life::new(dir);
    for operation in operations {
        if life.dir.changes() >= change {
            break;
        }
        life.live(operation);
    }
    life.end();
    let point = seed.wrapping_mul(1_000_003).wrapping_add(change);
    let mut survivor = life.dir.after_power_cut(point);
    tally.count(&life.dir, &survivor);
    if point.is_multiple_of(SECOND_CUT) {
        survivor = cut_again(&survivor, point, tally);
    }
    life.go_on(survivor, &context, tally);
    for operation in operation::random(point, MORE_OPERATIONS) {
        life.live(&operation);
        life.look(&context);
    }
    life.end();
    life.look(&format!("{context}, at the end"));
}

/// What is left when the power is cut again while the store is opened.
fn cut_again(survivor: &FaultDir, point: u64, tally: &mut Tally) -> FaultDir {
    let trial = survivor.after_kill();
    let before = trial.changes();
    drop(life::open(&trial));
    let changes = (trial.changes() - before).max(1);
    survivor.fail(At::Change(survivor.changes() + 1 + point / SECOND_CUT % changes), Fault::Stop);
    drop(life::open(survivor));
    tally.second_cuts += 1;
    survivor.after_power_cut(point + 1)
}
