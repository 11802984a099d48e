//! The cases of `tests/corpus` through the program itself: the bytes it prints are the library's.

use gristmill_testkit::corpus;
use gristmill_testkit::runner::CommandLineRunner;

#[test]
fn the_command_line() {
    let runner = CommandLineRunner { program: env!("CARGO_BIN_EXE_gristmill").into() };
    let topics = corpus::all().expect("the corpus can be read");
    let wrong = corpus::check(&runner, &topics);
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}
