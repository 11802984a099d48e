//! What a store answers, and what it says of damage.

use std::sync::Arc;

use gristmill::dir::{Dir, MemoryDir};
use gristmill::event::{Batch, Event};
use gristmill::request::{Fetch, FetchContext};
use gristmill::response::{Answer, Cell};
use gristmill::schema::Dimension;
use gristmill::segment::SegmentError;
use gristmill::{Error, ErrorKind, Recovery, Snapshot};

use crate::planted::options;

/// Fetches that touch every column of both organizations. Each counts events, none of them twice.
pub(crate) struct Questions {
    fetches: Vec<Fetch>,
}

/// The right answers to [`Questions`], each with the events it counts.
#[derive(Debug)]
pub(crate) struct Answers(Vec<(String, u64)>);

/// What was found: an answer for each of the fetches, or none where the store cannot be opened.
#[derive(Debug)]
struct Found {
    answers: Vec<Given>,
    outcome: Outcome,
}

#[derive(Debug)]
enum Given {
    Whole(String),
    /// Only with `allow_partial`: events counted, and how many more there may be.
    Partial {
        count: u64,
        missing: u64,
    },
}

/// What a store made of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Every answer is right, and nothing is said.
    Silent,
    /// Every answer is right, and the store tells that something was wrong.
    Noted,
    /// Some fetches are refused, and with `allow_partial` answered and marked; the others are right.
    Degraded,
    /// The store cannot be opened.
    Refused,
}

impl Questions {
    /// All of them.
    pub(crate) fn all() -> Self {
        Self::first(usize::MAX)
    }

    /// The first forms of question, for each organization. The first one alone reads every column, the second one
    /// needs the lists of rows that an index has.
    pub(crate) fn first(count: usize) -> Self {
        let distinct: Vec<String> =
            Dimension::ALL.iter().map(|dimension| format!(r#""{}_uniq""#, dimension.name())).collect();
        let forms = [
            format!(
                r#""granularity":"hour","aggregations":["count","sum","avg","min","max",{}]"#,
                distinct.join(",")
            ),
            r#""granularity":"none","aggregations":["count","sum"],
                "filters":{"type":"not","field":{"type":"in","dimension":"session_id","values":["session_id 3","00000000-0000-4000-8000-000000000002"]}}"#
                .to_owned(),
            r#""granularity":"day","group_by":["event_version","source","dim3"],"aggregations":["count","sum"]"#
                .to_owned(),
        ];
        let fetch = |organization: &str, form: &str| {
            let text = format!(
                r#"{{"organization_id":"{organization}","interval":{{"start":"1970-01-01","end":"1970-01-03"}},{form}}}"#
            );
            Fetch::from_json(text.as_bytes(), &FetchContext::new()).unwrap()
        };
        let organizations = ["acme", "zeta"];
        let fetches =
            organizations.iter().flat_map(|name| forms.iter().take(count).map(|form| fetch(name, form)));
        Self { fetches: fetches.collect() }
    }

    /// The right answers where these events are stored: from a store that has no file of them.
    pub(crate) fn right(&self, events: impl IntoIterator<Item = Event>) -> Answers {
        let store = options().open_in_memory().unwrap();
        store.append(Batch::from_events(events).unwrap()).unwrap();
        let answer = |fetch| {
            let answer = store.fetch(fetch).unwrap();
            (answer.to_json(), count(&answer))
        };
        Answers(self.fetches.iter().map(answer).collect())
    }

    /// What a store makes of a fault: which of the right answers it gives, and with what outcome. A reader and a writer are
    /// asked, and must agree; so must a reader `again` behind the writer, but that a writer may mend what needs only a note.
    pub(crate) fn ask(
        &self,
        dir: &MemoryDir,
        right: &[Answers],
        again: bool,
    ) -> Result<(usize, Outcome), String> {
        let which = |found: &Found| {
            let checked: Vec<_> = right.iter().map(|right| right.check(found)).collect();
            let first = checked.iter().position(Result::is_ok);
            first.ok_or_else(|| checked.into_iter().find_map(Result::err).unwrap_or_default())
        };
        let reader = self.of_reader(dir)?;
        let writer = self.of_writer(dir)?;
        let found = (which(&reader)?, reader.outcome);
        if (which(&writer)?, writer.outcome) != found {
            return Err(format!("{found:?} for a reader, {:?} for a writer", writer.outcome));
        }
        if !again {
            return Ok(found);
        }
        let behind = self.of_reader(dir)?;
        let is_mended = reader.outcome == Outcome::Noted && behind.outcome == Outcome::Silent;
        if which(&behind)? != found.0 || (behind.outcome != reader.outcome && !is_mended) {
            return Err(format!("{found:?} at first, {:?} after a writer", behind.outcome));
        }
        Ok(found)
    }

    fn of_reader(&self, dir: &MemoryDir) -> Result<Found, String> {
        let dir: Arc<dyn Dir> = Arc::new(dir.clone());
        match options().open_reader_dir(&dir) {
            Ok(reader) => self.found(|fetch| reader.fetch(fetch), &reader.snapshot(), &reader.recovery()),
            Err(error) => refused(&error),
        }
    }

    fn of_writer(&self, dir: &MemoryDir) -> Result<Found, String> {
        match options().open_dir(Arc::new(dir.clone())) {
            Ok(store) => {
                let snapshot = store.snapshot().map_err(|error| error.to_string())?;
                let outcome = self.found(|fetch| store.fetch(fetch), &snapshot, store.recovery());
                store.close().map_err(|error| format!("close: {error}"))?;
                outcome
            }
            Err(error) => refused(&error),
        }
    }

    /// Asks everything, with and without `allow_partial`.
    fn found(
        &self,
        ask: impl Fn(&Fetch) -> Result<Answer, Error>,
        snapshot: &Snapshot,
        recovery: &Recovery,
    ) -> Result<Found, String> {
        let mut outcome = Outcome::Silent;
        let mut answers = Vec::new();
        for fetch in &self.fetches {
            let partial = Fetch { allow_partial: true, ..fetch.clone() };
            let partial = ask(&partial).map_err(|error| format!("no partial answer: {error}"))?;
            match ask(fetch) {
                Ok(answer) if partial.missing().is_empty() && answer.missing().is_empty() => {
                    if partial.to_json() != answer.to_json() {
                        return Err("a partial answer that is another, unmarked".to_owned());
                    }
                    answers.push(Given::Whole(answer.to_json()));
                }
                Ok(answer) => return Err(format!("an answer with {:?} missing", answer.missing())),
                Err(error) if error.kind() == ErrorKind::Damaged && !partial.missing().is_empty() => {
                    outcome = Outcome::Degraded;
                    let missing = partial.missing().iter().map(|missing| missing.rows).sum();
                    answers.push(Given::Partial { count: count(&partial), missing });
                }
                Err(error) => return Err(format!("refused, but not as damaged and marked: {error}")),
            }
        }
        let noted = recovery.torn_bytes > 0 || recovery.damaged_segments > 0 || index_is_damaged(snapshot);
        Ok(Found { answers, outcome: if noted { outcome.max(Outcome::Noted) } else { outcome } })
    }
}

impl Answers {
    /// Whether each answer is the right one, or marked and short of no more than it says.
    fn check(&self, found: &Found) -> Result<(), String> {
        for ((right, count), given) in self.0.iter().zip(&found.answers) {
            let is_right = match given {
                Given::Whole(answer) => answer == right,
                Given::Partial { count: given, missing } => given <= count && given + missing >= *count,
            };
            if !is_right {
                return Err(format!("{given:?} instead of {count} events: {right}"));
            }
        }
        Ok(())
    }
}

/// No answer at all, for a reason that tells of damage.
fn refused(error: &Error) -> Result<Found, String> {
    match error.kind() {
        ErrorKind::Damaged => Ok(Found { answers: Vec::new(), outcome: Outcome::Refused }),
        kind => Err(format!("refused as {kind:?}: {error}")),
    }
}

/// Reads every part that an index has, so that no damage of one is left unseen.
fn index_is_damaged(snapshot: &Snapshot) -> bool {
    snapshot.segments().iter().any(|segment| {
        let read = || -> Result<(), SegmentError> {
            segment.runs()?;
            Dimension::ALL.iter().try_for_each(|&dimension| segment.postings(dimension).map(drop))
        };
        // A segment whose columns are damaged is told of by its fetches.
        read().is_ok() && segment.index_damage().is_some()
    })
}

/// How many events an answer counts. The first figure of each fetch is the count.
fn count(answer: &Answer) -> u64 {
    let column = answer.fields().iter().position(|field| field.name == "count").unwrap();
    let cell = |row| match answer.cell(row, column) {
        Cell::Integer(count) => count.cast_unsigned(),
        other => panic!("a count of {other:?}"),
    };
    (0..answer.len()).map(cell).sum()
}
