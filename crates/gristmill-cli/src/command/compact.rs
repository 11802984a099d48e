//! `gristmill compact`: a store rewritten in place.

use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::{bytes, count};
use crate::settings::CompactSettings;
use crate::terminal;
use gristmill::{Compaction, SegmentsTotal};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) fn run(settings: &CompactSettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let store = settings
        .options
        .clone()
        .open_existing(&settings.store)
        .map_err(|error| Failure::opening_to_read(&settings.store, error))?;
    let failure = |error| Failure::in_store(&settings.store, error);
    let bar = progress::bar(Measure::Events(0), settings.quiet);
    let result = store.compact(&|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let receipt = result.map_err(failure)?;
    store.close().map_err(failure)?;
    if !settings.quiet {
        say(&summary(&receipt, begin.elapsed()));
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let line = json!({
        "written": receipt.written,
        "before": total(receipt.before),
        "after": total(receipt.after),
    });
    to_stdout(|out| writeln!(out, "{line}"))
}

fn summary(receipt: &Compaction, took: Duration) -> String {
    let Compaction { before, after, written } = *receipt;
    if written == 0 {
        return format!("nothing to compact: {}", told(after));
    }
    format!("compacted {} to {} in {:.1} s", told(before), told(after), took.as_secs_f64())
}

fn told(total: SegmentsTotal) -> String {
    let noun = if total.segments == 1 { "segment" } else { "segments" };
    let each = total.bytes as f64 / total.events.max(1) as f64;
    format!("{} {noun} of {} ({each:.1} bytes an event)", count(total.segments), bytes(total.bytes))
}

fn total(total: SegmentsTotal) -> Value {
    json!({"segments": total.segments, "events": total.events, "bytes": total.bytes})
}
