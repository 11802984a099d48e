//! `gristmill delete`: events that are wanted no longer.

use super::{compact, open_existing};
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::render::count;
use crate::settings::DeleteSettings;
use crate::terminal;
use gristmill::{Deleted, Remains};
use serde_json::json;

pub(crate) fn run(settings: &DeleteSettings) -> Result<(), Failure> {
    if settings.dry_run {
        return dry_run(settings);
    }
    let store = open_existing(&settings.options, &settings.store)?;
    let failure = |error| Failure::in_store(&settings.store, error);
    let deleted = store.delete(&settings.delete).map_err(failure)?;
    if settings.purge {
        compact::with_bar(settings.quiet, |observe| store.purge(observe)).map_err(failure)?;
    }
    let remains = store.remains().map_err(failure)?;
    store.close().map_err(failure)?;
    if !settings.quiet {
        say(&summary(deleted, &remains));
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let Deleted { events, segments, dropped } = deleted;
    let line = json!({
        "deleted": events,
        "segments": segments,
        "dropped": dropped,
        "on_disk": compact::remains_json(&remains),
    });
    to_stdout(|out| writeln!(out, "{line}"))
}

fn dry_run(settings: &DeleteSettings) -> Result<(), Failure> {
    let reader = settings
        .options
        .clone()
        .open_reader(&settings.store)
        .map_err(|error| Failure::opening_to_read(&settings.store, error))?;
    let events = reader
        .count_to_delete(&settings.delete)
        .map_err(|error| Failure::in_store(&settings.store, error))?;
    if !settings.quiet {
        say(&format!("would delete {}; nothing was changed", events_told(events)));
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let line = json!({ "would_delete": events });
    to_stdout(|out| writeln!(out, "{line}"))
}

fn summary(deleted: Deleted, remains: &Remains) -> String {
    let done = match deleted.events {
        0 => "nothing to delete: no event matches".to_owned(),
        events => format!("deleted {}", events_told(events)),
    };
    format!("{done}; {}", compact::remains_told(remains))
}

fn events_told(events: u64) -> String {
    let noun = if events == 1 { "event" } else { "events" };
    format!("{} {noun}", count(events))
}
