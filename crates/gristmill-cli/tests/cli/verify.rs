//! Verifying a store.

use crate::harness::{Bench, Run, is};
use std::fs;
use std::path::Path;

/// Flips a bit in the middle of a file.
pub(crate) fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn an_intact_store_is_told_to_be_so() {
    let bench = Bench::with_sample();
    let run = bench.run(["verify", "--store", "store"]).succeeded();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("48 events") && run.stderr.contains("a second"), "{}", run.stderr);
    let run = bench.run(["verify", "--store", "store", "--json", "--quiet", "--threads", "1"]).succeeded();
    assert_eq!(run.stderr, "");
    let report = json(&run);
    assert_eq!((&report["events"], &report["findings"]), (&48.into(), &serde_json::json!([])));
    assert!(report["bytes"].as_u64().unwrap() > 1_000, "{report}");
}

#[test]
fn every_finding_is_a_line_with_its_place() {
    let bench = Bench::with_sample();
    let files = bench.files("store/seg");
    for file in &files {
        damage(file);
    }
    bench.write("store/seg/900.arrow", "left behind");
    let run = bench.run(["verify", "--store", "store"]);
    assert_eq!(run.code, Some(3), "{run:#?}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let about = |line: &&&str| line.starts_with(&format!("seg/{name}: "));
        let line = lines.iter().find(about).unwrap_or_else(|| panic!("{name}: {run:#?}"));
        assert!(
            line.contains(" at byte ") && line.contains("expected ") && line.contains(", found "),
            "{line}"
        );
    }
    for part in
        ["not listed by the catalog: seg/900.arrow", "wrong; restore it from a backup", "repair --dry-run"]
    {
        assert!(run.stderr.contains(part), "{part:?}: {run:#?}");
    }
    let run = bench.run(["verify", "--store", "store", "--json"]);
    assert_eq!(run.code, Some(3));
    let report = json(&run);
    assert_eq!(report["findings"].as_array().unwrap().len(), lines.len());
    assert_eq!(report["unlisted"], serde_json::json!(["seg/900.arrow"]));
}

#[test]
fn a_damaged_catalog_is_a_finding_and_not_the_end() {
    let bench = Bench::with_sample();
    damage(&bench.path("store/CATALOG"));
    damage(bench.files("store/seg").iter().find(|file| is(file, "arrow")).unwrap());
    let run = bench.run(["verify", "--store", "store", "--json"]);
    assert_eq!(run.code, Some(3));
    let report = json(&run);
    assert_eq!(report["catalog"], serde_json::Value::Null);
    let file = |at: usize| report["findings"][at]["file"].as_str().unwrap().to_owned();
    assert_eq!(file(0), "CATALOG");
    assert!(file(1).starts_with("seg/") && is(Path::new(&file(1)), "arrow"), "{report}");
}

#[test]
fn what_is_no_store_is_a_plain_failure() {
    let bench = Bench::new();
    bench.run(["verify", "--store", "missing"]).failed(1, &["no such folder"]);
    fs::create_dir(bench.path("empty")).unwrap();
    bench.run(["verify", "--store", "empty"]).failed(1, &["no store"]);
}
