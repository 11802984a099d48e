//! Events on their way in: JSON to a batch, a batch to the log, a load to segments.
//!
//! A batch has ten thousand events at most, a load a tenth of [`Size::rows`].

use crate::shapes::{Events, Size};
use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput};
use gristmill::event::{Batch, Event, EventReader, SourceRule};
use gristmill::{Options, Store, Timestamp};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const BATCH_ROWS: usize = 10_000;

pub(crate) fn run(criterion: &mut Criterion, size: Size) {
    parse(criterion, size);
    append(criterion, size);
    load(criterion, size);
    seal(criterion, size);
}

fn events(size: Size, count: usize) -> Vec<Event> {
    Events::new(size).take(count).collect()
}

fn ndjson(events: &[Event]) -> Vec<u8> {
    let mut text = Vec::new();
    for event in events {
        event.write_json(&mut text);
        text.push(b'\n');
    }
    text
}

fn empty_store() -> Store {
    Options::new().threads(1).background(false).open_in_memory().expect("an empty store")
}

fn parse(criterion: &mut Criterion, size: Size) {
    let events = events(size, BATCH_ROWS);
    let text = ndjson(&events);
    let mut group = criterion.benchmark_group("ingest/parse");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    group
        .throughput(Throughput::ElementsAndBytes { elements: events.len() as u64, bytes: text.len() as u64 });
    group.bench_function("batch_from_json", |bencher| {
        bencher.iter(|| {
            Batch::from_json(black_box(&text), SourceRule::FromEvent, Timestamp(0)).expect("good events")
        });
    });
    group.bench_function("event_reader", |bencher| {
        bencher.iter(|| {
            let mut reader = EventReader::new(black_box(&text[..]), SourceRule::FromEvent, Timestamp(0));
            while let Some(row) = reader.next_row() {
                black_box(row.expect("a good event"));
            }
        });
    });
    group.finish();
}

/// Into a log in memory: what the disk takes is not ours to measure.
fn append(criterion: &mut Criterion, size: Size) {
    let mut group = criterion.benchmark_group("ingest/append");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    for rows in [1, 100, BATCH_ROWS] {
        let batch = Arc::new(Batch::from_events(events(size, rows)).expect("a batch"));
        group.throughput(Throughput::Elements(batch.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(rows), |bencher| {
            let store = empty_store();
            bencher.iter(|| store.append(Arc::clone(&batch)).expect("a receipt"));
        });
    }
    group.finish();
}

fn load(criterion: &mut Criterion, size: Size) {
    let events = events(size, usize::try_from(size.rows / 10).unwrap_or(usize::MAX).max(1));
    let mut group = criterion.benchmark_group("ingest/load");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function(BenchmarkId::from_parameter(events.len()), |bencher| {
        bencher.iter_batched(
            empty_store,
            |store| {
                let mut loader = store.loader();
                for event in &events {
                    loader.push(&event.as_row()).expect("a good event");
                }
                loader.commit().expect("a receipt");
                store
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// What becomes of the write-ahead log's events when the buffer is full.
fn seal(criterion: &mut Criterion, size: Size) {
    let batch = Arc::new(Batch::from_events(events(size, BATCH_ROWS)).expect("a batch"));
    let mut group = criterion.benchmark_group("ingest/seal");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(batch.len() as u64));
    group.bench_function(BenchmarkId::from_parameter(batch.len()), |bencher| {
        bencher.iter_batched(
            || {
                let store = empty_store();
                store.append(Arc::clone(&batch)).expect("a receipt");
                store
            },
            |store| {
                store.seal().expect("sealed");
                store
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}
