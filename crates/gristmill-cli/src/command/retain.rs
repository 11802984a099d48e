//! `gristmill retain`: how long events are kept.

use super::{compact, open_existing};
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::render::count;
use crate::settings::{Period, RetainSettings};
use crate::terminal;
use gristmill::{Deleted, Error, Retention, Store};
use serde_json::{Map, Value, json};
use std::time::Duration;

const DAY_MILLIS: u64 = 86_400_000;

pub(crate) fn run(settings: &RetainSettings) -> Result<(), Failure> {
    let store = open_existing(&settings.options, &settings.store)?;
    let failure = |error| Failure::in_store(&settings.store, error);
    let retention = retention(&store, settings).map_err(failure)?;
    store.seal().map_err(failure)?;
    let deleted = store.expire().map_err(failure)?;
    let remains = store.remains().map_err(failure)?;
    store.close().map_err(failure)?;
    if !settings.quiet {
        let done = told(&retention, deleted);
        say(&format!("{done}; {}", compact::remains_told(&remains)));
    }
    if terminal::stdout_is_terminal() {
        return Ok(());
    }
    let organizations: Map<String, Value> = retention
        .organizations
        .iter()
        .map(|(organization, period)| (organization.to_string(), days(*period)))
        .collect();
    let line = json!({
        "deleted": deleted.events,
        "segments": deleted.segments,
        "dropped": deleted.dropped,
        "retention": {"days": days(retention.period), "organizations": organizations},
        "on_disk": compact::remains_json(&remains),
    });
    to_stdout(|out| writeln!(out, "{line}"))
}

/// How long events are kept, from now on.
fn retention(store: &Store, settings: &RetainSettings) -> Result<Retention, Error> {
    let mut retention = store.retention()?;
    let Some(period) = settings.period else { return Ok(retention) };
    let period = match period {
        Period::For(time) => Some(millis(time)),
        Period::ForEver => None,
    };
    match &settings.organization {
        None => retention.period = period,
        Some(organization) => {
            retention.organizations.insert(organization.as_str().into(), period);
        }
    }
    store.set_retention(retention.clone())?;
    Ok(retention)
}

fn millis(period: Duration) -> u64 {
    u64::try_from(period.as_millis()).unwrap_or(u64::MAX)
}

/// Null is for ever.
fn days(period: Option<u64>) -> Value {
    period.map(|millis| millis / DAY_MILLIS).into()
}

fn told(retention: &Retention, deleted: Deleted) -> String {
    let period = match retention.period {
        None => "for ever".to_owned(),
        Some(millis) => format!("for {} days", count(millis / DAY_MILLIS)),
    };
    let others = match retention.organizations.len() {
        0 => String::new(),
        1 => ", but those of 1 organization".to_owned(),
        others => format!(", but those of {} organizations", count(others as u64)),
    };
    format!("events are kept {period}{others}; deleted {} older ones", count(deleted.events))
}
