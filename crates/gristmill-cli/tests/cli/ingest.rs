//! Loading events.

use crate::harness::{Bench, event, example};
use std::process::Stdio;

/// The receipt's JSON.
fn receipt(stdout: &str) -> serde_json::Value {
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn the_sample_is_stored_and_told() {
    let bench = Bench::new();
    let run = bench.run(["ingest", "--store", "store", &example("events.ndjson")]).succeeded();
    assert_eq!(run.stdout, "{\"stored\":48,\"rejected\":0,\"repeated\":false,\"ignored\":{}}\n");
    assert!(run.stderr.contains("stored 48 events"), "{run:?}");
    assert_eq!(bench.count("store"), 46);
}

#[test]
fn one_event_is_told_in_the_singular() {
    let bench = Bench::new();
    let arguments = ["ingest", "--store", "store", "--batch-id", "one", "-"];
    let run = bench.pipe(arguments, event(&[]).as_bytes()).succeeded();
    assert!(run.stderr.starts_with("stored 1 event in "), "{run:?}");
    let run = bench.pipe(arguments, b"").succeeded();
    assert!(run.stderr.ends_with("with 1 event\n"), "{run:?}");
}

#[test]
fn quiet_is_quiet() {
    let run = Bench::new().run(["ingest", "-q", "--store", "store", &example("events.ndjson")]).succeeded();
    assert_eq!(run.stderr, "");
}

#[test]
fn every_shape_comes_through_stdin() {
    let bench = Bench::new();
    let one = event(&[]);
    let shapes = [
        one.clone(),
        one.repeat(3),
        format!("[{one},{one}]"),
        format!("{{\"events\":[{one},{one}]}}"),
        String::new(),
        "\n\n".to_owned(),
    ];
    let mut expected = 0;
    for (shape, events) in shapes.iter().zip([1, 3, 2, 2, 0, 0]) {
        let run = bench.pipe(["ingest", "--store", "store", "-"], shape.as_bytes()).succeeded();
        assert_eq!(receipt(&run.stdout)["stored"], events, "{shape}");
        expected += events;
    }
    assert_eq!(bench.count("store"), expected);
}

#[test]
fn several_files_are_one_load() {
    let bench = Bench::new();
    bench.write("a", event(&[]));
    bench.write("b", event(&[]).repeat(2));
    let run = bench.pipe(["ingest", "--store", "store", "a", "-", "b"], event(&[]).as_bytes()).succeeded();
    assert_eq!(receipt(&run.stdout)["stored"], 4);

    bench.write("c", event(&[("label", "7")]));
    bench.run(["ingest", "--store", "store", "a", "c"]).failed(4, &["c: event 0 (line 1)", "label"]);
    assert_eq!(bench.count("store"), 4);
}

#[test]
fn ignored_keys_are_named() {
    let bench = Bench::new();
    let events = event(&[("dim_1", "1"), ("colour", "2")]) + &event(&[("dim_1", "1")]);
    let run = bench.pipe(["ingest", "--store", "store", "-"], events.as_bytes()).succeeded();
    assert_eq!(receipt(&run.stdout)["ignored"], serde_json::json!({"colour": 1, "dim_1": 2}));
    assert!(run.stderr.contains("ignored: 2 x \"dim_1\" (did you mean dim1?)"), "{run:?}");
    assert!(run.stderr.contains("ignored: 1 x \"colour\"\n"), "{run:?}");
}

#[test]
fn the_source_is_decided_by_the_receiver() {
    let sources = |rule: &str, events: &str| {
        let bench = Bench::new();
        let run = bench.pipe(["ingest", "--store", "store", "--source", rule, "-"], events.as_bytes());
        if run.code != Some(0) {
            return run.stderr;
        }
        let query =
            r#"{"organization_id":"acme","granularity":"all","group_by":["source"],"aggregations":["count"],
            "interval":{"start":"2000","end":"2100"}}"#
                .replace("2000", "2000-01-01")
                .replace("2100", "2100-01-01");
        let run = bench.run(["fetch", "--store", "store", "--format", "csv", &query]).succeeded();
        run.stdout.lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect::<Vec<_>>().join(" ")
    };
    let plain = event(&[]);
    let trusted = event(&[("source", r#""trusted""#)]);
    let both = format!("{plain}{trusted}");
    assert_eq!(sources("from-event", &both), "trusted,1 untrusted,1");
    assert_eq!(sources("trusted", &both), "trusted,2");
    let refused = sources("untrusted", &both);
    assert!(refused.contains("event 1 (line 2)") && refused.contains("source"), "{refused}");
}

#[test]
fn skipped_events_are_kept_with_their_reasons() {
    let bench = Bench::new();
    let mut events = event(&[]) + &event(&[("vendor", "1")]) + "not json\n";
    events += &event(&[("value", "\"7\"")]);
    let mut bytes = (events + &event(&[])).into_bytes();
    bytes.extend_from_slice(b"{\"vendor\":\"\xff\"}\n");
    bench.write("events", bytes);
    let arguments = ["ingest", "--store", "store", "--on-invalid", "skip", "--rejects", "bad", "events"];
    let run = bench.run(arguments).succeeded();
    assert_eq!(receipt(&run.stdout)["stored"], 2);
    assert_eq!(receipt(&run.stdout)["rejected"], 4);
    assert!(run.stderr.contains("left out 4, see `bad`"), "{run:?}");

    let text = bench.read("bad");
    let rejects: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rejects.len(), 4, "{text}");
    let lines: Vec<&serde_json::Value> = rejects.iter().map(|reject| &reject["line"]).collect();
    assert_eq!(lines, [2, 3, 4, 6]);
    assert_eq!(rejects[0]["field"], "vendor");
    assert_eq!(rejects[0]["event"], event(&[("vendor", "1")]).trim_end());
    assert_eq!(rejects[0]["file"], "events");
    assert_eq!(rejects[1]["event"], "not json");
    assert_eq!(rejects[2]["field"], "value");
    assert!(rejects[3]["event_hex"].as_str().unwrap().contains("ff"), "{text}");

    // Nothing is left out of the second load, and its rejects file says so.
    bench.write("events", event(&[]));
    bench.run(arguments).succeeded();
    assert_eq!(bench.read("bad"), "");
}

#[test]
fn the_rejects_file_is_never_an_input() {
    let bench = Bench::new();
    bench.write("events", event(&[]));
    let arguments = ["ingest", "--store", "store", "--on-invalid", "skip", "--rejects", "./events", "events"];
    bench.run(arguments).failed(2, &["both"]);
    assert_eq!(bench.read("events"), event(&[]));
}

#[test]
fn a_batch_id_makes_a_retry_harmless() {
    let bench = Bench::new();
    bench.write("events", event(&[]).repeat(3));
    let arguments = ["ingest", "--store", "store", "--batch-id", "night", "events"];
    let first = receipt(&bench.run(arguments).succeeded().stdout);
    let second = receipt(&bench.run(arguments).succeeded().stdout);
    assert_eq!((&first["stored"], &first["repeated"]), (&3.into(), &false.into()));
    assert_eq!((&second["stored"], &second["repeated"]), (&3.into(), &true.into()));
    assert_eq!(bench.count("store"), 3);
}

#[test]
fn a_batch_id_beyond_the_window_is_forgotten() {
    let bench = Bench::new();
    bench.write("events", event(&[]));
    let ingest = |id| {
        let arguments = ["ingest", "--store", "store", "--token-window", "1", "--batch-id", id, "events"];
        receipt(&bench.run(arguments).succeeded().stdout)["repeated"].clone()
    };
    assert_eq!([ingest("a"), ingest("a"), ingest("b"), ingest("a")], [false, true, false, false]);
    assert_eq!(bench.count("store"), 3);
}

#[test]
fn small_segments_give_the_same_answer() {
    let bench = Bench::with_sample();
    let arguments = ["ingest", "--store", "small", "--segment-rows", "3", &example("events.ndjson")];
    bench.run(arguments).succeeded();
    assert!(bench.files("small").len() > bench.files("store").len());
    for query in ["by-day.json", "campaigns.json", "sales-by-label.json"] {
        let answer = |store| bench.run(["fetch", "--store", store, &example(query)]).succeeded().stdout;
        assert_eq!(answer("store"), answer("small"), "{query}");
    }
}

#[test]
fn a_second_writer_is_refused() {
    let bench = Bench::new();
    let mut first = bench.spawn(["ingest", "--store", "store", "-"]);
    // The pipe holds less than this: once it is written, the first command reads, and so has the store open.
    let mut stdin = first.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, event(&[]).repeat(10_000).as_bytes()).unwrap();
    bench.pipe(["ingest", "--store", "store", "-"], event(&[]).as_bytes()).failed(5, &["store", "writer"]);
    drop(stdin);
    assert!(first.wait_with_output().unwrap().status.success());
    assert_eq!(bench.count("store"), 10_000);
}

#[test]
fn generated_events_load() {
    let bench = Bench::new();
    let mut generate = bench.command(["generate", "--events", "2000", "--seed", "3", "--days", "9"]);
    let generated = generate.stdout(Stdio::piped()).output().unwrap();
    assert!(generated.status.success());
    let again = bench.run(["generate", "--events", "2000", "--seed", "3", "--days", "9"]).succeeded().stdout;
    assert_eq!(again.as_bytes(), generated.stdout);
    assert_eq!(again.lines().count(), 2_000);
    let run = bench.pipe(["ingest", "--store", "store", "-"], &generated.stdout).succeeded();
    assert_eq!(receipt(&run.stdout)["stored"], 2_000);

    let arguments = ["generate", "--events", "50", "--format", "parquet", "--output", "events.parquet"];
    let run = bench.run(arguments).succeeded();
    assert_eq!(run.stdout, "");
    let parquet = std::fs::read(bench.path("events.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
}
