//! What docs/deploy.md has people install fits what the service is.

use crate::harness::{Bench, repository};
use std::fs;
use std::time::Duration;

fn example(name: &str) -> String {
    fs::read_to_string(repository().join("examples/deploy").join(name)).unwrap()
}

/// What stands behind a word at the beginning of a line.
#[track_caller]
fn after<'t>(text: &'t str, word: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(word)).unwrap()
}

#[test]
fn the_unit_starts_the_service_and_gives_it_time_to_end() {
    let (bench, unit) = (Bench::new(), example("gristmill.service"));
    let mut command = after(&unit, "ExecStart=").split(' ');
    assert_eq!(command.next(), Some("/usr/local/bin/gristmill"));
    bench.write("g.toml", "store = 'store'\n");
    let file = |word| if word == "/etc/gristmill.toml" { "g.toml" } else { word };
    let settings = bench.run(command.map(file).chain(["--check-config"])).succeeded().stdout;
    let drain_time = after(&settings, "drain_time = \"").split_once("s\"").unwrap().0;
    let seconds = |text: &str| Duration::from_secs(text.parse().unwrap());
    assert!(seconds(after(&unit, "TimeoutStopSec=")) > seconds(drain_time));
}

#[test]
fn the_image_starts_the_service() {
    let (bench, image) = (Bench::new(), example("Containerfile"));
    let words = |line| serde_json::from_str::<Vec<String>>(after(&image, line)).unwrap();
    assert_eq!(words("ENTRYPOINT "), ["/usr/local/bin/gristmill"]);
    bench.run(words("CMD ").into_iter().chain(["--check-config".to_owned()])).succeeded();
    let toolchain = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let version = after(&toolchain, "rust-version = \"").trim_end_matches('"');
    assert!(after(&image, "FROM docker.io/library/rust:").starts_with(version));
}
