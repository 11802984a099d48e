//! Every byte of a small store changed, every file cut at every length, grown, removed, exchanged, put back: a fetch
//! gives the right answer, or none, or one that is marked. Never another number, never a panic.
//!
//! What each fault leads to is stated here to the byte, so that the list of what passes unsaid is exact.
//! `GRISTMILL_DAMAGE_ROWS=500 cargo test --release -p gristmill-testkit --test damage` goes through a larger store.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where its own steps do")]

mod answers;
mod fault;
mod index;
mod log;
mod planted;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use gristmill::dir::MemoryDir;

use answers::{Answers, Outcome, Questions};
use fault::Fault;
use index::Index;
use planted::Planted;

/// Events of a batch where nothing else is asked for.
const ROWS: u64 = 6;
/// How many wrong outcomes are told.
const TOLD: usize = 20;

/// One fault in so many is looked at by a second reader, behind the writer.
const AGAIN: usize = 8;

static PLANTED: LazyLock<Planted> = LazyLock::new(|| Planted::new(rows()));

fn rows() -> u64 {
    std::env::var("GRISTMILL_DAMAGE_ROWS").map_or(ROWS, |rows| rows.parse().unwrap())
}

/// A store that is going to be damaged.
struct Subject {
    dir: MemoryDir,
    questions: Questions,
    /// The answers that may be found.
    right: Vec<Answers>,
}

impl Subject {
    /// The store that was closed.
    fn closed() -> Self {
        let questions = Questions::all();
        let right = vec![questions.right(PLANTED.events(PLANTED.batches.len() - 1))];
        Self { dir: PLANTED.closed.fork(), questions, right }
    }

    /// The one that was killed. Of its last log, batches may be lost: there is an answer for 0 of them and more.
    fn killed() -> Self {
        let questions = Questions::all();
        let counts = 0..PLANTED.batches.len();
        let right = counts.map(|batches| questions.right(PLANTED.events(batches))).collect();
        Self { dir: PLANTED.killed.fork(), questions, right }
    }

    /// Every fault of the bytes of a file.
    fn bytes_faults(&self, path: &str) -> impl Iterator<Item = Fault> + use<> {
        Fault::of_bytes(path.to_owned(), self.dir.bytes(path).unwrap().len())
    }

    /// Goes through faults, each with the outcome expected of it.
    fn go_through(&self, faults: impl IntoIterator<Item = Fault>, expected: impl Fn(&Fault) -> Outcome) {
        let all = self.right.len() - 1;
        self.go_through_with(faults, |fault| (all, expected(fault)));
    }

    /// The same where it is also expected which answers are given.
    fn go_through_with(
        &self,
        faults: impl IntoIterator<Item = Fault>,
        expected: impl Fn(&Fault) -> (usize, Outcome),
    ) {
        let mut wrong = Vec::new();
        let mut count = 0;
        for fault in faults {
            count += 1;
            let again = count % AGAIN == 0;
            let ask = || self.questions.ask(&fault.apply(&self.dir), &self.right, again);
            match catch_unwind(AssertUnwindSafe(ask)) {
                Ok(Ok(found)) => {
                    let expected = expected(&fault);
                    // Where nothing is answered, any answer fits.
                    if found.1 != expected.1 || (found.1 < Outcome::Degraded && found.0 != expected.0) {
                        wrong.push(format!("{fault}: {found:?}, expected {expected:?}"));
                    }
                }
                Ok(Err(message)) => wrong.push(format!("{fault}: {message}")),
                Err(_) => wrong.push(format!("{fault}: a panic")),
            }
        }
        assert!(count > 0, "no fault was tried");
        let told = wrong.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} of {count} faults:\n{told}", wrong.len());
    }
}

fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut files = PLANTED.closed.files();
    files.retain(|path| path.starts_with(folder) && path.ends_with(ending));
    files
}

#[test]
fn the_undamaged_store_has_each_kind_of_file_and_right_answers() {
    for subject in [Subject::closed(), Subject::killed()] {
        let all = subject.right.len() - 1;
        assert_eq!(subject.questions.ask(&subject.dir, &subject.right, true), Ok((all, Outcome::Silent)));
    }
    assert_eq!(files("wal/", ".log").len(), 2);
    assert_eq!(files("seg/", ".del").len(), 2);
    let indexes = files("seg/", ".idx");
    let forms = indexes.iter().map(|index| Index::read(&PLANTED.closed.bytes(index).unwrap()).is_compressed);
    assert_eq!(forms.collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn a_changed_catalog_is_refused() {
    let subject = Subject::closed();
    subject.go_through(subject.bytes_faults("CATALOG"), |_| Outcome::Refused);
}

#[test]
fn the_lock_and_the_old_catalog_are_not_read() {
    let subject = Subject::closed();
    let faults = ["LOCK", "CATALOG.old"].into_iter().flat_map(|path| subject.bytes_faults(path));
    subject.go_through(faults, |_| Outcome::Silent);
}

/// A changed index is made anew from its columns.
fn go_through_index(is_compressed: bool) {
    let questions = Questions::first(2);
    let right = vec![questions.right((0..rows()).map(planted::event))];
    let (dir, segment) = planted::one_segment(rows(), is_compressed);
    let path = format!("{segment}.idx");
    let index = Index::read(&dir.bytes(&path).unwrap());
    assert_eq!(index.is_compressed, is_compressed);
    let subject = Subject { dir, questions, right };
    subject.go_through(subject.bytes_faults(&path), |fault| match fault {
        Fault::Flip { at, .. } if index.is_unused(*at) => Outcome::Silent,
        _ => Outcome::Noted,
    });
}

/// Changed columns fail the fetches that need them.
fn go_through_columns(is_compressed: bool) {
    let questions = Questions::first(1);
    let right = vec![questions.right((0..rows()).map(planted::event))];
    let (dir, segment) = planted::one_segment(rows(), is_compressed);
    let subject = Subject { dir, questions, right };
    subject.go_through(subject.bytes_faults(&format!("{segment}.arrow")), |_| Outcome::Degraded);
}

#[test]
fn changed_columns_fail_their_fetches() {
    go_through_columns(false);
}

#[test]
fn changed_compressed_columns_fail_their_fetches() {
    go_through_columns(true);
}

#[test]
fn a_changed_index_is_made_anew() {
    go_through_index(false);
}

#[test]
fn a_changed_index_of_compressed_columns_is_made_anew() {
    go_through_index(true);
}

#[test]
fn changed_deletions_bring_no_event_back() {
    let subject = Subject::closed();
    let path = &files("seg/", ".del")[0];
    subject.go_through(subject.bytes_faults(path), |_| Outcome::Degraded);
}

#[test]
fn a_changed_log_that_another_follows_is_refused() {
    let logs = files("wal/", ".log");
    let first = logs.iter().find(|log| **log != PLANTED.last_log).unwrap();
    let subject = Subject::closed();
    subject.go_through(subject.bytes_faults(first), |_| Outcome::Refused);
}

#[test]
fn a_changed_log_of_a_closed_store_is_refused() {
    // Behind what the catalog vouches for is the marker that a closing store leaves: no event is in it.
    let path = &PLANTED.last_log;
    let last = log::frames(&PLANTED.closed.bytes(path).unwrap()).pop().unwrap();
    assert_eq!((last.place.start, last.is_batch), (PLANTED.closed_length, false));
    let subject = Subject::closed();
    subject.go_through(subject.bytes_faults(path), |fault| match fault {
        Fault::Cut { length, .. } if *length == last.place.start => Outcome::Silent,
        Fault::Flip { at, .. } | Fault::Cut { length: at, .. } if *at >= last.place.start => Outcome::Noted,
        _ => Outcome::Refused,
    });
}

/// After a kill nothing says how long the last log was. Cut, it may have been written so far: whole batches that are left
/// count, the others go, unsaid where the cut is between two frames. What is changed in place is told from that by the
/// marker behind it: so it is refused, but for the last marker itself, behind which nothing is.
#[test]
fn the_last_log_of_a_killed_store_loses_batches_only_with_all_that_follows_them() {
    let path = &PLANTED.last_log;
    let frames = log::frames(&PLANTED.killed.bytes(path).unwrap());
    let batches: Vec<&log::Frame> = frames.iter().filter(|frame| frame.is_batch).collect();
    assert_eq!(batches.len() + 1, PLANTED.batches.len());
    let last = frames.last().unwrap();
    assert!(!last.is_batch);
    let subject = Subject::killed();
    subject.go_through_with(subject.bytes_faults(path), |fault| match fault {
        Fault::Cut { length, .. } if *length >= PLANTED.killed_length => {
            let whole = batches.iter().filter(|batch| batch.place.end <= *length).count();
            let is_between = frames.iter().any(|frame| frame.place.end == *length);
            (whole, if is_between { Outcome::Silent } else { Outcome::Noted })
        }
        Fault::Flip { at, .. } if last.place.contains(at) => (batches.len(), Outcome::Noted),
        _ => (batches.len(), Outcome::Refused),
    });
}

/// A power cut may take the marker behind the last group as well. Then, and only then, a changed byte in that group, or in
/// the marker before it, is taken for a write that was torn.
#[test]
fn without_its_marker_a_changed_last_batch_is_taken_for_torn() {
    let path = &PLANTED.last_log;
    let subject = Subject::killed();
    let mut bytes = subject.dir.bytes(path).unwrap();
    let frames = log::frames(&bytes);
    let [.., before, last, marker] = &frames[..] else { panic!("too few frames") };
    assert_eq!([before, last, marker].map(|frame| frame.is_batch), [false, true, false]);
    bytes.truncate(marker.place.start);
    subject.dir.set_bytes(path, bytes).unwrap();
    let all = subject.right.len() - 1;
    let flips = subject.bytes_faults(path).filter(|fault| matches!(fault, Fault::Flip { .. }));
    subject.go_through_with(flips, |fault| match fault {
        Fault::Flip { at, .. } if *at >= before.place.start => (all - 1, Outcome::Noted),
        _ => (all, Outcome::Refused),
    });
}

/// Which kind of file a path is.
fn kind(path: &str) -> &str {
    match path.split_once('.') {
        None if path.starts_with("pins/") => "pins",
        Some((folder, ending)) if folder.contains('/') => ending,
        _ => path,
    }
}

#[test]
fn files_grown_removed_exchanged_or_put_back() {
    let paths = PLANTED.closed.files();
    let one = paths
        .iter()
        .flat_map(|path| [Fault::Grown { path: path.clone() }, Fault::Removed { path: path.clone() }]);
    let exchanged = paths.iter().enumerate().flat_map(|(at, one)| {
        let others = paths[at + 1..].iter().filter(|other| {
            kind(one) == kind(other) || [one.as_str(), other.as_str()] == ["CATALOG", "CATALOG.old"]
        });
        others.map(|other| Fault::Exchanged { paths: [one.clone(), other.clone()] })
    });
    let older = PLANTED.older.iter().flat_map(|(path, versions)| {
        versions.iter().enumerate().map(|(version, bytes)| Fault::Older {
            path: path.clone(),
            version,
            bytes: bytes.clone(),
        })
    });
    let subject = Subject::closed();
    // Bytes behind the end of a log were never acknowledged; those behind one that another follows are not looked at.
    subject.go_through(one.chain(exchanged).chain(older), |fault| {
        let path = match fault {
            Fault::Grown { path }
            | Fault::Removed { path }
            | Fault::Older { path, .. }
            | Fault::Exchanged { paths: [path, _] } => path,
            Fault::Flip { .. } | Fault::Cut { .. } => panic!("not among these"),
        };
        match (kind(path), fault) {
            ("log", Fault::Grown { .. }) if *path == PLANTED.last_log => Outcome::Noted,
            ("LOCK" | "CATALOG.old" | "pins", _) | ("log", Fault::Grown { .. }) => Outcome::Silent,
            // As it was before the marker that a closing store leaves.
            ("log", Fault::Older { bytes, .. })
                if *path == PLANTED.last_log && bytes.len() == PLANTED.closed_length =>
            {
                Outcome::Silent
            }
            ("arrow" | "del", _) => Outcome::Degraded,
            ("idx", _) => Outcome::Noted,
            _ => Outcome::Refused,
        }
    });
    let kinds: Vec<&str> = PLANTED.older.keys().map(|path| kind(path)).collect();
    assert!(kinds.contains(&"CATALOG") && kinds.contains(&"log"), "no older versions of {kinds:?}");
}
