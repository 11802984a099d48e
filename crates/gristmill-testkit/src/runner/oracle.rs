//! The oracle as a runner.

use super::{Refusal, Runner, Store, checked};
use crate::corpus::{EventSet, Question};
use crate::oracle;
use gristmill::event::Event;

/// Answers by the oracle.
#[derive(Clone, Copy, Debug, Default)]
pub struct OracleRunner;

impl Runner for OracleRunner {
    fn name(&self) -> String {
        "oracle".to_owned()
    }

    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        Box::new(Events(events.events.clone()))
    }
}

struct Events(Vec<Event>);

impl Store for Events {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        Ok(oracle::fetch(&self.0, &checked(question)?).to_json())
    }
}
