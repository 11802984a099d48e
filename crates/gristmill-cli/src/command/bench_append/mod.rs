//! `gristmill bench-append`: how fast small batches are stored durably.

mod disk;
mod report;
mod round;

use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output::to_stdout;
use crate::settings::{Appenders, BenchAppendSettings};
use gristmill::event::{Batch, Event};
use gristmill_generator::{Generator, GeneratorOptions};
use report::Report;
use round::Round;
use std::sync::Arc;

/// Events that are generated and then appended over and over: enough for dictionaries of a usual size.
const EVENTS: usize = 200_000;

pub(crate) fn run(settings: &BenchAppendSettings) -> Result<(), Failure> {
    let interrupt = Interrupt::listen()?;
    let batches = batches(settings.batch_events)?;
    let mut report = Report::default();
    // In turns, so that whatever else the machine does meets both.
    for _ in 0..settings.runs {
        let one = Round::measure(settings, Appenders::ONE, &batches, &interrupt)?;
        let windows = Round::measure(settings, settings.appenders, &batches, &interrupt)?;
        report.push(one, windows);
    }
    let line = report.to_json(settings, &batches);
    to_stdout(|out| writeln!(out, "{line}"))
}

fn batches(batch_events: usize) -> Result<Vec<Arc<Batch>>, Failure> {
    let mut options = GeneratorOptions::default();
    options.events = EVENTS.max(batch_events) as u64;
    let events: Vec<Event> = Generator::new(&options).collect();
    let batches = events.chunks_exact(batch_events).map(|events| Batch::from_events(events).map(Arc::new));
    batches
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::caused(Code::Other, "cannot make batches of the generated events", &error))
}
