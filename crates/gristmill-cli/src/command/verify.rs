//! `gristmill verify`: every byte of a store.

use crate::failure::{Code, Failure};
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::{bytes, count, printable};
use crate::settings::VerifySettings;
use gristmill::Loss;
use gristmill::maintenance::{self, Finding, Verification};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// So many files that nothing lists are named on stderr; the JSON has them all.
const MOST_UNLISTED: usize = 10;

pub(crate) fn run(settings: &VerifySettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let bar = progress::bar(Measure::Bytes(Some(0)), settings.quiet);
    let result = maintenance::verify(&settings.store, settings.threads, &|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let report = result.map_err(|error| Failure::opening_to_read(&settings.store, error))?;
    if settings.json {
        let object = object(&report);
        to_stdout(|out| writeln!(out, "{object:#}"))?;
    } else {
        to_stdout(|out| {
            report
                .findings
                .iter()
                .try_for_each(|finding| writeln!(out, "{}", printable(&finding.to_string())))
        })?;
    }
    if !settings.quiet {
        tell(&report, begin.elapsed());
    }
    match report.findings.len() {
        0 => Ok(()),
        findings => Err(Failure::new(
            Code::Damaged,
            format!(
                "store `{}`: {} wrong; restore it from a backup, or see what `gristmill repair --dry-run` would do",
                settings.store.display(),
                things(findings as u64, "thing is", "things are"),
            ),
        )),
    }
}

fn tell(report: &Verification, took: Duration) {
    let rate = u128::from(report.bytes) * 1_000 / took.as_millis().max(1);
    say(&format!(
        "read {} with {} events, {} of segments, in {:.1} s ({} a second)",
        things(report.segments, "segment", "segments"),
        count(report.events),
        bytes(report.bytes),
        took.as_secs_f64(),
        bytes(u64::try_from(rate).unwrap_or(u64::MAX)),
    ));
    if !report.quarantined.is_empty() {
        let moved = things(report.quarantined.len() as u64, "segment lies", "segments lie");
        say(&format!("{moved} in quarantine since a repair"));
    }
    for loss in &report.losses {
        say(&format!("a repair gave up appends {} to {} of log {}", loss.first, loss.last, loss.log));
    }
    for path in report.unlisted.iter().take(MOST_UNLISTED) {
        say(&format!("not listed by the catalog: {}", printable(path)));
    }
    if let Some(more) = report.unlisted.len().checked_sub(MOST_UNLISTED).filter(|&more| more > 0) {
        say(&format!("and {} more; --json has them all", count(more as u64)));
    }
}

fn things(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

fn object(report: &Verification) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "file": finding.file,
            "part": finding.part,
            "offset": finding.offset,
            "expected": finding.expected,
            "found": finding.found,
        })
    };
    json!({
        "catalog": report.catalog,
        "segments": report.segments,
        "bytes": report.bytes,
        "events": report.events,
        "logs": report.logs,
        "appends_in_logs": report.appends,
        "torn_bytes": report.torn_bytes,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "quarantined": report.quarantined,
        "losses": report.losses.iter().map(loss).collect::<Vec<_>>(),
        "unlisted": report.unlisted,
    })
}

/// Appends that a repair gave up.
pub(super) fn loss(loss: &Loss) -> Value {
    json!({"log": loss.log, "first": loss.first, "last": loss.last, "events_at_most": loss.events})
}
