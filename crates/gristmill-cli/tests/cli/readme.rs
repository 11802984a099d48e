//! What the README promises is there.

use crate::harness::{Bench, example, repository};
use crate::served::Served;
use std::fs;

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).unwrap()
}

#[test]
fn its_commands_are_those_of_ci() {
    let ci = fs::read_to_string(repository().join(".ci/run")).unwrap();
    for command in ["sh examples/demo.sh", "cargo test --workspace --all-features"] {
        assert!(readme().contains(&format!("```sh\n{command}\n```")), "{command} is not in the README");
        assert!(ci.contains(command), "{command} is not in .ci/run");
    }
}

#[test]
fn its_links_lead_somewhere() {
    let readme = readme();
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local: Vec<&str> = links.filter(|link| !link.starts_with("http")).collect();
    assert!(local.len() > 5, "{local:?}");
    for link in local {
        assert!(repository().join(link).exists(), "{link} does not exist");
    }
}

#[test]
fn its_examples_of_the_command_line_run() {
    let readme = readme();
    let commands =
        readme.lines().filter_map(|line| line.strip_prefix("gristmill ")).filter(|line| !line.contains('|'));
    let bench = Bench::new();
    let mut ran = 0;
    for command in commands {
        ran += 1;
        if command == "serve --store store" {
            // On a port that is free.
            assert_eq!(Served::start(&bench, &[]).ask("GET", "/", &[], "").status, 200);
            continue;
        }
        let arguments = command.split(' ').map(|word| match word.strip_prefix("examples/") {
            Some(name) => example(name),
            None => word.to_owned(),
        });
        bench.run(arguments).succeeded();
    }
    assert!(ran >= 5, "only {ran} commands ran");
}

#[test]
fn every_example_query_is_answered() {
    let bench = Bench::with_sample();
    let mut queries = 0;
    for entry in fs::read_dir(repository().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let run =
                bench.run(["fetch", "--store", "store", "--chart", &path.display().to_string()]).succeeded();
            assert!(
                run.stdout.contains('█') || run.stdout.contains('▏'),
                "{}: {}",
                path.display(),
                run.stdout
            );
            queries += 1;
        }
    }
    assert!(queries >= 5, "{queries}");
}
