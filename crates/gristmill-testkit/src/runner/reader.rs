//! A reader beside the writer as a runner.

use super::{Refusal, Runner, Store, checked, refused};
use crate::corpus::{EventSet, Question};
use gristmill::event::{Batch, Event};
use gristmill::{Options, Reader};
use tempfile::TempDir;

/// Answers by a [`Reader`] of a folder whose writer is still open, with events in segment files and in the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReaderRunner;

impl Runner for ReaderRunner {
    fn name(&self) -> String {
        "reader".to_owned()
    }

    #[expect(clippy::expect_used, reason = "a store that cannot be made must stop the test")]
    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("store");
        let writer = Options::new().threads(1).open(&path).expect("a store");
        let (first, second) = events.events.split_at(events.events.len() / 2);
        let batch = |events: &[Event]| Batch::from_events(events).expect("a batch");
        writer.append(batch(first)).expect("room for events");
        writer.seal().expect("room for segments");
        writer.append(batch(second)).expect("room for events");
        let reader = Options::new().threads(1).open_reader(&path).expect("a reader");
        Box::new(Read { reader, _writer: writer, _folder: folder })
    }
}

struct Read {
    reader: Reader,
    _writer: gristmill::Store,
    _folder: TempDir,
}

impl Store for Read {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        self.reader.fetch(&checked(question)?).map(|answer| answer.to_json()).map_err(|error| refused(&error))
    }
}
