//! `gristmill snapshot`: a backup of a store.

use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::{bytes, count};
use crate::settings::SnapshotSettings;
use crate::terminal;
use gristmill::maintenance::{self, Backup};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) fn run(settings: &SnapshotSettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let bar = progress::bar(Measure::Bytes(Some(0)), settings.quiet);
    let result = maintenance::snapshot(&settings.store, &settings.target, &|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let backup = result.map_err(|error| failure(settings, error))?;
    if !settings.quiet {
        say(&summary(&backup, &settings.target, begin.elapsed()));
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let line = json!({
        "segments": backup.segments,
        "events": backup.events,
        "bytes_linked": backup.bytes_linked,
        "bytes_copied": backup.bytes_copied,
    });
    to_stdout(|out| writeln!(out, "{line}"))
}

/// The failure with the folder that it is about.
fn failure(settings: &SnapshotSettings, error: gristmill::Error) -> Failure {
    use gristmill::{Error, StoreError};
    match error {
        Error::Store(StoreError::NotEmpty { .. } | StoreError::Locked { .. }) => {
            Failure::in_store(&settings.target, error)
        }
        error => Failure::opening_to_read(&settings.store, error),
    }
}

fn summary(backup: &Backup, target: &Path, took: Duration) -> String {
    format!(
        "backed up {} events in {} segments to {} in {:.1} s: {} linked, {} copied",
        count(backup.events),
        count(backup.segments),
        target.display(),
        took.as_secs_f64(),
        bytes(backup.bytes_linked),
        bytes(backup.bytes_copied),
    )
}
