//! Every bad input gives one clear message with its place, and nothing half-stored.

use crate::harness::{Bench, Run, event, example, is};
use crate::served::Served;
use std::fs;
use std::process::Command;

/// A fetch over the sample with `part` in its query.
fn fetch(bench: &Bench, part: &str) -> Run {
    let query = format!(
        r#"{{"organization_id":"acme","granularity":"day","interval":{{"start":"2021-10-28","end":"2021-11-03"}},{part}}}"#
    );
    bench.run(["fetch", "--store", "store", &query])
}

#[test]
fn a_malformed_line() {
    let bench = Bench::with_sample();
    let events = event(&[]) + "{\"vendor\":\n" + &event(&[]);
    bench.write("events", events);
    bench
        .run(["ingest", "--store", "store", "events"])
        .failed(4, &["events: ", "line 2", "nothing is stored"]);
    assert_eq!(bench.count("store"), 46);
}

#[test]
fn many_bad_events_are_listed_up_to_a_hundred() {
    let bench = Bench::new();
    bench.write("few", (event(&[]) + &event(&[("value", "\"x\"")]).repeat(3)).as_bytes());
    let run = bench.run(["ingest", "--store", "store", "few"]);
    let run = run.failed(4, &["3 events are not valid", "event 1 (line 2)", "event 3 (line 4)", "`value`"]);
    assert_eq!(run.stderr.matches("event ").count() - run.stderr.matches("event 0").count(), 3, "{run:?}");
    bench.write("many", event(&[("value", "\"x\"")]).repeat(500));
    let run = bench.run(["ingest", "--store", "store", "many"]);
    let told = ["500 events are not valid, so nothing is stored; the first 100:", "--on-invalid skip"];
    let run = run.failed(4, &told);
    assert!(!run.stderr.contains("at least"), "{run:?}");
    assert_eq!(run.stderr.matches("many: event ").count(), 100, "{run:?}");

    // All files are read, and one that breaks off leaves the number open.
    let run = bench.run(["ingest", "--store", "store", "many", "few"]).failed(4, &["503 events"]);
    assert_eq!(run.stderr.matches(": event ").count(), 100, "{run:?}");
    bench.write("broken", format!("[{},{{", event(&[("value", "\"x\"")]).repeat(2).replace("}\n{", "},{")));
    let told = ["at least 2 events are not valid", "broken: the JSON text is wrong"];
    bench.run(["ingest", "--store", "store", "broken"]).failed(4, &told);
    assert_eq!(bench.count("store"), 0);
}

#[test]
fn a_truncated_gzip() {
    let bench = Bench::with_sample();
    bench.write("events", event(&[]).repeat(1_000));
    let gzipped = Command::new("gzip").arg("-c").arg(bench.path("events")).output().unwrap().stdout;
    bench.write("events.gz", &gzipped);
    bench.write("cut.gz", &gzipped[..gzipped.len() - 9]);
    bench.run(["ingest", "--store", "store", "cut.gz"]).failed(4, &["cut.gz: ", "gzip", "byte"]);
    assert_eq!(bench.count("store"), 46);
    bench.run(["ingest", "--store", "store", "events.gz"]).succeeded();
    assert_eq!(bench.count("store"), 1_046);
}

#[test]
fn a_missing_file_is_told_before_the_first_is_read() {
    let bench = Bench::new();
    bench.write("events", event(&[]));
    bench.run(["ingest", "--store", "store", "events", "evnets"]).failed(1, &["evnets", "No such file"]);
    bench.run(["ingest", "--store", "store", "."]).failed(1, &["directory"]);
    assert!(!bench.path("store").exists());
}

#[test]
fn an_unknown_dimension() {
    let bench = Bench::with_sample();
    let part = r#""filters":{"type":"and","fields":[{"type":"selector","dimension":"catgory","value":"x"}]}"#;
    fetch(&bench, part).failed(4, &["filters.fields[0].dimension", "catgory", "category"]);
    fetch(&bench, r#""group_by":["brwser_name"]"#).failed(4, &["group_by[0]", "browser_name"]);
}

#[test]
fn a_reversed_interval() {
    let bench = Bench::with_sample();
    let query = r#"{"organization_id":"acme","granularity":"day","interval":{"start":"2021-11-03","end":"2021-10-28"}}"#;
    bench.run(["fetch", "--store", "store", query]).failed(4, &["interval"]);
}

#[test]
fn an_unknown_zone() {
    let bench = Bench::with_sample();
    let query = r#"{"organization_id":"acme","granularity":"day",
        "interval":{"start":"2021-10-28","end":"2021-11-03","time_zone":"Europe/Helsinky"}}"#;
    bench.run(["fetch", "--store", "store", query]).failed(4, &["interval.time_zone", "Europe/Helsinky"]);
}

#[test]
fn a_regex_with_look_around() {
    let bench = Bench::with_sample();
    let part = r#""filters":{"type":"regex","dimension":"label","pattern":"(?=x)"}"#;
    fetch(&bench, part).failed(4, &["filters.pattern", "look-around"]);
}

#[test]
fn a_query_that_is_no_json_names_its_file() {
    let bench = Bench::with_sample();
    bench.write("query.json", "{\"interval\": \n");
    bench.run(["fetch", "--store", "store", "query.json"]).failed(4, &["query.json", "line"]);
    bench.write("query.json", [0xff, 0xfe]);
    bench.run(["fetch", "--store", "store", "query.json"]).failed(4, &["query.json"]);
}

#[test]
fn a_store_that_is_not_there() {
    let bench = Bench::new();
    fs::create_dir(bench.path("empty")).unwrap();
    for store in ["nowhere", "empty"] {
        let creating = format!("`gristmill ingest --store {store} FILE` creates one");
        let told = [&*format!("store `{store}`: there is no "), &creating];
        bench.run(["fetch", "--store", store, &example("by-day.json")]).failed(1, &told);
        bench.run(["inspect", "--store", store]).failed(1, &told);
    }
    assert!(!bench.path("nowhere").exists(), "reading has made a store");
}

#[test]
fn a_store_that_is_not_one() {
    let bench = Bench::new();
    fs::create_dir(bench.path("photos")).unwrap();
    bench.write("photos/cat.jpg", "miaow");
    bench.write("file", "text");
    bench.run(["fetch", "--store", "photos", &example("by-day.json")]).failed(1, &["photos", "store"]);
    bench
        .run(["ingest", "--store", "photos", &example("events.ndjson")])
        .failed(1, &["store `photos`: ", "cat.jpg"]);
    assert_eq!(bench.files("photos").len(), 1, "something was written beside the photos");
    let told = ["store `file`: this is a file and not a folder"];
    bench.run(["fetch", "--store", "file", &example("by-day.json")]).failed(1, &told);
    bench.run(["ingest", "--store", "file", &example("events.ndjson")]).failed(1, &told);
    assert_eq!(bench.read("file"), "text");
}

#[test]
fn a_damaged_segment() {
    let bench = Bench::with_sample();
    let segment = bench.files("store").into_iter().find(|file| is(file, "arrow")).unwrap();
    let bytes = fs::read(&segment).unwrap();
    fs::write(&segment, &bytes[..bytes.len() / 2]).unwrap();
    let name = segment.file_name().unwrap().to_str().unwrap();
    bench.run(["fetch", "--store", "store", &example("by-day.json")]).failed(3, &[name]);
}

#[test]
fn organizations_are_listed_despite_a_damaged_segment() {
    let bench = Bench::new();
    for organization in ["a", "b"] {
        let events = event(&[("organization_id", &format!("\"{organization}\""))]);
        bench.pipe(["ingest", "--store", "store", "-"], events.as_bytes()).succeeded();
    }
    let segment = bench.files("store").into_iter().find(|file| is(file, "arrow")).unwrap();
    let bytes = fs::read(&segment).unwrap();
    fs::write(&segment, &bytes[..bytes.len() / 2]).unwrap();
    let answer = Served::start(&bench, &[]).ask("GET", "/api/events/v2/orgs", &[], "");
    assert_eq!(answer.status, 200, "{answer:?}");
    let listed = [r#"{"organizations":["a"]}"#, r#"{"organizations":["b"]}"#];
    assert!(listed.contains(&&*answer.body), "{answer:?}");
    assert!(answer.head.iter().any(|line| line.starts_with("gristmill-warning: ")), "{answer:?}");
}

#[test]
fn what_is_not_damaged_can_be_asked_for() {
    let bench = Bench::new();
    for day in ["28", "29"] {
        let events = event(&[("timestamp", &format!("\"2021-10-{day}T12:00:00Z\""))]).repeat(5);
        bench.pipe(["ingest", "--store", "store", "-"], events.as_bytes()).succeeded();
    }
    let segment = bench.files("store").into_iter().find(|file| is(file, "arrow")).unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    bytes.iter_mut().for_each(|byte| *byte ^= 0x55);
    fs::write(&segment, &bytes).unwrap();
    let query = r#"{"organization_id":"acme","granularity":"all","aggregations":["count","label_uniq"],
        "interval":{"start":"2021-10-01","end":"2021-11-01"}}"#;
    bench.run(["fetch", "--store", "store", query]).failed(3, &["store"]);
    let run = bench.run(["fetch", "--store", "store", "--allow-partial", query]).succeeded();
    assert!(run.stdout.contains("[\"2021-10-01T00:00:00.000Z\",5,1]"), "{run:?}");
    assert!(
        run.stdout.contains("\"degraded\":{") && run.stderr.contains("up to 5 rows are missing"),
        "{run:?}"
    );
}

#[test]
fn a_store_of_a_newer_format() {
    let bench = Bench::with_sample();
    let path = bench.path("store/CATALOG");
    let mut catalog = fs::read(&path).unwrap();
    // The version follows the magic of eight bytes; the checksum of all that is before it comes last.
    catalog[8] += 1;
    let version = format!("version {}", catalog[8]);
    let end = catalog.len() - 4;
    let checksum = crc32c(&catalog[..end]).to_le_bytes();
    catalog[end..].copy_from_slice(&checksum);
    fs::write(&path, &catalog).unwrap();
    bench
        .run(["fetch", "--store", "store", &example("by-day.json")])
        .failed(1, &["newer", "CATALOG", &version]);
    bench.run(["ingest", "--store", "store", &example("events.ndjson")]).failed(1, &["newer"]);
    assert_eq!(fs::read(&path).unwrap(), catalog);
}

/// CRC-32C bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 },
        )
    })
}

#[test]
fn a_missing_catalog_is_damage_and_not_an_empty_store() {
    let bench = Bench::with_sample();
    let mut removed = 0;
    for file in bench.files("store") {
        let is_data = ["arrow", "idx", "log"].iter().any(|extension| is(&file, extension));
        if !is_data && !file.ends_with("LOCK") {
            fs::remove_file(file).unwrap();
            removed += 1;
        }
    }
    assert!(removed > 0);
    bench.run(["fetch", "--store", "store", &example("by-day.json")]).failed(3, &["catalog"]);
    bench.run(["ingest", "--store", "store", &example("events.ndjson")]).failed(3, &["catalog"]);
}

#[cfg(unix)]
#[test]
fn a_directory_without_rights() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::with_sample();
    fs::create_dir(bench.path("locked")).unwrap();
    fs::set_permissions(bench.path("locked"), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(bench.path("locked/probe"), "").is_ok() {
        println!("skipped: this user may write everywhere");
    } else {
        bench
            .run(["ingest", "--store", "locked/store", &example("events.ndjson")])
            .failed(1, &["locked", "ermission"]);
        bench.run(["ingest", "--store", "locked", &example("events.ndjson")]).failed(1, &["locked", "right"]);
    }
    fs::set_permissions(bench.path("locked"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_nobody_may_write_in() {
    let bench = Bench::new();
    bench.run(["ingest", "--store", "/proc/store", &example("events.ndjson")]).failed(1, &["/proc/store"]);
}

/// A limit on the size of files does to one process what a full disk does to all.
#[cfg(unix)]
#[test]
fn a_full_disk() {
    let bench = Bench::with_sample();
    bench.write("events", event(&[]).repeat(20_000));
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" ingest --store store events";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_gristmill")]).current_dir(bench.path(""));
    Run::of(command.output().unwrap())
        .failed(1, &["store `store`: ", "File too large", "nothing was stored"]);
    assert_eq!(bench.count("store"), 46);
    bench.pipe(["ingest", "--store", "store", "-"], event(&[]).as_bytes()).succeeded();
    assert_eq!(bench.count("store"), 47);
}
