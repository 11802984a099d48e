//! How much the background writes: events appended in small batches to a store of small segments, in memory, with every
//! round done as soon as there is one.
//!
//! `cargo run --release -p gristmill-generator --example write_amplification [EVENTS [SEGMENT_ROWS]]`

#![expect(clippy::print_stdout, reason = "it tells what it measured")]

use std::env;
use std::error::Error;

use gristmill::Options;
use gristmill::event::Batch;
use gristmill_generator::{Generator, GeneratorOptions};

const BATCH: usize = 100;
const EVENTS: u64 = 2_000_000;
const SEGMENT_ROWS: u32 = 16_384;
const DAYS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut options = GeneratorOptions::default();
    options.events = arguments.next().map_or(Ok(EVENTS), |text| text.parse())?;
    options.days = DAYS;
    let segment_rows = arguments.next().map_or(Ok(SEGMENT_ROWS), |text| text.parse())?;
    let store = Options::new().background(false).segment_rows(segment_rows).open_in_memory()?;

    let (mut sealed, mut rewritten, mut rounds, mut most) =
        (Written::default(), Written::default(), 0_u64, 0);
    let mut events = Generator::new(&options);
    let mut next_id = 0;
    loop {
        let batch: Vec<_> = events.by_ref().take(BATCH).collect();
        let is_last = batch.is_empty();
        if is_last {
            store.seal()?;
        } else {
            store.append(Batch::from_events(batch)?)?;
        }
        let catalog = store.catalog()?;
        for entry in catalog.segments.iter().filter(|entry| entry.id >= next_id) {
            sealed.add(entry.rows.into(), entry.files.bytes());
        }
        loop {
            let round = store.compact_round()?;
            if round.merged == 0 {
                break;
            }
            rounds += 1;
            rewritten.add(round.events, round.bytes);
        }
        let catalog = store.catalog()?;
        next_id = catalog.next_id;
        most = most.max(catalog.segments.len());
        if is_last {
            break;
        }
    }
    let segments = store.catalog()?.segments.len();
    println!("sealed     {:>10} events {:>12} bytes", sealed.events, sealed.bytes);
    println!("rewritten  {:>10} events {:>12} bytes in {rounds} rounds", rewritten.events, rewritten.bytes);
    println!("an event is written {:.2} times", sealed.times(rewritten, |written| written.events));
    println!(
        "bytes written are {:.2} times those of the seals",
        sealed.times(rewritten, |written| written.bytes)
    );
    println!("segments: {segments} at the end, {most} at most");
    Ok(())
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    events: u64,
    bytes: u64,
}

impl Written {
    fn add(&mut self, events: u64, bytes: u64) {
        self.events += events;
        self.bytes += bytes;
    }

    /// This and what was rewritten, in parts of this.
    fn times(self, rewritten: Self, amount: impl Fn(Self) -> u64) -> f64 {
        (amount(self) + amount(rewritten)) as f64 / amount(self).max(1) as f64
    }
}
