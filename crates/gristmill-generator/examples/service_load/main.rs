//! How many requests a running service answers a second, and how long each takes: its median and its 99th percentile, with 1, 8
//! and 64 connections that store events, fetch, or do both.
//!
//! ```sh
//! gristmill serve --store load &
//! cargo run --release -p gristmill-generator --example service_load [ADDRESS [SECONDS [BATCH]]]
//! ```
//!
//! It stores a million events first, in organizations of its own. ADDRESS is 127.0.0.1:8080, SECONDS of each measurement are
//! 10, and a BATCH has 100 events. Each connection sends a request when the one before is answered.

#![expect(clippy::print_stdout, reason = "it tells what it measured")]

mod client;
mod times;

use client::{Client, Failed, Request};
use gristmill::event::Source;
use gristmill_generator::{Generator, GeneratorOptions};
use std::collections::BTreeMap;
use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use times::Times;

const STORED: u64 = 1_000_000;
const DAYS: u32 = 30;
/// Events of a batch while the store is filled.
const FILL_BATCH: usize = 5_000;
/// Batches that connections send by turns.
const BATCHES: usize = 64;
const CONNECTIONS: [usize; 3] = [1, 8, 64];
const STORE: &str = "/events/v2/store/untrusted";

/// What connections do.
#[derive(Clone, Copy)]
enum Load {
    Store,
    Fetch,
    /// Every other connection stores.
    Both,
}

fn main() -> Result<(), Failed> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let seconds = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let batch: usize = arguments.next().map_or(Ok(100), |text| text.parse())?;
    let organization = fill(&address)?;
    let mut options = GeneratorOptions::default();
    (options.seed, options.events) = (2, (BATCHES * batch) as u64);
    let batches = bodies(&options, batch).into_iter().map(|body| Request::post(STORE, &body)).collect();
    let requests = Requests { batches, fetch: fetch(&organization) };
    println!(
        "| connections | load | events stored/s | batches/s, p50, p99 ms | fetches/s, p50, p99 ms | refused |"
    );
    println!("|---|---|---|---|---|---|");
    for connections in CONNECTIONS {
        for load in [Load::Store, Load::Fetch, Load::Both] {
            if connections > 1 || !matches!(load, Load::Both) {
                let time = Duration::from_secs(seconds);
                measure(&address, &requests, load, connections, time)?.tell(connections, load, batch);
            }
        }
    }
    Ok(())
}

/// What is sent.
struct Requests {
    batches: Vec<Request>,
    fetch: Request,
}

/// Stores the events that are asked about; the organization of most of them.
fn fill(address: &str) -> Result<String, Failed> {
    let mut options = GeneratorOptions::default();
    (options.events, options.days) = (STORED, DAYS);
    let mut client = Client::connect(address)?;
    for body in bodies(&options, FILL_BATCH) {
        if client.send(&Request::post(STORE, &body))? != 200 {
            return Err("the service did not take the events".into());
        }
    }
    options.events = 10_000;
    let mut counts = BTreeMap::new();
    for event in Generator::new(&options) {
        let organization = event.text(gristmill::schema::Dimension::OrganizationId).unwrap_or_default();
        *counts.entry(organization.to_owned()).or_insert(0) += 1;
    }
    Ok(counts.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default().0)
}

/// Bodies of a batch each.
fn bodies(options: &GeneratorOptions, batch: usize) -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for (at, mut event) in Generator::new(options).enumerate() {
        if at % batch == 0 {
            bodies.push(Vec::new());
        }
        event.source = Source::Untrusted;
        if let Some(body) = bodies.last_mut() {
            event.as_row().write_json(body);
            body.push(b'\n');
        }
    }
    bodies
}

/// A dashboard's fetch: the days of a month, by category.
fn fetch(organization: &str) -> Request {
    let query = r#"{"granularity":"day","group_by":["category"],"aggregations":["count","sum","visitor_id_uniq"],
        "interval":{"start":"2024-01-01","end":"2024-02-01","time_zone":"Europe/Helsinki"}}"#;
    Request::post(&format!("/api/events/v2/orgs/{organization}/fetch"), query.as_bytes())
}

fn measure(
    address: &str,
    requests: &Requests,
    load: Load,
    connections: usize,
    time: Duration,
) -> Result<Measured, Failed> {
    let done = AtomicBool::new(false);
    let connection = |number: usize| -> Result<Measured, Failed> {
        let mut client = Client::connect(address)?;
        let stores = match load {
            Load::Store => true,
            Load::Fetch => false,
            Load::Both => number.is_multiple_of(2),
        };
        let mut batches = requests.batches.iter().cycle().skip(number * 7);
        let mut measured = Measured::default();
        while !done.load(Ordering::Relaxed) {
            let request = if stores { batches.next().unwrap_or(&requests.fetch) } else { &requests.fetch };
            let begin = Instant::now();
            match client.send(request)? {
                200 if stores => measured.batches.add(begin.elapsed()),
                200 => measured.fetches.add(begin.elapsed()),
                _ => measured.refused += 1,
            }
        }
        Ok(measured)
    };
    let begin = Instant::now();
    let mut all = thread::scope(|scope| {
        let connections: Vec<_> =
            (0..connections).map(|number| scope.spawn(move || connection(number))).collect();
        thread::sleep(time);
        done.store(true, Ordering::Relaxed);
        let ended = connections.into_iter().map(|thread| thread.join().map_err(|_| "a thread failed")?);
        ended.collect::<Result<Vec<_>, Failed>>()
    })?
    .into_iter()
    .fold(Measured::default(), Measured::with);
    all.seconds = begin.elapsed().as_secs_f64();
    Ok(all)
}

/// What came back.
#[derive(Default)]
struct Measured {
    batches: Times,
    fetches: Times,
    refused: usize,
    seconds: f64,
}

impl Measured {
    fn with(mut self, other: Self) -> Self {
        self.batches.extend(other.batches);
        self.fetches.extend(other.fetches);
        self.refused += other.refused;
        self
    }

    fn tell(&mut self, connections: usize, load: Load, batch: usize) {
        let load = match load {
            Load::Store => "store",
            Load::Fetch => "fetch",
            Load::Both => "both",
        };
        let events = (self.batches.len() * batch) as f64 / self.seconds;
        let (batches, fetches) = (self.batches.told(self.seconds), self.fetches.told(self.seconds));
        println!("| {connections} | {load} | {events:.0} | {batches} | {fetches} | {} |", self.refused);
    }
}
