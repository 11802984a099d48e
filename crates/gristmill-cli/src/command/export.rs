//! `gristmill export`: a store as Parquet files.

use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::{bytes, count};
use crate::settings::ExportSettings;
use crate::terminal;
use gristmill::Error;
use gristmill::parquet::{Export, ExportError};
use serde_json::json;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) fn run(settings: &ExportSettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let interrupt = Interrupt::listen()?;
    let reader = settings
        .options
        .clone()
        .open_reader(&settings.store)
        .map_err(|error| Failure::opening_to_read(&settings.store, error))?;
    let bar = progress::bar(Measure::Events(0), settings.quiet);
    let result = reader.export_to(&settings.target, &settings.export, &|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        if interrupt.is_raised() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    let export = result.map_err(|error| match error {
        Error::Export(ExportError::Stopped) => {
            Failure::new(Code::Interrupted, "interrupted, nothing was exported")
        }
        Error::Export(ExportError::NotEmpty { .. }) => {
            Failure::new(Code::Other, format!("{error}: --replace does that"))
        }
        error => Failure::in_store_after(&settings.store, error, "nothing was exported"),
    })?;
    if !settings.quiet {
        say(&summary(&export, &settings.target, begin.elapsed()));
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let Export { events, files, days, bytes, .. } = export;
    let line = json!({"events": events, "files": files, "days": days, "bytes": bytes});
    to_stdout(|out| writeln!(out, "{line}"))
}

fn summary(export: &Export, target: &Path, took: Duration) -> String {
    format!(
        "exported {} events of {} days to {} files in {} in {:.1} s: {} ({:.1} bytes an event)",
        count(export.events),
        count(export.days),
        count(export.files),
        target.display(),
        took.as_secs_f64(),
        bytes(export.bytes),
        export.bytes as f64 / export.events.max(1) as f64,
    )
}
