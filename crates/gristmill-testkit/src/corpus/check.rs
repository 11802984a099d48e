//! Running the corpus.

use super::{Case, Expected, Topic};
use crate::runner::{Runner, Store};

/// Runs every case of the topics and describes each that did not answer as written.
pub fn check(runner: &dyn Runner, topics: &[Topic]) -> Vec<String> {
    let mut wrong = Vec::new();
    for topic in topics {
        let store = runner.store(&topic.events);
        for case in &topic.cases {
            if let Some(difference) = difference(&*store, case) {
                wrong.push(format!("{}: {} / {}\n{difference}", runner.name(), topic.name, case.name));
            }
        }
    }
    wrong
}

fn difference(store: &dyn Store, case: &Case) -> Option<String> {
    match (&case.expected, store.ask(&case.question)) {
        (Expected::Answer(expected), Ok(answer)) if *expected == answer => None,
        (Expected::Refusal { path, message }, Err(refusal)) if refusal.tells(path, message) => None,
        (expected, found) => {
            let found = found.unwrap_or_else(|refusal| format!("refused: {refusal}"));
            let expected = match expected {
                Expected::Answer(answer) => answer.clone(),
                Expected::Refusal { path, message } => format!("refused: {path}: .. {message} .."),
            };
            Some(format!("  asked    {}\n  expected {expected}\n  found    {found}", case.question.text))
        }
    }
}
