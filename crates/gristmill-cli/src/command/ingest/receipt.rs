//! What a load has come to, for programs and for people.

use super::reading::Tally;
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::render::{bytes, count, printable, whole};
use crate::settings::{IngestSettings, Invalid};
use crate::terminal;
use gristmill::Receipt;
use gristmill::schema::Column;
use serde_json::json;
use std::time::Duration;

/// So many ignored keys are named on stderr; the JSON has them all.
const MOST_NAMED: usize = 10;
/// Names that differ by more edits are not the same name mistyped.
const MOST_EDITS: usize = 2;

/// What a load has come to.
#[derive(Debug)]
pub(super) struct IngestReceipt {
    receipt: Receipt,
    tally: Tally,
    /// Whether a load of the same name was stored before, and this one was not read.
    repeated: bool,
}

impl IngestReceipt {
    pub(super) fn new(receipt: Receipt, tally: Tally) -> Self {
        Self { receipt, tally, repeated: false }
    }

    /// The receipt of a load of the same name that was stored before.
    pub(super) fn repeated(receipt: Receipt) -> Self {
        Self { receipt, tally: Tally::default(), repeated: true }
    }

    /// The receipt of all batches together, whose events are so many.
    pub(super) fn of_batches(events: u64, tally: Tally, repeated: bool) -> Self {
        // Each batch has told its own number.
        Self { receipt: Receipt { events, sequence: 0 }, tally, repeated }
    }

    /// Prints lines for people on stderr, and JSON on stdout where a program may read it.
    pub(super) fn print(&self, settings: &IngestSettings, took: Duration) -> Result<(), Failure> {
        if !settings.quiet {
            say(&self.summary(settings, took));
        }
        self.ignored_lines().iter().for_each(|line| say(line));
        if terminal::stdout_is_terminal() {
            return Ok(());
        }
        let line = self.json();
        to_stdout(|out| writeln!(out, "{line}"))
    }

    fn json(&self) -> String {
        let ignored = json!(self.tally.ignored);
        format!(
            r#"{{"stored":{},"rejected":{},"repeated":{},"ignored":{ignored}}}"#,
            self.receipt.events, self.tally.rejected, self.repeated
        )
    }

    fn summary(&self, settings: &IngestSettings, took: Duration) -> String {
        let noun = if self.receipt.events == 1 { "event" } else { "events" };
        let stored = format!("{} {noun}", count(self.receipt.events));
        let mut summary = if self.repeated {
            format!("nothing stored: this load was stored before, with {stored}")
        } else {
            format!("stored {stored}{}", self.pace(settings.input_bytes, took))
        };
        if let (Invalid::Skip(path), 1..) = (&settings.invalid, self.tally.rejected) {
            let rejected = count(self.tally.rejected);
            summary = format!("{summary}; left out {rejected}, see `{}`", path.display());
        }
        printable(&summary).into_owned()
    }

    fn pace(&self, input_bytes: Option<u64>, took: Duration) -> String {
        let seconds = took.as_secs_f64();
        let size = input_bytes.map(|size| format!(" of {}", bytes(size))).unwrap_or_default();
        let rate = whole(self.receipt.events as f64 / seconds.max(1e-3)) as u64;
        format!("{size} in {seconds:.1} s, {} a second", count(rate))
    }

    /// A line for each of the keys ignored most often.
    fn ignored_lines(&self) -> Vec<String> {
        let mut ignored: Vec<(&String, &u64)> = self.tally.ignored.iter().collect();
        ignored.sort_by(|a, b| b.1.cmp(a.1));
        let mut lines: Vec<String> = ignored
            .iter()
            .take(MOST_NAMED)
            .map(|(name, times)| {
                let meant =
                    nearest(name).map(|meant| format!(" (did you mean {meant}?)")).unwrap_or_default();
                format!("ignored: {} x \"{}\"{meant}", count(**times), printable(name))
            })
            .collect();
        let others: u64 = ignored.iter().skip(MOST_NAMED).map(|(_, times)| **times).sum::<u64>()
            + self.tally.ignored_others;
        if others > 0 {
            lines.push(format!("ignored: {} x other keys", count(others)));
        }
        lines
    }
}

/// What a batch has come to.
#[derive(Debug)]
pub(super) struct BatchReceipt {
    /// Counted from 0, in the order of the input.
    pub(super) number: u64,
    pub(super) receipt: Receipt,
    /// Whether a batch of the same name was stored before.
    pub(super) repeated: bool,
}

impl BatchReceipt {
    /// Prints a line of JSON on stdout where a program may read it.
    pub(super) fn print(&self) -> Result<(), Failure> {
        if terminal::stdout_is_terminal() {
            return Ok(());
        }
        let Receipt { events, sequence } = self.receipt;
        let line = format!(
            r#"{{"batch":{},"stored":{events},"repeated":{},"sequence":{sequence}}}"#,
            self.number, self.repeated
        );
        to_stdout(|out| writeln!(out, "{line}"))
    }
}

/// The column whose name is nearest to a key that was ignored.
fn nearest(key: &str) -> Option<&'static str> {
    Column::all()
        .map(|column| (strsim::damerau_levenshtein(key, column.name()), column.name()))
        .filter(|(edits, name)| *edits <= MOST_EDITS && *edits * 2 < name.len())
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_names_are_recognised() {
        assert_eq!(nearest("catgory"), Some("category"));
        assert_eq!(nearest("Label"), Some("label"));
        assert_eq!(nearest("dim6"), Some("dim1"));
        assert_eq!(nearest("colour"), None);
        assert_eq!(nearest(""), None);
    }
}
