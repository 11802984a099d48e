//! How long a dashboard's fetch takes while nothing else happens, and while four threads append: its median and its 99th
//! percentile, in a store on the disk with its background.
//!
//! `cargo run --release -p gristmill-generator --example reads_under_load [EVENTS_A_SECOND [SECONDS]]`, where 0 events a second
//! is as many as there can be.

#![expect(clippy::print_stdout, reason = "it tells what it measured")]

use std::env;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gristmill::event::{Batch, Source};
use gristmill::request::{Fetch, FetchContext};
use gristmill::{Options, Store};
use gristmill_generator::{Generator, GeneratorOptions};

const THREADS: u64 = 4;
const BATCH: usize = 100;
const STORED: u64 = 2_000_000;
const DAYS: u32 = 90;
/// Between two fetches, as a dashboard waits for somebody to look at it.
const PAUSE: Duration = Duration::from_millis(5);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let rate: u64 = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let time = Duration::from_secs(arguments.next().map_or(Ok(20), |text| text.parse())?);
    let folder = tempfile::tempdir()?;
    let store = Options::new().segment_rows(1 << 18).open(folder.path().join("store"))?;
    let mut options = GeneratorOptions::default();
    (options.events, options.days) = (STORED, DAYS);
    let mut loader = store.loader();
    for event in Generator::new(&options) {
        loader.push(&event.as_row())?;
    }
    loader.commit()?;
    store.compact(&|_| {})?;
    let (first, last) = bounds(&store)?;
    let fetch = Fetch::from_json(
        format!(
            r#"{{"organization_id":"{}","granularity":"day","group_by":["category"],"aggregations":["count","sum","visitor_id_uniq"],
                "interval":{{"start":{first},"end":{last},"time_zone":"Europe/Helsinki"}}}}"#,
            largest(&store)?
        )
        .as_bytes(),
        &FetchContext::new(),
    )?;

    let done = AtomicBool::new(false);
    let appended = AtomicU64::new(0);
    let idle = Times::of(&store, &fetch, time)?;
    let busy = thread::scope(|scope| {
        for number in 0..THREADS {
            let (store, done, appended) = (&store, &done, &appended);
            let mut options = options.clone();
            (options.seed, options.events) = (number + 2, u64::from(u32::MAX));
            scope.spawn(move || append(store, &options, rate / THREADS, done, appended));
        }
        let busy = Times::of(&store, &fetch, time);
        done.store(true, Ordering::Relaxed);
        busy
    })?;
    idle.tell("idle");
    busy.tell("while 4 threads append");
    println!("the 99th percentile is {:.2} times that of idle", busy.percentile(99) / idle.percentile(99));
    let a_second = appended.into_inner() as f64 / time.as_secs_f64();
    println!("{a_second:.0} events a second were appended; {:?}", store.maintenance()?);
    Ok(store.close()?)
}

/// First and last millisecond of what is stored.
fn bounds(store: &Store) -> Result<(i64, i64), gristmill::Error> {
    let segments = store.catalog()?.segments;
    let first = segments.iter().map(|entry| entry.min_time).min().unwrap_or_default();
    let last = segments.iter().map(|entry| entry.max_time).max().unwrap_or_default();
    Ok((first, last + 1))
}

/// The organization of the segment with most events of one.
fn largest(store: &Store) -> Result<String, gristmill::Error> {
    let segments = store.catalog()?.segments;
    let own = segments.iter().filter(|entry| entry.organizations.first == entry.organizations.last);
    let largest = own.max_by_key(|entry| entry.rows);
    Ok(largest.map_or_else(String::new, |entry| entry.organizations.first.to_string()))
}

fn append(store: &Store, options: &GeneratorOptions, rate: u64, done: &AtomicBool, appended: &AtomicU64) {
    let mut events = Generator::new(options);
    let begin = Instant::now();
    let mut sent: u64 = 0;
    while !done.load(Ordering::Relaxed) {
        let batch: Vec<_> = events
            .by_ref()
            .take(BATCH)
            .map(|mut event| {
                event.source = Source::Untrusted;
                event
            })
            .collect();
        sent += batch.len() as u64;
        match Batch::from_events(batch).map_err(gristmill::Error::from).and_then(|batch| store.append(batch))
        {
            Ok(receipt) => appended.fetch_add(receipt.events, Ordering::Relaxed),
            Err(error) => return println!("an append failed: {error}"),
        };
        if rate > 0 {
            let due = Duration::from_secs_f64(sent as f64 / rate as f64);
            thread::sleep(due.saturating_sub(begin.elapsed()));
        }
    }
}

/// How long some fetches took, in milliseconds, sorted.
struct Times(Vec<f64>);

impl Times {
    fn of(store: &Store, fetch: &Fetch, time: Duration) -> Result<Self, gristmill::Error> {
        let mut times = Vec::new();
        let begin = Instant::now();
        while begin.elapsed() < time {
            let before = Instant::now();
            let answer = store.fetch(fetch)?;
            times.push(before.elapsed().as_secs_f64() * 1e3);
            drop(answer);
            thread::sleep(PAUSE);
        }
        times.sort_by(f64::total_cmp);
        Ok(Self(times))
    }

    fn percentile(&self, percent: usize) -> f64 {
        self.0.get(self.0.len() * percent / 100).copied().unwrap_or_default()
    }

    fn tell(&self, when: &str) {
        let (fetches, median, p99) = (self.0.len(), self.percentile(50), self.percentile(99));
        println!("{when}: {fetches} fetches, median {median:.2} ms, 99th percentile {p99:.2} ms");
    }
}
