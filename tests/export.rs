//! A store as Parquet files: which events, in which files, and when they are there.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use gristmill::event::{Batch, Event, Source};
use gristmill::parquet::{ExportError, ExportOptions, ExportProgress};
use gristmill::request::{Delete, Fetch, FetchContext, Filter};
use gristmill::schema::Dimension;
use gristmill::{Dump, DumpOptions, Error, Options, Store, Timestamp};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use tempfile::TempDir;

const DAY: i64 = 86_400_000;

/// Two organizations over four days around 1970; `visitor_id` is nearly unique.
fn events() -> Vec<Event> {
    let event = |(at, number): (usize, i32)| {
        let time = Timestamp(i64::from(number) * (DAY / 2_000) - 2 * DAY);
        let mut event = Event::new(time, ["org a", "org b"][at % 2], "v");
        event.value = (at % 3 > 0).then_some(f64::from(number) / 4.0);
        event.event_version = i64::from(number % 5);
        event.source = Source::ALL[usize::from(at % 7 == 0)];
        event.set(Dimension::VisitorId, Some(&format!("visitor {at}")));
        event.set(Dimension::Dim1, [None, Some(""), Some("\u{e4}")][at % 3]);
        event.set_properties(["x", "", "y"].into_iter().take(at % 4));
        event
    };
    (0..8_000).zip(0..).map(event).collect()
}

fn store(events: &[Event]) -> Store {
    let store = Options::new().threads(2).open_in_memory().unwrap();
    store.append(Batch::from_events(events).unwrap()).unwrap();
    store
}

fn go_on(_: ExportProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The paths of all files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            files.extend(self::files(&path).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            files.push(name);
        }
    }
    files.sort();
    files
}

fn fetch(organization: &str) -> Fetch {
    let text = format!(
        r#"{{"granularity":"hour","interval":{{"start":"1969-12-01","end":"1970-02-01"}},
        "organization_id":"{organization}","group_by":["dim1","source"],"aggregations":["count","sum","visitor_id_uniq"]}}"#
    );
    Fetch::from_json(text, &FetchContext::new()).unwrap()
}

#[test]
fn an_export_answers_as_the_store_does() {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("some/dump");
    let store = store(&events());
    store.delete(&Delete::new("org b", Filter::is(Dimension::Dim1, ""))).unwrap();
    let told = Mutex::new(ExportProgress::default());
    let observe = |progress: ExportProgress| {
        *told.lock().unwrap() = progress;
        go_on(progress)
    };
    let export = store.export_to(&target, &ExportOptions::new(), &observe).unwrap();
    let kept = store.snapshot().unwrap().events();
    assert!(kept < 8_000 && export.events == kept);
    assert_eq!((export.files, export.days), (4, 4));
    assert_eq!(*told.lock().unwrap(), ExportProgress { done: kept, total: kept });
    assert_eq!(
        files(&target),
        [
            "date=1969-12-30/events-0000.parquet",
            "date=1969-12-31/events-0000.parquet",
            "date=1970-01-01/events-0000.parquet",
            "date=1970-01-02/events-0000.parquet"
        ]
    );
    let bytes = |path: &String| fs::metadata(target.join(path)).unwrap().len();
    assert_eq!(export.bytes, files(&target).iter().map(bytes).sum::<u64>());
    assert_eq!(fs::read_dir(folder.path().join("some")).unwrap().count(), 1);
    let dump = Dump::open([&target], DumpOptions::new()).unwrap();
    for organization in ["org a", "org b", "org c"] {
        let fetch = fetch(organization);
        assert_eq!(dump.fetch(&fetch).unwrap().to_json(), store.fetch(&fetch).unwrap().to_json());
    }
}

#[test]
fn a_part_of_a_store_is_exported() {
    let folder = TempDir::new().unwrap();
    let store = store(&events());
    let some = ExportOptions::new().organization("org b").time(-DAY / 2, DAY / 4);
    let export = store.export_to(folder.path(), &some, &go_on).unwrap();
    assert_eq!((export.events, export.days), (750, 2));
    let dump = Dump::open([folder.path()], DumpOptions::new()).unwrap();
    let mut expected = fetch("org b");
    (expected.interval.start, expected.interval.end) = (-DAY / 2, DAY / 4);
    assert_eq!(dump.fetch(&expected).unwrap().to_json(), store.fetch(&expected).unwrap().to_json());
    assert!(dump.fetch(&fetch("org a")).unwrap().is_empty());
    let none = store.export_to(folder.path().join("none"), &ExportOptions::new().organization("x"), &go_on);
    assert_eq!(none.unwrap().files, 0);
    assert!(folder.path().join("none").is_dir());
}

#[test]
fn large_days_are_cut_by_time() {
    let folder = TempDir::new().unwrap();
    let store = store(&events());
    let export = store.export_to(folder.path(), &ExportOptions::new().file_rows(600), &go_on).unwrap();
    assert_eq!((export.events, export.files, export.days), (8_000, 16, 4));
    let paths = files(folder.path());
    assert_eq!(paths[..2], ["date=1969-12-30/events-0000.parquet", "date=1969-12-30/events-0001.parquet"]);
    for path in paths {
        let file = File::open(folder.path().join(path)).unwrap();
        assert_eq!(
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().metadata().file_metadata().num_rows(),
            500
        );
    }
}

#[test]
fn files_are_made_to_be_pruned() {
    let folder = TempDir::new().unwrap();
    store(&events()).export_to(folder.path(), &ExportOptions::new(), &go_on).unwrap();
    let file = File::open(folder.path().join("date=1970-01-01/events-0000.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let group = reader.metadata().row_group(0);
    let sorting: Vec<String> = group
        .sorting_columns()
        .unwrap()
        .iter()
        .map(|column| schema.column(usize::try_from(column.column_idx).unwrap()).name().to_owned())
        .collect();
    assert_eq!(sorting, ["organization_id", "vendor", "timestamp"]);
    for column in group.columns() {
        let name = column.column_path().string();
        assert!(matches!(column.compression(), Compression::ZSTD(_)), "{name}");
        assert!(column.statistics().is_some(), "{name}");
        assert!(column.column_index_offset().is_some() && column.offset_index_offset().is_some(), "{name}");
        let is_rare = name == "visitor_id";
        assert_eq!(column.bloom_filter_offset().is_some(), is_rare, "{name}");
        let has_dictionary = column.dictionary_page_offset().is_some();
        assert_eq!(has_dictionary, !is_rare && name != "timestamp", "{name}");
    }
}

#[test]
fn what_is_there_stays_until_the_export_is_whole() {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("dump");
    let store = store(&events());
    let names = || -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names.into_iter().map(|name| name.into_string().unwrap()).collect()
    };
    let stop = |_: ExportProgress| ControlFlow::Break(());
    let error = store.export_to(&target, &ExportOptions::new(), &stop).unwrap_err();
    assert!(matches!(error, Error::Export(ExportError::Stopped)), "{error}");
    assert!(names().is_empty());
    fs::create_dir(&target).unwrap();
    fs::write(target.join("mine.txt"), "x").unwrap();
    let error = store.export_to(&target, &ExportOptions::new(), &go_on).unwrap_err();
    assert!(error.to_string().contains("dump is not empty; name a new folder"), "{error}");
    assert_eq!((names(), files(&target)), (vec!["dump".to_owned()], vec!["mine.txt".to_owned()]));
    let progress = Mutex::new(0);
    let half = |_: ExportProgress| {
        let mut calls = progress.lock().unwrap();
        *calls += 1;
        assert_eq!(files(&target), ["mine.txt"]);
        if *calls > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.export_to(&target, &ExportOptions::new().replace(true), &half).unwrap_err();
    assert_eq!((names(), files(&target)), (vec!["dump".to_owned()], vec!["mine.txt".to_owned()]));
    store.export_to(&target, &ExportOptions::new().replace(true), &go_on).unwrap();
    assert_eq!((names(), files(&target).len()), (vec!["dump".to_owned()], 4));
}

/// pyarrow, DuckDB and Polars read an export. Needs `python3` with all of them, and says "skipped" without; where
/// `GRISTMILL_REQUIRE_PARQUET_READERS` is set, that is an error.
#[test]
fn other_readers_find_the_same_events() {
    let folder = TempDir::new().unwrap();
    let events = events();
    store(&events)
        .export_to(folder.path().join("dump"), &ExportOptions::new().file_rows(900), &go_on)
        .unwrap();
    let mut lines = String::new();
    for event in &events {
        let value = serde_json::json!({
            "timestamp": event.timestamp.millis(),
            "value": event.value,
            "organization_id": event.text(Dimension::OrganizationId),
            "event_version": event.event_version,
            "source": event.source.name(),
            "visitor_id": event.text(Dimension::VisitorId),
            "dim1": event.text(Dimension::Dim1),
            "dim2": event.text(Dimension::Dim2),
            "properties": Some(event.properties().collect::<Vec<_>>()).filter(|texts| !texts.is_empty()),
        });
        writeln!(lines, "{value}").unwrap();
    }
    fs::write(folder.path().join("events.ndjson"), lines).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/read_export.py");
    let run = Command::new("python3")
        .arg(script)
        .args(["dump", "events.ndjson"].map(|name| folder.path().join(name)))
        .output();
    let said = match run {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
            said
        }
        Err(error) => format!("skipped: no python3: {error}"),
    };
    println!("{said}");
    assert!(said.starts_with("3 readers found 8000 events") || said.starts_with("skipped"), "{said}");
    let required = std::env::var_os("GRISTMILL_REQUIRE_PARQUET_READERS").is_some();
    assert!(!(required && said.starts_with("skipped")), "{said}");
}
