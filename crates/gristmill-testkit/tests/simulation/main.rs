//! Random lives of a store, with a power cut before every change of its folder.
//!
//! Each life is a list of operations that follows from a seed. Before each change it makes, the folder is kept as a power
//! cut would leave it there: a part of what was not synced is lost, torn or put in another order. Each of these is opened,
//! and what it holds is compared with a model of what was acknowledged until then. One in twenty times the power is cut
//! again while the store is being opened, and one in four times life goes on.
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

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use gristmill_testkit::fault_dir::{At, Fault, FaultDir, Survivor};

use life::Life;
use model::Model;
use tally::Tally;

/// Power cuts where nothing else is asked for.
const CRASH_POINTS: u64 = 10_000;
/// Operations of a life.
const OPERATIONS: usize = 14;
/// Operations after a power cut.
const MORE_OPERATIONS: usize = 3;
/// One power cut in so many is followed by another one while the store is opened.
const SECOND_CUT: u64 = 20;
/// After one power cut in so many life goes on.
const GO_ON: u64 = 4;
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

/// A power cut that might have been.
struct Cut {
    change: u64,
    survivor: Survivor,
    /// What was known of the store then.
    model: Model,
}

/// Lives one life, and looks at what each power cut would have left.
fn live(seed: u64) -> Tally {
    let mut tally = Tally::of_one_life();
    let cuts: Arc<Mutex<Vec<Cut>>> = Arc::default();
    let mut life = Life::new(FaultDir::new());
    let (model, kept) = (Arc::clone(&life.model), Arc::clone(&cuts));
    let keep = move |change, survivor| {
        let model = model.lock().unwrap().clone();
        kept.lock().unwrap().push(Cut { change, survivor, model });
    };
    life.dir.watch(seed, Box::new(keep));
    for operation in operation::random(seed, OPERATIONS) {
        life.live(operation);
        // Taken out first: where one fails, the store is let go of, and the last cuts are kept.
        let taken = std::mem::take(&mut *cuts.lock().unwrap());
        taken.into_iter().for_each(|cut| recover(seed, cut, &mut tally));
    }
    life.end();
    life.dir.unwatch();
    life.look(&format!("seed {seed}, without a cut"));
    tally
}

fn recover(seed: u64, cut: Cut, tally: &mut Tally) {
    let Cut { change, survivor, model } = cut;
    let context = format!("seed {seed}, power cut before change {change}");
    tally.count(&survivor);
    let point = seed.wrapping_mul(1_000_003).wrapping_add(change);
    let mut dir = survivor.dir;
    if point.is_multiple_of(SECOND_CUT) {
        dir = cut_again(&dir, point, tally);
    }
    let mut life = Life::go_on(dir, model, &context, tally);
    if point.is_multiple_of(GO_ON) {
        operation::random(point, MORE_OPERATIONS).into_iter().for_each(|operation| life.live(operation));
        life.end();
        life.look(&format!("{context}, at the end"));
    }
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
