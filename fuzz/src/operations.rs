//! Operations on a store against the model of the crash simulation, with kills and power cuts between and within them.

use std::sync::{Arc, Mutex};

use arbitrary::{Arbitrary, Unstructured};
use gristmill_testkit::fault_dir::{At, Fault, FaultDir, Survivor};

use crate::Kept;
use crate::simulation::life::{self, Life};
use crate::simulation::model::{DAYS, KINDS, Model};
use crate::simulation::operation::Operation;
use crate::simulation::tally::Tally;

/// The longest life.
const STEPS: usize = 24;

/// What happens to a store.
#[derive(Arbitrary, Debug)]
enum Step {
    Do(Deed),
    Kill,
    PowerCut(u16),
    /// The power is cut at one of the changes that a deed makes, and perhaps again while the store is opened.
    Within {
        deed: Deed,
        change: u8,
        seed: u16,
        again: Option<u8>,
    },
}

/// An operation.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Deed {
    Append(u8),
    Pipeline(u8),
    Load(u8),
    Seal,
    Compact,
    Merge,
    Purge,
    Delete(u8),
    Retain(u8),
    Reopen,
    Drop,
    Fetch,
}

/// Lives a life.
pub fn run(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let mut life = Life::new(FaultDir::new());
    let mut tally = Tally::default();
    for number in 0..STEPS {
        let Ok(step) = Step::arbitrary(&mut bytes) else { break };
        step.take(&mut life, &mut tally, &format!("step {number}, {step:?}"));
        if bytes.is_empty() {
            break;
        }
    }
    life.end();
    life.look("at the end");
}

impl Step {
    fn take(&self, life: &mut Life, tally: &mut Tally, context: &str) {
        let (survivor, model) = match *self {
            Self::Do(deed) => {
                life.live(deed.operation());
                life.look(context);
                return;
            }
            Self::Kill => (life.dir.after_kill(), known(life)),
            Self::PowerCut(seed) => (life.dir.after_power_cut(seed.into()), known(life)),
            Self::Within { deed, change, seed, again } => {
                let Some((survivor, model)) = cut_within(life, deed, change, seed) else { return };
                (again.map_or(survivor.clone(), |again| cut_again(&survivor, again)), model)
            }
        };
        life.end();
        *life = Life::go_on(survivor, model, context, tally);
    }
}

/// What is known of a store now.
fn known(life: &Life) -> Model {
    life.model.lock().unwrap().clone()
}

/// What is left when the power is cut within a deed, and what was known of the store then; `None` where it changes nothing.
fn cut_within(life: &mut Life, deed: Deed, change: u8, seed: u16) -> Option<(FaultDir, Model)> {
    let cuts: Arc<Mutex<Vec<(Survivor, Model)>>> = Arc::default();
    let (model, kept) = (Arc::clone(&life.model), Arc::clone(&cuts));
    let keep = move |_, survivor| {
        let model = model.lock().unwrap().clone();
        kept.lock().unwrap().push((survivor, model));
    };
    life.dir.watch(seed.into(), Box::new(keep));
    life.live(deed.operation());
    life.dir.unwatch();
    let mut cuts = std::mem::take(&mut *cuts.lock().unwrap());
    let chosen = usize::from(change).checked_rem(cuts.len())?;
    let (survivor, model) = cuts.swap_remove(chosen);
    Some((survivor.dir, model))
}

/// What is left when the power is cut again while the store is opened.
fn cut_again(survivor: &FaultDir, change: u8) -> FaultDir {
    survivor.fail(At::Change(survivor.changes() + 1 + u64::from(change % 16)), Fault::Stop);
    drop(life::open(survivor));
    survivor.after_power_cut(change.into())
}

impl Deed {
    fn operation(self) -> Operation {
        match self {
            Self::Append(count) => Operation::Append(1 + u64::from(count % 9)),
            Self::Pipeline(count) => Operation::Pipeline(2 + u64::from(count % 3)),
            Self::Load(count) => Operation::Load(1 + u64::from(count % 20)),
            Self::Seal => Operation::Seal,
            Self::Compact => Operation::Compact,
            Self::Merge => Operation::Merge,
            Self::Purge => Operation::Purge,
            Self::Delete(kind) => Operation::Delete(u64::from(kind) % KINDS),
            Self::Retain(days) => Operation::Retain(1 + u64::from(days) % DAYS),
            Self::Reopen => Operation::Reopen,
            Self::Drop => Operation::Drop,
            Self::Fetch => Operation::Fetch,
        }
    }
}

/// Inputs of bytes at random, each of them the same whenever it is made.
pub(crate) fn noise(count: u64, length: usize) -> Vec<Kept> {
    let input = |seed: u64| {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (format!("random-{seed}"), (0..length).map(|_| byte()).collect())
    };
    (1..=count).map(input).collect()
}

/// Lives at random.
pub fn corpus() -> Vec<Kept> {
    noise(24, 90)
}
