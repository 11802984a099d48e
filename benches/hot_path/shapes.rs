//! The data that the benches run on: columns of known cardinality, the same in every run.

use gristmill::event::{Event, Source};
use gristmill::request::{Fetch, FetchContext};
use gristmill::schema::Dimension;
use gristmill::{Options, Store, Timestamp};
use std::env;

/// The first instant of the data: 2024-01-01T00:00:00Z.
pub(crate) const START: i64 = 1_704_067_200_000;
const DAY: u64 = 86_400_000;

/// How much data there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Events in the store: `GRISTMILL_BENCH_ROWS`, by default a million.
    pub(crate) rows: u64,
    /// Days that they are spread over evenly: `GRISTMILL_BENCH_DAYS`, by default 30.
    pub(crate) days: u64,
    /// Threads that answer: `GRISTMILL_BENCH_THREADS`, by default one for each core.
    pub(crate) threads: usize,
}

impl Size {
    pub(crate) fn from_env() -> Self {
        Self {
            rows: number("GRISTMILL_BENCH_ROWS", 1_000_000).max(1),
            days: number("GRISTMILL_BENCH_DAYS", 30).max(1),
            threads: usize::try_from(number("GRISTMILL_BENCH_THREADS", 0)).unwrap_or(0),
        }
    }
}

fn number(variable: &str, default: u64) -> u64 {
    match env::var(variable) {
        Ok(text) => {
            text.parse().unwrap_or_else(|_| panic!("{variable} is {text:?}, expected a whole number"))
        }
        Err(_) => default,
    }
}

/// The columns that a bench filters and groups by, each with the number of its values among so many rows.
fn columns(rows: u64) -> [(Dimension, u64); 6] {
    [
        (Dimension::Category, 4),
        (Dimension::Label, 100),
        (Dimension::Action, 10_000),
        (Dimension::VisitorId, rows / 10 + 1),
        (Dimension::SessionId, rows),
        (Dimension::GeoCountry, 50),
    ]
}

/// The events of a store, one after the other.
pub(crate) struct Events {
    size: Size,
    at: u64,
}

impl Events {
    pub(crate) fn new(size: Size) -> Self {
        Self { size, at: 0 }
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if self.at == self.size.rows {
            return None;
        }
        let row = self.at;
        self.at += 1;
        let mut random = Random(row);
        let millis = i64::try_from(random.below(self.size.days * DAY)).unwrap_or_default();
        let mut event = Event::new(Timestamp(START + millis), "bench", "com.example.shop");
        for (dimension, cardinality) in columns(self.size.rows) {
            let code = random.below(cardinality);
            event.set(dimension, Some(&value(dimension, code)));
        }
        if random.below(10) > 0 {
            event.value = Some(f64::from(u32::try_from(random.below(100_000)).unwrap_or_default()) / 100.0);
        }
        let properties: Vec<String> =
            (0..random.below(4)).map(|_| format!("property-{}", random.below(50))).collect();
        event.set_properties(properties.iter().map(String::as_str));
        event.source = if random.below(3) == 0 { Source::Trusted } else { Source::Untrusted };
        Some(event)
    }
}

/// The text of a column's value.
pub(crate) fn value(dimension: Dimension, code: u64) -> String {
    match dimension {
        Dimension::SessionId | Dimension::VisitorId => {
            let high = Random(code).next();
            format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                high >> 32,
                high >> 16 & 0xffff,
                high & 0xfff,
                0,
                code
            )
        }
        _ => format!("{}-{code}", dimension.name()),
    }
}

/// A store with the events of that size, loaded and sealed, in memory.
pub(crate) fn store(size: Size) -> Store {
    store_with(size, Options::new())
}

/// As [`store`], with options of its own.
pub(crate) fn store_with(size: Size, options: Options) -> Store {
    // A segment for each day, however many rows it has.
    let options = options.segment_rows(u32::MAX).threads(size.threads).background(false);
    let store = options.open_in_memory().expect("an empty store");
    let mut loader = store.loader();
    for event in Events::new(size) {
        loader.push(&event.as_row()).expect("a good event");
    }
    loader.commit().expect("a loaded store");
    store
}

/// A fetch over all the data: the rest of a JSON object after the organization and the interval.
pub(crate) fn fetch(size: Size, rest: &str) -> Fetch {
    let end = START.saturating_add(i64::try_from(size.days * DAY).unwrap_or(i64::MAX));
    let json = format!(
        r#"{{"organization_id":"bench","interval":{{"start":{START},"end":{end},"time_zone":"Europe/Helsinki"}},{rest}}}"#
    );
    Fetch::from_json(json.as_bytes(), &FetchContext::default()).expect("a good fetch")
}

/// Numbers without a pattern, the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 on and below a limit, which is at least 1.
    fn below(&mut self, limit: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or_default()
    }
}
