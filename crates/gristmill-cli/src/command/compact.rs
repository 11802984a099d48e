//! `gristmill compact`: a store rewritten in place.

use super::open_existing;
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::{bytes, count};
use crate::settings::CompactSettings;
use crate::terminal;
use gristmill::{Compaction, CompactionProgress, Error, Remains, SegmentsTotal};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) fn run(settings: &CompactSettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let store = open_existing(&settings.options, &settings.store)?;
    let failure = |error| Failure::in_store(&settings.store, error);
    let receipt =
        with_bar(
            settings.quiet,
            |observe| {
                if settings.purge { store.purge(observe) } else { store.compact(observe) }
            },
        )
        .map_err(failure)?;
    let remains = store.remains().map_err(failure)?;
    store.close().map_err(failure)?;
    if !settings.quiet {
        say(&summary(&receipt, begin.elapsed()));
        if settings.purge {
            say(&remains_told(&remains));
        }
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let line = json!({
        "written": receipt.written,
        "before": total(receipt.before),
        "after": total(receipt.after),
        "on_disk": remains_json(&remains),
    });
    to_stdout(|out| writeln!(out, "{line}"))
}

/// Rewrites segments under a bar that tells how far it is.
pub(super) fn with_bar(
    quiet: bool,
    rewrite: impl FnOnce(&(dyn Fn(CompactionProgress) + Sync)) -> Result<Compaction, Error>,
) -> Result<Compaction, Error> {
    let bar = progress::bar(Measure::Events(0), quiet);
    let result = rewrite(&|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    result
}

/// What of deleted events is on the disk still, for people.
pub(super) fn remains_told(remains: &Remains) -> String {
    let Remains { events, files } = remains;
    match (events, files.len()) {
        (0, 0) => "no deleted event is on the disk".to_owned(),
        (0, files) => format!(
            "{files} files that the store lists no longer are there for a reader, or in quarantine, and may hold deleted events"
        ),
        _ => format!(
            "the bytes of {} deleted events are on the disk until `gristmill compact --purge`",
            count(*events)
        ),
    }
}

/// The same for programs.
pub(super) fn remains_json(remains: &Remains) -> Value {
    json!({"deleted_events": remains.events, "unlisted_files": remains.files})
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
