//! A store on a directory that is killed, loses its power or fails at each single call.
//!
//! What must hold: an acknowledged batch is there once, one without an answer is there whole or not at all, and the
//! next start needs no hand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where its own steps do")]

use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;

use gristmill::event::{Batch, Event};
use gristmill::schema::Dimension;
use gristmill::{Durability, Options, Snapshot, Store, Timestamp};
use gristmill_testkit::fault_dir::{At, Fault, FaultDir};

/// Different leftovers of each power cut.
const SEEDS: u64 = 3;

/// What a user does with a store.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Append(u64),
    /// Batches of so many events, handed in one after the other and then waited for.
    Pipeline([u64; 3]),
    /// A batch that is handed in and not waited for.
    Unheard(u64),
    Load(u64),
    Seal,
    Compact,
    Round,
    Close,
    /// Without a close.
    Drop,
}

const STEPS: [Step; 32] = [
    Step::Open,
    Step::Append(2),
    Step::Unheard(1),
    Step::Append(1),
    Step::Seal,
    Step::Append(3),
    Step::Load(9),
    Step::Compact,
    Step::Pipeline([2, 1, 1]),
    Step::Append(1),
    Step::Unheard(2),
    Step::Close,
    Step::Open,
    Step::Append(2),
    Step::Pipeline([1, 2, 1]),
    Step::Compact,
    Step::Append(6),
    Step::Append(2),
    Step::Drop,
    Step::Open,
    Step::Append(1),
    Step::Unheard(1),
    Step::Seal,
    Step::Append(1),
    Step::Seal,
    Step::Append(2),
    Step::Seal,
    Step::Append(1),
    Step::Seal,
    Step::Round,
    Step::Compact,
    Step::Close,
];

/// A store with what was acknowledged and what was not.
struct Run {
    dir: FaultDir,
    store: Option<Store>,
    options: Options,
    next: u64,
    acknowledged: Vec<Range<u64>>,
    in_doubt: Vec<Range<u64>>,
    /// Those of them that the next close answers for.
    unheard: Vec<Range<u64>>,
}

fn options() -> Options {
    Options::new().threads(1).segment_rows(8).background(false)
}

fn open(dir: &FaultDir) -> Result<Store, gristmill::Error> {
    options().open_dir(Arc::new(dir.clone()))
}

fn event(number: u64) -> Event {
    let day = (number % 3).cast_signed() * 86_400_000;
    let mut event = Event::new(Timestamp(day + number.cast_signed()), "organization", "vendor");
    event.set(Dimension::SessionId, Some(&number.to_string()));
    event
}

fn batch(numbers: Range<u64>) -> Batch {
    let token = format!("token {}", numbers.start);
    Batch::from_events(numbers.map(event)).unwrap().with_token(&token).unwrap()
}

fn load(store: &Store, numbers: Range<u64>) -> bool {
    let mut loader = store.loader().with_token(format!("token {}", numbers.start));
    numbers.map(event).all(|event| loader.push(&event.as_row()).is_ok()) && loader.commit().is_ok()
}

impl Run {
    fn new(dir: FaultDir) -> Self {
        Self {
            dir,
            store: None,
            options: options(),
            next: 0,
            acknowledged: Vec::new(),
            in_doubt: Vec::new(),
            unheard: Vec::new(),
        }
    }

    /// All steps, whatever fails.
    fn all_steps(&mut self) {
        for step in STEPS {
            self.step(step);
        }
        self.store = None;
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Open => {
                self.step(Step::Drop);
                self.store = self.options.clone().open_dir(Arc::new(self.dir.clone())).ok();
            }
            Step::Append(count) => self.put(count, |store, numbers| store.append(batch(numbers)).is_ok()),
            Step::Pipeline(counts) => self.pipeline(counts),
            Step::Unheard(count) => self.hand_in(count),
            Step::Load(count) => self.put(count, load),
            Step::Seal => {
                if let Some(store) = &self.store {
                    let _ = store.seal();
                }
            }
            Step::Compact => {
                if let Some(store) = &self.store {
                    let _ = store.compact(&|_| {});
                }
            }
            Step::Round => {
                if let Some(store) = &self.store {
                    let _ = store.compact_round();
                }
            }
            Step::Close => {
                if self.store.take().is_some_and(|store| store.close().is_ok()) {
                    self.in_doubt.retain(|numbers| !self.unheard.contains(numbers));
                    self.acknowledged.append(&mut self.unheard);
                }
                self.unheard.clear();
            }
            Step::Drop => {
                self.store = None;
                self.unheard.clear();
            }
        }
    }

    /// The numbers of so many new events.
    fn numbers(&mut self, count: u64) -> Range<u64> {
        let first = self.next;
        self.next += count;
        first..self.next
    }

    fn pipeline(&mut self, counts: [u64; 3]) {
        let batches = counts.map(|count| self.numbers(count));
        let Some(store) = &self.store else { return };
        let pending = batches.map(|numbers| (store.append_later(batch(numbers.clone())), numbers));
        for (pending, numbers) in pending {
            let stored = pending.is_ok_and(|pending| pending.wait().is_ok());
            if stored { &mut self.acknowledged } else { &mut self.in_doubt }.push(numbers);
        }
    }

    fn hand_in(&mut self, count: u64) {
        let numbers = self.numbers(count);
        let Some(store) = &self.store else { return };
        if store.append_later(batch(numbers.clone())).is_ok() {
            self.unheard.push(numbers.clone());
        }
        self.in_doubt.push(numbers);
    }

    fn put(&mut self, count: u64, put: impl FnOnce(&Store, Range<u64>) -> bool) {
        let numbers = self.numbers(count);
        let Some(store) = &self.store else { return };
        if put(store, numbers.clone()) {
            let events = store.snapshot().unwrap().events();
            self.acknowledged.push(numbers);
            let least: u64 = self.acknowledged.iter().map(|numbers| numbers.end - numbers.start).sum();
            let most = least + self.in_doubt.iter().map(|numbers| numbers.end - numbers.start).sum::<u64>();
            assert!((least..=most).contains(&events), "{events} events, not {least} to {most}");
        } else {
            self.in_doubt.push(numbers);
        }
    }

    /// Whether a snapshot holds what it must and nothing else.
    fn check(&self, snapshot: &Snapshot) -> Result<(), String> {
        let mut found: BTreeMap<u64, u32> = BTreeMap::new();
        for segment in snapshot.segments() {
            let count = |row: &gristmill::event::EventRow<'_>| {
                let number = row.text(Dimension::SessionId).unwrap().parse().unwrap();
                *found.entry(number).or_default() += 1;
            };
            segment.for_each_row(count).map_err(|error| error.to_string())?;
        }
        for numbers in &self.acknowledged {
            for number in numbers.clone() {
                let times = found.remove(&number).unwrap_or_default();
                if times != 1 {
                    return Err(format!("acknowledged event {number} is there {times} times"));
                }
            }
        }
        for numbers in &self.in_doubt {
            let times: Vec<u32> =
                numbers.clone().map(|number| found.remove(&number).unwrap_or_default()).collect();
            if times != vec![0; times.len()] && times != vec![1; times.len()] {
                return Err(format!("events {numbers:?}, in doubt, are there {times:?} times"));
            }
        }
        if found.is_empty() { Ok(()) } else { Err(format!("events that nobody stored: {found:?}")) }
    }

    /// Recovers what a kill and what a power cut would leave now.
    fn recover_both(&self, seed: u64, context: &str) {
        self.recover(&self.dir.after_kill(), &format!("{context}, killed"));
        self.recover(&self.dir.after_power_cut(seed), &format!("{context}, cut"));
    }

    /// Opens what survived, checks it, sends again what was in doubt, and checks that nothing is there twice.
    fn recover(&self, survivor: &FaultDir, context: &str) {
        let store = open(survivor).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(self.check(&store.snapshot().unwrap()), Ok(()), "{context}");
        for numbers in &self.in_doubt {
            store.append(batch(numbers.clone())).unwrap_or_else(|error| panic!("{context}: {error}"));
        }
        let all = [&self.acknowledged[..], &self.in_doubt].concat();
        let complete = Self { acknowledged: all, in_doubt: Vec::new(), ..Self::new(FaultDir::new()) };
        assert_eq!(complete.check(&store.snapshot().unwrap()), Ok(()), "{context}, sent again");
        store.seal().unwrap();
        store.close().unwrap();
        let leftovers: Vec<String> =
            survivor.files().into_iter().filter(|path| path.starts_with("tmp/")).collect();
        assert_eq!(leftovers, [""; 0], "{context}");
        let store = open(survivor).unwrap();
        assert_eq!(complete.check(&store.snapshot().unwrap()), Ok(()), "{context}, sealed and opened again");
    }
}

/// How many calls the steps take without a fault, and how many of them are changes.
fn calls_and_changes() -> (u64, u64) {
    let mut run = Run::new(FaultDir::new());
    run.all_steps();
    let counts = (run.dir.calls(), run.dir.changes());
    assert!(run.in_doubt.is_empty());
    assert_eq!(run.acknowledged.len(), 21);
    run.recover(&run.dir.after_kill(), "without a fault");
    for seed in 0..SEEDS {
        run.recover(&run.dir.after_power_cut(seed), "power cut after the end");
    }
    counts
}

/// What is left when something happens at each change in turn, with the number of that change.
fn at_each_change(fault: Fault) -> impl Iterator<Item = (u64, Run)> {
    let (_, changes) = calls_and_changes();
    (1..=changes).map(move |change| (change, run_with(At::Change(change), fault)))
}

fn run_with(at: At, fault: Fault) -> Run {
    let dir = FaultDir::new();
    dir.fail(at, fault);
    let mut run = Run::new(dir);
    run.all_steps();
    run
}

#[test]
fn killed_at_every_change() {
    for (change, run) in at_each_change(Fault::Stop) {
        run.recover(&run.dir.after_kill(), &format!("killed at change {change}"));
    }
}

#[test]
fn power_cut_at_every_change() {
    for (change, run) in at_each_change(Fault::Stop) {
        for seed in 0..SEEDS {
            let survivor = run.dir.after_power_cut(change * SEEDS + seed);
            run.recover(&survivor, &format!("power cut at change {change}, seed {seed}"));
        }
    }
}

#[test]
fn cut_again_while_recovering() {
    for (change, run) in at_each_change(Fault::Stop).step_by(7) {
        let mut second = 1;
        loop {
            let first = run.dir.after_power_cut(change);
            first.fail(At::Change(second), Fault::Stop);
            let opened = open(&first).is_ok();
            let context = format!("change {change}, then change {second} of recovery");
            run.recover(&first.after_kill(), &context);
            run.recover(&first.after_power_cut(second), &context);
            if opened {
                break;
            }
            second += 2;
        }
    }
}

#[test]
fn an_input_output_error_at_every_change() {
    let (_, changes) = calls_and_changes();
    for change in 1..=changes {
        let dir = FaultDir::new();
        dir.fail(At::Change(change), Fault::Once(ErrorKind::Other));
        let mut run = Run::new(dir);
        let mut steps = STEPS.into_iter();
        // Killed and cut right after the step with the error, after the next one, and at the end.
        let with_error = steps.by_ref().position(|step| {
            run.step(step);
            run.dir.changes() >= change
        });
        let context = |steps: &str| format!("error at change {change} in step {with_error:?}, then {steps}");
        run.recover_both(change, &context("ended"));
        steps.by_ref().take(1).for_each(|step| run.step(step));
        run.recover_both(change, &context("a step more"));
        steps.for_each(|step| run.step(step));
        run.store = None;
        run.recover_both(change, &context("all steps"));
    }
}

#[test]
fn an_input_output_error_at_every_seventh_call() {
    let (calls, _) = calls_and_changes();
    for call in (1..=calls).step_by(7) {
        let run = run_with(At::Call(call), Fault::Once(ErrorKind::Other));
        run.recover(&run.dir.after_kill(), &format!("error at call {call}"));
    }
}

#[test]
fn a_disk_that_is_full_from_every_change_on() {
    for (change, run) in at_each_change(Fault::Full) {
        run.recover_both(change, &format!("full from change {change} on"));
    }
}

#[test]
fn writing_works_again_once_there_is_room() {
    let mut opened = Run::new(FaultDir::new());
    opened.step(Step::Open);
    let start = opened.dir.changes();
    for change in start + 1..start + 60 {
        let dir = FaultDir::new();
        dir.fail(At::Change(change), Fault::Full);
        let mut run = Run::new(dir);
        for step in
            [Step::Open, Step::Append(1), Step::Append(5), Step::Append(3), Step::Seal, Step::Append(2)]
        {
            run.step(step);
        }
        run.dir.heal();
        let before = run.acknowledged.len();
        run.step(Step::Append(1));
        run.step(Step::Seal);
        run.step(Step::Append(1));
        assert_eq!(run.acknowledged.len(), before + 2, "full from change {change} on");
        run.recover(&run.dir.after_kill(), &format!("full from change {change} on, then room"));
    }
}

#[test]
fn without_fsync_a_kill_loses_nothing_and_a_power_cut_whole_batches_only() {
    let (_, changes) = calls_and_changes();
    for change in 1..=changes {
        let dir = FaultDir::new();
        dir.fail(At::Change(change), Fault::Stop);
        let mut run = Run { options: options().durability(Durability::None), ..Run::new(dir) };
        run.all_steps();
        run.recover(&run.dir.after_kill(), &format!("killed at change {change}"));
        let acknowledged = std::mem::take(&mut run.acknowledged);
        run.in_doubt.extend(acknowledged);
        run.recover(&run.dir.after_power_cut(change), &format!("power cut at change {change}"));
    }
}

/// Hands in and waits for batches on several threads, each of which keeps some of them pending.
fn windows(run: &mut Run) {
    const BATCHES: u64 = 12;
    const WINDOW: usize = 3;
    run.step(Step::Open);
    let Some(store) = &run.store else { return };
    let thread = |thread: u64| {
        let (mut window, mut answers) = (VecDeque::new(), Vec::new());
        for number in thread * BATCHES..(thread + 1) * BATCHES {
            let numbers = number * 2..number * 2 + 2;
            window.push_back((store.append_later(batch(numbers.clone())), numbers));
            if window.len() > WINDOW || number + 1 == (thread + 1) * BATCHES {
                let waited = if number % 5 == 0 { 1 } else { window.len() };
                answers.extend(window.drain(..waited).map(|(pending, numbers)| {
                    (pending.is_ok_and(|pending| pending.wait().is_ok()), numbers)
                }));
            }
        }
        // What is left is not waited for.
        answers.extend(window.into_iter().map(|(_, numbers)| (false, numbers)));
        answers
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || thread(number))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    for (stored, numbers) in answers {
        if stored { &mut run.acknowledged } else { &mut run.in_doubt }.push(numbers);
    }
    run.store = None;
}

/// What is left when something happens at every third change. Threads take turns as they like, so that no two runs are
/// alike; what must hold does in each.
fn windows_at_many_changes(fault: Fault) {
    let mut whole = Run::new(FaultDir::new());
    windows(&mut whole);
    whole.recover_both(0, "windows without a fault");
    for change in (1..=whole.dir.changes()).step_by(3) {
        let dir = FaultDir::new();
        dir.fail(At::Change(change), fault);
        let mut run = Run::new(dir);
        windows(&mut run);
        run.recover_both(change, &format!("windows, {fault:?} at change {change}"));
    }
}

#[test]
fn windows_of_many_threads_killed_at_many_changes() {
    windows_at_many_changes(Fault::Stop);
}

#[test]
fn windows_of_many_threads_with_an_error_at_many_changes() {
    windows_at_many_changes(Fault::Once(ErrorKind::Other));
}
