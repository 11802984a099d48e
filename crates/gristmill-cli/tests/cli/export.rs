//! A store as Parquet files.

use crate::harness::Bench;

const QUERY: &str = r#"{"granularity":"day","interval":{"start":"2020-01-01","end":"2030-01-01"},
    "group_by":["vendor","geo_city","properties"],"aggregations":["count","sum","session_id_uniq"]}"#;

/// A bench with a store, and the organization of its first event.
fn with_store() -> (Bench, String) {
    let bench = Bench::new();
    bench.run(["generate", "-q", "--events", "3000", "--days", "20", "--output", "events"]).succeeded();
    bench.run(["ingest", "-q", "--store", "store", "events"]).succeeded();
    let organization = bench.read("events").split('"').nth(7).unwrap().to_owned();
    (bench, organization)
}

#[test]
fn what_is_exported_and_imported_again_answers_the_same() {
    let (bench, organization) = with_store();
    let run = bench.run(["export", "--store", "store", "--to", "dump"]).succeeded();
    assert!(run.stdout.ends_with(",\"days\":21,\"events\":3000,\"files\":21}\n"), "{}", run.stdout);
    assert!(run.stderr.contains("exported 3,000 events of 21 days to 21 files in dump"), "{}", run.stderr);
    let files: Vec<String> = std::fs::read_dir(bench.path("dump"))
        .unwrap()
        .map(|day| format!("dump/{}/events-0000.parquet", day.unwrap().file_name().to_str().unwrap()))
        .collect();
    bench
        .run(["import", "-q", "--store", "again"].into_iter().chain(files.iter().map(String::as_str)))
        .succeeded();
    let fetch = |place: [&str; 2]| {
        let command = ["fetch"].into_iter().chain(place).chain(["--org", &*organization, QUERY]);
        bench.run(command).succeeded().stdout
    };
    let expected = fetch(["--store", "store"]);
    assert!(expected.len() > 1000);
    assert_eq!(fetch(["--parquet", "dump"]), expected);
    assert_eq!(fetch(["--store", "again"]), expected);
}

#[test]
fn a_part_of_a_store_is_exported() {
    let (bench, organization) = with_store();
    let all =
        bench.run(["export", "-q", "--store", "store", "--to", "all", "--org", &organization]).succeeded();
    let events = |receipt: &str| -> u64 {
        receipt.split("\"events\":").nth(1).unwrap().split(',').next().unwrap().parse().unwrap()
    };
    let all = events(&all.stdout);
    assert!((1..3000).contains(&all));
    let first = bench.read("events").split("\"timestamp\":\"").nth(1).unwrap()[..10].to_owned();
    let until = format!("0001-01-01/{first}T12:00:00+02:00");
    let since = format!("{first}T10:00/9999-12-31");
    let part = |to: &str, interval: &str| {
        let export =
            ["export", "--store", "store", "--to", to, "--org", &organization, "--interval", interval];
        events(&bench.run(export).succeeded().stdout)
    };
    assert_eq!(part("until", &until) + part("since", &since), all);
    let wrong = |interval: &str, told: &str| {
        bench.run(["export", "--store", "store", "--to", "x", "--interval", interval]).failed(2, &[told]);
    };
    wrong("2021-01-01", "write it as START/END");
    wrong("2021-01-02/2021-01-01", "it ends before it starts");
    wrong("2021-01-01/soon", "--interval 2021-01-01/soon: ");
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let (bench, _) = with_store();
    let export = |more: &[&str]| {
        let command = ["export", "--store", "store", "--to", "."].into_iter().chain(more.iter().copied());
        bench.run(command)
    };
    export(&[]).failed(1, &["is not empty", "--replace"]);
    bench.run(["export", "--store", "store", "--to", "dump"]).succeeded();
    bench.run(["export", "--store", "store", "--to", "dump"]).failed(1, &["dump is not empty"]);
    bench.run(["export", "--store", "store", "--to", "dump", "--replace"]).succeeded();
    bench.run(["export", "--store", "nothing", "--to", "other"]).failed(1, &["there is no such folder"]);
    assert!(!bench.path("other").exists());
}
