//! A store under everything at once for a while: appends, fetches, deletions, retention, the background, a reader that
//! follows, and being opened anew. Answers are checked all the time; memory and open files must not grow.
//!
//! `GRISTMILL_SOAK_SECONDS=600 cargo test --release -p gristmill-testkit --test soak -- --ignored --nocapture`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails where its own steps do, and this one tells what it sees"
)]

use std::env;
use std::fs;
use std::path::Path;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gristmill::event::{Batch, Event};
use gristmill::request::{Delete, Fetch, FetchContext, Filter};
use gristmill::schema::Dimension;
use gristmill::{Options, Remains, Retention, Store, Timestamp};

const APPENDERS: usize = 4;
const FETCHERS: usize = 4;
const BATCH: u64 = 20;
/// Between two batches of an appender.
const PAUSE: Duration = Duration::from_millis(4);
/// Events that an appender stores for each day, before it goes to the next.
const A_DAY: u64 = 5_000;
const DAYS: u64 = 400;
const DAY_MILLIS: u64 = 86_400_000;
/// Between two deletions.
const DELETION_PAUSE: Duration = Duration::from_millis(200);
/// How long the bytes of deleted events may stay.
const PURGE_AFTER: Duration = Duration::from_secs(1);
/// Whose events are deleted by filter, all but those of [`KEPT`].
const FORGOTTEN: &str = "forgotten";
/// The label of events that no deletion takes.
const KEPT: &str = "kept";
/// Whose events are kept for [`SHORT_DAYS`].
const SHORT: &str = "short";
const SHORT_DAYS: u64 = 10;
/// How often the store is opened anew, and memory is looked at, in the whole time.
const REOPENED: u32 = 20;
/// Of them, those after which memory may grow no more than it does by chance.
const WARM: usize = 8;
/// How much memory may be above what it was when warm, in bytes: caches, and what the allocator keeps.
const MEMORY_SLACK: u64 = 96 << 20;
/// How many files may be open above that.
const FILES_SLACK: usize = 24;

#[test]
fn a_short_one() {
    soak(Duration::from_secs(3));
}

#[test]
#[ignore = "takes ten minutes"]
fn a_long_one() {
    let seconds = env::var("GRISTMILL_SOAK_SECONDS").map_or(600, |text| text.parse().unwrap());
    soak(Duration::from_secs(seconds));
}

/// What one appender stores, under an organization of its own: its events have the values 0, 1, 2, ... in their order.
#[derive(Debug, Default)]
struct Stored {
    /// Events handed in.
    begun: AtomicU64,
    /// Events acknowledged.
    acknowledged: AtomicU64,
}

struct Soak {
    options: Options,
    folder: tempfile::TempDir,
    /// Nothing while it is opened anew.
    store: RwLock<Option<Store>>,
    stored: [Stored; APPENDERS],
    done: AtomicBool,
    fetches: AtomicU64,
    refreshes: AtomicU64,
    /// Batches of [`FORGOTTEN`] that are kept, and that were deleted.
    rounds: AtomicU64,
    /// Batches of [`SHORT`] that are kept, and as many that are too old.
    shorts: AtomicU64,
}

fn soak(time: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let options =
        Options::new().threads(2).segment_rows(8_192).cache_bytes(32 << 20).purge_after(PURGE_AFTER);
    let store = options.clone().open(folder.path().join("store")).unwrap();
    let short = (SHORT.into(), Some(SHORT_DAYS * DAY_MILLIS));
    store.set_retention(Retention { period: None, organizations: [short].into() }).unwrap();
    // The newest event there will be: ages are counted from it.
    store.append(labelled("newest", KEPT, DAYS, 1)).unwrap();
    let soak = Soak {
        options,
        folder,
        store: RwLock::new(Some(store)),
        stored: Default::default(),
        done: AtomicBool::new(false),
        fetches: AtomicU64::new(0),
        refreshes: AtomicU64::new(0),
        rounds: AtomicU64::new(0),
        shorts: AtomicU64::new(0),
    };
    thread::scope(|scope| {
        let ends = End(&soak.done);
        for number in 0..APPENDERS {
            let soak = &soak;
            scope.spawn(move || soak.or_end(|| soak.append(number)));
        }
        for number in 0..FETCHERS {
            let soak = &soak;
            scope.spawn(move || soak.or_end(|| soak.fetch(number)));
        }
        scope.spawn(|| soak.or_end(|| soak.follow()));
        scope.spawn(|| soak.or_end(|| soak.forget()));
        scope.spawn(|| soak.or_end(|| soak.outlive()));
        let used = soak.reopen(time);
        drop(ends);
        check_flat(&used);
    });
    soak.check_all();
}

/// Ends the other threads, also when this one fails.
struct End<'s>(&'s AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Soak {
    fn or_end(&self, work: impl Fn()) {
        while !self.done.load(Ordering::Relaxed) {
            let end = End(&self.done);
            work();
            // It did not fail.
            std::mem::forget(end);
        }
    }

    /// Stores one batch.
    fn append(&self, number: usize) {
        let stored = &self.stored[number];
        let first = stored.begun.fetch_add(BATCH, Ordering::SeqCst);
        let batch = Batch::from_events((first..first + BATCH).map(|at| event(number, at))).unwrap();
        self.store.read().unwrap().as_ref().unwrap().append(batch).unwrap();
        stored.acknowledged.store(first + BATCH, Ordering::SeqCst);
        thread::sleep(PAUSE);
    }

    /// Stores a batch that is kept and one that is not, and deletes that.
    fn forget(&self) {
        let round = self.rounds.load(Ordering::SeqCst);
        let label = format!("round {round}");
        let store = self.store.read().unwrap();
        let store = store.as_ref().unwrap();
        store.append(labelled(FORGOTTEN, KEPT, round % DAYS, BATCH)).unwrap();
        store.append(labelled(FORGOTTEN, &label, round * 7 % DAYS, BATCH)).unwrap();
        assert_eq!(count(store, FORGOTTEN), (round + 2) * BATCH);
        let deleted = store.delete(&Delete::new(FORGOTTEN, Filter::is(Dimension::Label, label))).unwrap();
        assert_eq!(deleted.events, BATCH);
        assert_eq!(count(store, FORGOTTEN), (round + 1) * BATCH);
        self.rounds.store(round + 1, Ordering::SeqCst);
        thread::sleep(DELETION_PAUSE);
    }

    /// Stores a batch that is kept and one that is too old, which the background deletes sooner or later.
    fn outlive(&self) {
        let stored = self.shorts.load(Ordering::SeqCst);
        let store = self.store.read().unwrap();
        let store = store.as_ref().unwrap();
        store.append(labelled(SHORT, KEPT, DAYS - SHORT_DAYS, BATCH)).unwrap();
        store.append(labelled(SHORT, "old", DAYS - SHORT_DAYS - 1, BATCH)).unwrap();
        self.shorts.store(stored + 1, Ordering::SeqCst);
        let events = count(store, SHORT);
        let (least, most) = ((stored + 1) * BATCH, 2 * (stored + 1) * BATCH);
        assert!((least..=most).contains(&events), "{events} events, not {least} to {most}");
        thread::sleep(DELETION_PAUSE);
    }

    /// Asks for what one appender has stored.
    fn fetch(&self, number: usize) {
        let least = self.stored[number].acknowledged.load(Ordering::SeqCst);
        let answer = self.store.read().unwrap().as_ref().unwrap().fetch(&fetch(number)).unwrap().to_csv();
        self.check(number, &answer, least);
        self.fetches.fetch_add(1, Ordering::Relaxed);
        thread::sleep(PAUSE);
    }

    /// Reads beside the store for a while, as another process would.
    fn follow(&self) {
        let reader = self.options.clone().threads(1).open_reader(self.path()).unwrap();
        let mut seen = [0; APPENDERS];
        for _ in 0..200 {
            if self.done.load(Ordering::Relaxed) {
                return;
            }
            let least: Vec<u64> =
                self.stored.iter().map(|stored| stored.acknowledged.load(Ordering::SeqCst)).collect();
            reader.refresh().unwrap();
            self.refreshes.fetch_add(1, Ordering::Relaxed);
            for number in 0..APPENDERS {
                let answer = reader.fetch(&fetch(number)).unwrap().to_csv();
                seen[number] = self.check(number, &answer, least[number].max(seen[number]));
            }
            thread::sleep(PAUSE);
        }
    }

    /// Closes the store and opens it again now and then, until the time is over; what was used of memory and files.
    fn reopen(&self, time: Duration) -> Vec<Used> {
        let mut used = Vec::new();
        let begin = Instant::now();
        for at in 1..=REOPENED {
            let until = time * at / REOPENED;
            while begin.elapsed() < until && !self.done.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
            used.push(Used::now());
            let mut store = self.store.write().unwrap();
            let old = store.take().unwrap();
            let told = (old.maintenance().unwrap(), old.catalog().unwrap().segments.len());
            if at % 2 == 0 {
                old.close().unwrap();
            } else {
                drop(old);
            }
            *store = Some(self.options.clone().open(self.path()).unwrap());
            println!(
                "{:4} s: {:?}, {} segments, {} fetches, {} refreshes, {:?}",
                begin.elapsed().as_secs(),
                used.last().unwrap(),
                told.1,
                self.fetches.load(Ordering::Relaxed),
                self.refreshes.load(Ordering::Relaxed),
                told.0,
            );
            assert_eq!(told.0.failure, None);
        }
        used
    }

    /// Checks an answer: the first events of an appender, each once, none of a batch in part; how many they are.
    fn check(&self, number: usize, answer: &str, least: u64) -> u64 {
        let most = self.stored[number].begun.load(Ordering::SeqCst);
        let row = answer.lines().nth(1).unwrap();
        let mut cells = row.split(',').skip(1);
        let count: u64 = cells.next().unwrap().parse().unwrap();
        let sum: f64 = cells.next().filter(|sum| !sum.is_empty()).map_or(0.0, |sum| sum.parse().unwrap());
        assert!((least..=most).contains(&count), "{count} events of {number}, not {least} to {most}");
        assert!(count.is_multiple_of(BATCH), "{count} events of {number}");
        // Whole numbers below 2^53.
        assert!((sum - (count * count.saturating_sub(1) / 2) as f64).abs() < 0.5, "{row} of {number}");
        count
    }

    /// Checks what is there at the end, when the store is opened once more.
    fn check_all(&self) {
        drop(self.store.write().unwrap().take());
        let store = self.options.clone().background(false).open(self.path()).unwrap();
        for number in 0..APPENDERS {
            let all = self.stored[number].acknowledged.load(Ordering::SeqCst);
            let answer = store.fetch(&fetch(number)).unwrap().to_csv();
            assert_eq!(self.check(number, &answer, all), all);
        }
        store.seal().unwrap();
        store.expire().unwrap();
        assert_eq!(count(&store, FORGOTTEN), self.rounds.load(Ordering::SeqCst) * BATCH);
        assert_eq!(count(&store, SHORT), self.shorts.load(Ordering::SeqCst) * BATCH);
        store.purge(&|_| {}).unwrap();
        assert_eq!(store.remains().unwrap(), Remains::default(), "no deleted event is on the disk");
        let listed = store.catalog().unwrap().segments.len();
        let files = self.path().join("seg").read_dir().unwrap().count();
        assert_eq!(files, listed * 2, "files that nobody lists are left");
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("store")
    }
}

fn event(number: usize, at: u64) -> Event {
    // Most in the order of time, some late.
    let day = if at.is_multiple_of(97) { at * 31 % DAYS } else { at / A_DAY % DAYS };
    let millis = day * DAY_MILLIS + at % DAY_MILLIS;
    let mut event = Event::new(Timestamp(millis.cast_signed()), &organization(number), "vendor");
    event.value = Some(at as f64);
    event
}

/// A batch of events that are alike.
fn labelled(organization: &str, label: &str, day: u64, events: u64) -> Batch {
    let mut event = Event::new(Timestamp((day * DAY_MILLIS).cast_signed()), organization, "vendor");
    event.set(Dimension::Label, Some(label));
    Batch::from_events((0..events).map(|_| event.clone())).unwrap()
}

/// How many events an organization has.
fn count(store: &Store, organization: &str) -> u64 {
    let answer = store.fetch(&fetch_of(organization)).unwrap().to_csv();
    answer.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap()
}

fn organization(number: usize) -> String {
    format!("organization {number}")
}

fn fetch(number: usize) -> Fetch {
    fetch_of(&organization(number))
}

fn fetch_of(organization: &str) -> Fetch {
    let json = format!(
        r#"{{"organization_id":"{organization}","granularity":"all","aggregations":["count","sum"],
            "interval":{{"start":"1970-01-01","end":"1980-01-01"}}}}"#
    );
    Fetch::from_json(json.as_bytes(), &FetchContext::new()).unwrap()
}

/// What this process uses.
#[derive(Clone, Copy, Debug)]
struct Used {
    /// Bytes of memory.
    memory: u64,
    /// Open files.
    files: usize,
}

impl Used {
    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.and_then(|text| text.trim().split(' ').next()?.parse::<u64>().ok());
        let files = Path::new("/proc/self/fd").read_dir().map_or(0, Iterator::count);
        Self { memory: kilobytes.unwrap_or_default() * 1024, files }
    }
}

/// Checks that memory and files stay within what they were once everything had happened.
fn check_flat(used: &[Used]) {
    let (warm, later) = used.split_at(WARM);
    let memory = warm.iter().map(|used| used.memory).max().unwrap_or_default() + MEMORY_SLACK;
    let files = warm.iter().map(|used| used.files).max().unwrap_or_default() + FILES_SLACK;
    for used in later {
        assert!(used.memory <= memory, "{used:?}, more than {memory} bytes");
        assert!(used.files <= files, "{used:?}, more than {files} files");
    }
}
