//! Queries, and the forms of an answer.

use crate::harness::{Bench, event, example};

/// Counts of organization `acme` on each day in Helsinki, counted by hand in `examples/events.ndjson`.
const BY_DAY: [(&str, u64); 6] = [
    ("2021-10-28T00:00:00.000+03:00", 7),
    ("2021-10-29T00:00:00.000+03:00", 8),
    ("2021-10-30T00:00:00.000+03:00", 7),
    ("2021-10-31T00:00:00.000+03:00", 10),
    ("2021-11-01T00:00:00.000+02:00", 8),
    ("2021-11-02T00:00:00.000+02:00", 6),
];

#[test]
fn json_is_the_answer_and_nothing_else() {
    let bench = Bench::with_sample();
    let run = bench.run(["fetch", "--store", "store", &example("by-day.json")]).succeeded();
    assert!(run.stdout.starts_with(r#"{"fields":[{"name":"timestamp","type":"dimension"},"#), "{run:?}");
    assert!(run.stdout.ends_with("]]}\n"), "{run:?}");
    assert_eq!(run.stderr, "");
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for (row, (label, count)) in answer["data"].as_array().unwrap().iter().zip(BY_DAY) {
        assert_eq!((&row[0], &row[1]), (&label.into(), &count.into()));
    }
    assert_eq!(answer["data"].as_array().unwrap().len(), BY_DAY.len());
}

#[test]
fn csv_and_ndjson_have_every_row() {
    let bench = Bench::with_sample();
    let csv =
        bench.run(["fetch", "--store", "store", "--format", "csv", &example("by-day.json")]).succeeded();
    let mut lines = csv.stdout.lines();
    assert_eq!(lines.next(), Some("timestamp,count,visitor_id_uniq"));
    for (label, count) in BY_DAY {
        assert!(lines.next().unwrap().starts_with(&format!("{label},{count},")), "{csv:?}");
    }
    assert_eq!(lines.next(), None);
    let ndjson =
        bench.run(["fetch", "--store", "store", "--format", "ndjson", &example("by-day.json")]).succeeded();
    let first: serde_json::Value = serde_json::from_str(ndjson.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&first["timestamp"], &first["count"]), (&BY_DAY[0].0.into(), &BY_DAY[0].1.into()));
    assert_eq!(ndjson.stdout.lines().count(), BY_DAY.len());
}

#[test]
fn a_table_and_a_chart_are_for_people() {
    let bench = Bench::with_sample();
    let run = bench.run(["fetch", "--store", "store", "--chart", &example("by-day.json")]).succeeded();
    for part in
        ["│ timestamp", "count for each day (Europe/Helsinki)", "█", "└─", "28", "31", "Oct 2021", "Nov 2021"]
    {
        assert!(run.stdout.contains(part), "{part:?} is not in\n{}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'), "colours in a pipe");
    let query = std::fs::read_to_string(example("by-day.json")).unwrap();
    let query = query.replace("\"day\"", r#"{"type":"period","period":"P2D","timeZone":"Asia/Tokyo"}"#);
    let of_period = bench.run(["fetch", "--store", "store", "--chart", &query]).succeeded();
    assert!(of_period.stdout.contains("count for each P2D (Asia/Tokyo)"), "{}", of_period.stdout);
    let coloured =
        bench.run(["fetch", "--store", "store", "--chart", "--color", "always", &example("by-day.json")]);
    assert!(coloured.succeeded().stdout.contains("\u{1b}[36m"));
}

#[test]
fn the_clock_change_has_two_third_hours() {
    let bench = Bench::with_sample();
    let query = example("by-hour-of-the-clock-change.json");
    let run = bench.run(["fetch", "--store", "store", "--format", "csv", &query]).succeeded();
    assert_eq!(run.stdout.lines().count(), 26, "{}", run.stdout);
    assert!(run.stdout.contains("2021-10-31T03:00:00.000+03:00,2\n"), "{}", run.stdout);
    assert!(run.stdout.contains("2021-10-31T03:00:00.000+02:00,2\n"), "{}", run.stdout);
    let mut command = bench.command(["fetch", "--store", "store", "--chart", &query]);
    let chart = String::from_utf8(command.env("COLUMNS", "120").output().unwrap().stdout).unwrap();
    assert!(chart.contains("31 Oct 2021") && chart.contains("06:00"), "{chart}");
}

#[test]
fn groups_are_drawn_apart() {
    let bench = Bench::with_sample();
    let run =
        bench.run(["fetch", "--store", "store", "--chart", &example("categories-by-day.json")]).succeeded();
    for part in ["count by category for each day", "page │", "shop │", "chat │", "peak 6"] {
        assert!(run.stdout.contains(part), "{part:?} is not in\n{}", run.stdout);
    }
    let run =
        bench.run(["fetch", "--store", "store", "--chart=sum", &example("sales-by-label.json")]).succeeded();
    assert!(run.stdout.contains("sum by label") && run.stdout.contains("gizmo"), "{}", run.stdout);
}

#[test]
fn charts_fit_their_width() {
    let bench = Bench::with_sample();
    for width in ["40", "72", "200"] {
        let query = example("categories-by-day.json");
        let mut command = bench.command(["fetch", "--store", "store", "--chart", &query]);
        let output = command.env("COLUMNS", width).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let chart = text.split_once("\n\n").unwrap().1;
        let limit: usize = width.parse().unwrap();
        for line in chart.lines() {
            assert!(line.chars().count() <= limit, "{width}: {line}");
        }
    }
}

#[test]
fn chart_and_data_do_not_mix() {
    let bench = Bench::with_sample();
    let query = example("by-day.json");
    bench
        .run(["fetch", "--store", "store", "--chart", "--format", "csv", &query])
        .failed(2, &["--chart", "table"]);
    bench
        .run(["fetch", "--store", "store", "--chart=sum", &query])
        .failed(2, &["sum", "count, visitor_id_uniq"]);
}

#[test]
fn the_query_comes_from_file_stdin_or_argument() {
    let bench = Bench::with_sample();
    let query = std::fs::read_to_string(example("by-day.json")).unwrap();
    let from_file = bench.run(["fetch", "--store", "store", &example("by-day.json")]).succeeded().stdout;
    let from_stdin = bench.pipe(["fetch", "--store", "store", "-"], query.as_bytes()).succeeded().stdout;
    let inline = bench.run(["fetch", "--store", "store", &query]).succeeded().stdout;
    assert_eq!(from_file, from_stdin);
    assert_eq!(from_file, inline);
    bench.run(["fetch", "--store", "store", "none.json"]).failed(1, &["none.json", "No such file"]);
}

#[test]
fn one_organization_is_asked_about() {
    let bench = Bench::with_sample();
    let query = r#"{"granularity":"all","aggregations":["count"],"interval":{"start":"2021-01-01","end":"2022-01-01"}}"#;
    let count = |org: &str| {
        let run =
            bench.run(["fetch", "--store", "store", "--org", org, "--format", "csv", query]).succeeded();
        run.stdout.lines().nth(1).unwrap().rsplit(',').next().unwrap().to_owned()
    };
    assert_eq!((count("acme"), count("globex"), count("initech")), ("46".into(), "2".into(), "0".into()));
    bench.run(["fetch", "--store", "store", query]).failed(4, &["organization_id"]);
    let arguments = ["fetch", "--store", "store", "--org", "globex", &example("by-day.json")];
    bench.run(arguments).failed(4, &["organization_id", "globex"]);
}

#[test]
fn threads_do_not_show() {
    let bench = Bench::with_sample();
    let answer = |threads: &str| {
        let arguments = ["fetch", "--store", "store", "--threads", threads, &example("campaigns.json")];
        bench.run(arguments).succeeded().stdout
    };
    assert_eq!(answer("1"), answer("2"));
}

#[test]
fn a_reader_works_beside_the_writer_and_writes_nothing() {
    let bench = Bench::with_sample();
    let mut writer = bench.spawn(["ingest", "--store", "store", "-"]);
    let mut stdin = writer.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, event(&[]).repeat(10_000).as_bytes()).unwrap();
    let files = bench.files("store");
    assert_eq!(bench.count("store"), 46);
    assert_eq!(bench.files("store"), files);
    drop(stdin);
    assert!(writer.wait_with_output().unwrap().status.success());
    assert_eq!(bench.count("store"), 10_046);
}

#[test]
fn over_the_budget_is_a_code_of_its_own() {
    let bench = Bench::with_sample();
    let arguments = ["fetch", "--store", "store", "--max-groups", "2", &example("categories-by-day.json")];
    bench.run(arguments).failed(6, &["budget of 2", "coarser granularity"]);
}

#[test]
fn an_explanation_is_a_tree_or_json() {
    let bench = Bench::with_sample();
    let query = example("campaigns.json");
    let tree = bench.run(["fetch", "--store", "store", "--explain", &query]).succeeded().stdout;
    for part in ["answer: ", "prune ", "in range: ", "groups: ", "matched: "] {
        assert!(tree.contains(part), "{part} in {tree}");
    }
    let json = ["fetch", "--store", "store", "--explain", "--format", "json", &query];
    let json: serde_json::Value = serde_json::from_str(&bench.run(json).succeeded().stdout).unwrap();
    assert_eq!(json["passes"][0]["segments"][0]["pruned"], serde_json::Value::Null);
    bench
        .run(["fetch", "--store", "store", "--explain", "--format", "csv", &query])
        .failed(2, &["--explain", "--format table and json"]);
}
