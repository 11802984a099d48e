//! The cases of `tests/corpus`, through every way to an answer.

use gristmill_testkit::corpus::{self, Topic};
use gristmill_testkit::runner::{OracleRunner, Runner};
use std::path::Path;

fn topics() -> Vec<Topic> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    corpus::load(&directory).expect("the corpus can be read")
}

fn assert_all_answered(runner: &dyn Runner) {
    let wrong = corpus::check(runner, &topics());
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_covers_the_language() {
    let cases: usize = topics().iter().map(|topic| topic.cases.len()).sum();
    assert!(cases >= 120, "{cases} cases");
}

#[test]
fn the_oracle() {
    assert_all_answered(&OracleRunner);
}
