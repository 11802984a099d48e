//! The cases of `tests/corpus`, through every way to an answer.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use gristmill_testkit::corpus::{self, Topic};
use gristmill_testkit::runner::{
    DumpRunner, ExportRunner, Layout, OracleRunner, ParquetForm, ReaderRunner, Runner, StoreRunner,
};

fn topics() -> Vec<Topic> {
    corpus::all().expect("the corpus can be read")
}

fn assert_all_answered(runner: &dyn Runner) {
    let wrong = corpus::check(runner, &topics());
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_covers_the_language() {
    let cases: usize = topics().iter().map(|topic| topic.cases.len()).sum();
    assert!(cases >= 500, "{cases} cases");
}

#[test]
fn the_oracle() {
    assert_all_answered(&OracleRunner);
}

#[test]
fn the_engine_wherever_the_events_lie() {
    for layout in Layout::ALL {
        assert_all_answered(&StoreRunner { layout, threads: 1 });
    }
}

#[test]
fn the_engine_with_two_threads() {
    assert_all_answered(&StoreRunner { layout: Layout::Heap, threads: 2 });
    assert_all_answered(&StoreRunner { layout: Layout::Scattered, threads: 2 });
}

#[test]
fn a_reader_beside_the_writer() {
    assert_all_answered(&ReaderRunner);
}

#[test]
fn parquet_files_as_they_are() {
    for form in ParquetForm::ALL {
        assert_all_answered(&DumpRunner { form, threads: 1 });
    }
    assert_all_answered(&DumpRunner { form: ParquetForm::Indexed, threads: 2 });
}

#[test]
fn an_export_and_what_is_imported_of_it() {
    for (layout, file_rows) in [(Layout::HalfSealed, 1 << 20), (Layout::CompactedAmongDeleted, 3)] {
        assert_all_answered(&ExportRunner { layout, file_rows });
    }
}
