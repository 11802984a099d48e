//! The stream is the same for the same options, and looks like what it says.

use gristmill::event::{Event, Source};
use gristmill::schema::Dimension;
use gristmill_generator::{Generator, GeneratorOptions};
use std::collections::BTreeMap;

fn options(events: u64) -> GeneratorOptions {
    let mut options = GeneratorOptions::default();
    options.events = events;
    options
}

fn json(options: &GeneratorOptions) -> Vec<u8> {
    let mut text = Vec::new();
    for event in Generator::new(options) {
        event.write_json(&mut text);
        text.push(b'\n');
    }
    text
}

/// FNV-1a: any fixed sum will do.
fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

#[test]
fn a_seed_gives_the_same_bytes_for_ever() {
    let text = json(&options(1_000));
    assert_eq!(
        sum(&text),
        4_037_776_521_593_562_374,
        "who changes the stream of a seed says so in the changelog"
    );
}

#[test]
fn other_seeds_give_other_events() {
    let mut other = options(100);
    other.seed = 2;
    assert_ne!(json(&options(100)), json(&other));
}

#[test]
fn odd_options_are_fine() {
    let mut odd = options(50);
    (odd.days, odd.tenants, odd.labels, odd.late) = (0, 0, 0, 7.0);
    assert_eq!(Generator::new(&odd).count(), 50);
    assert_eq!(Generator::new(&options(0)).count(), 0);
    let (low, high) = Generator::new(&options(3)).size_hint();
    assert_eq!((low, high), (3, Some(3)));
}

struct Stream {
    events: Vec<Event>,
}

impl Stream {
    fn new() -> Self {
        Self { events: Generator::new(&options(100_000)).collect() }
    }

    fn share(&self, holds: impl Fn(&Event) -> bool) -> f64 {
        self.events.iter().filter(|event| holds(event)).count() as f64 / self.events.len() as f64
    }

    fn counts(&self, dimension: Dimension) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for text in self.events.iter().filter_map(|event| event.text(dimension)) {
            *counts.entry(text).or_default() += 1;
        }
        counts
    }
}

#[track_caller]
fn within(share: f64, low: f64, high: f64) {
    assert!((low..high).contains(&share), "{share} is not from {low} to {high}");
}

#[test]
fn the_stream_looks_like_what_it_says() {
    let stream = Stream::new();
    tenants_and_labels_follow_zipf(&stream);
    some_events_are_late(&stream);
    sessions_belong_to_visitors(&stream);
    columns_are_sparse(&stream);
    lines_have_the_usual_length();
}

fn tenants_and_labels_follow_zipf(stream: &Stream) {
    let tenants = stream.counts(Dimension::OrganizationId);
    within(tenants.len() as f64, 190.0, 201.0);
    within(largest(&tenants), 0.17, 0.23);
    let labels = stream.counts(Dimension::Label);
    within(labels.len() as f64, 4_000.0, 5_001.0);
    within(largest(&labels), 0.10, 0.16);
}

/// The share of the most frequent text.
fn largest(counts: &BTreeMap<&str, usize>) -> f64 {
    counts.values().copied().max().unwrap_or(0) as f64 / 100_000.0
}

fn some_events_are_late(stream: &Stream) {
    let mut latest = i64::MIN;
    let late = stream.events.iter().filter(|event| {
        let late = event.timestamp.millis() < latest;
        latest = latest.max(event.timestamp.millis());
        late
    });
    within(late.count() as f64 / 100_000.0, 0.015, 0.025);
}

fn sessions_belong_to_visitors(stream: &Stream) {
    let mut visitors = BTreeMap::new();
    let mut places = BTreeMap::new();
    for event in &stream.events {
        let visitor = event.text(Dimension::VisitorId);
        let session = event.text(Dimension::SessionId);
        assert!(visitor.is_some() && session.is_some());
        assert_eq!(*visitors.entry(session).or_insert(visitor), visitor);
        let organization = event.text(Dimension::OrganizationId);
        let place = (event.text(Dimension::GeoCity), event.text(Dimension::BrowserVersion), organization);
        assert_eq!(*places.entry(visitor).or_insert(place), place);
    }
    within(visitors.len() as f64 / 100_000.0, 0.12, 0.25);
    within(places.len() as f64 / visitors.len() as f64, 0.4, 0.7);
    for event in stream.events.iter().filter(|event| event.text(Dimension::OsName) == Some("iOS")) {
        assert_eq!(event.text(Dimension::BrowserName), Some("Mobile Safari"));
    }
}

fn columns_are_sparse(stream: &Stream) {
    within(stream.share(|event| event.value.is_none()), 0.25, 0.42);
    within(stream.share(|event| event.source == Source::Trusted), 0.15, 0.45);
    within(stream.share(|event| event.properties().len() == 0), 0.33, 0.37);
    within(stream.share(|event| event.properties().eq([""])), 0.01, 0.03);
    within(stream.share(|event| event.properties().len() > 1), 0.2, 0.4);
    for (dimension, low, high) in [
        (Dimension::Dim1, 0.58, 0.62),
        (Dimension::Dim2, 0.25, 0.35),
        (Dimension::Dim3, 0.003, 0.06),
        (Dimension::Dim4, 0.03, 0.12),
        (Dimension::Dim5, 0.003, 0.007),
        (Dimension::UserId, 0.1, 0.2),
        (Dimension::GeoCity, 0.88, 0.96),
    ] {
        within(stream.share(|event| event.text(dimension).is_some()), low, high);
    }
}

fn lines_have_the_usual_length() {
    within(json(&options(2_000)).len() as f64 / 2_000.0, 640.0, 720.0);
}
