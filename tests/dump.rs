//! Parquet files as they are: which are found, what of them is read, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use gristmill::event::{Event, Source};
use gristmill::exec::{Budget, Cancel, ExecError};
use gristmill::parquet::ColumnMap;
use gristmill::request::{Fetch, FetchContext};
use gristmill::response::{Explanation, SegmentScan};
use gristmill::schema::Dimension;
use gristmill::{Dump, DumpOptions, Error, ErrorKind, Options, Timestamp};
use gristmill_testkit::runner::{ParquetForm, names, write_parquet};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Rows of a file that [`numbered`] makes.
const ROWS: usize = 60_000;
/// Rows of each of its row groups.
const GROUP_ROWS: usize = 20_000;

/// A file sorted by organization and time: three row groups, in which `visitor_id` is nearly unique and `value` is 1.
fn numbered(path: &Path) {
    let numbers = 0..i64::try_from(ROWS).unwrap();
    let text = |of: &dyn Fn(usize) -> String| -> ArrayRef {
        let mut builder = StringBuilder::new();
        (0..ROWS).for_each(|row| builder.append_value(of(row)));
        Arc::new(builder.finish())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("organization_id", text(&|row| format!("org {}", row / 7_000))),
        ("vendor", text(&|row| format!("vendor {}", row % 2))),
        ("timestamp", Arc::new(TimestampMillisecondArray::from_iter_values(numbers.clone()))),
        ("event_version", Arc::new(Int64Array::from_iter_values(numbers.map(|_| 1)))),
        ("category", text(&|row| format!("category {}", row % 5))),
        ("visitor_id", text(&|row| format!("visitor {row:06}"))),
        ("value", Arc::new(Float64Array::from(vec![1.0; ROWS]))),
    ];
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(1_000)
        .set_write_batch_size(1_000)
        .set_column_bloom_filter_enabled("visitor_id".into(), true)
        .build();
    write(path, columns, properties);
}

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>, properties: WriterProperties) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    );
    let batch = batch.unwrap();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// A few rows; a null is `-`.
fn small(path: &Path, columns: &[(&str, &[&str])]) {
    let text = |texts: &[&str]| -> ArrayRef {
        Arc::new(texts.iter().map(|text| Some(*text).filter(|text| *text != "-")).collect::<StringArray>())
    };
    let time = |texts: &[&str]| -> ArrayRef {
        Arc::new(texts.iter().map(|text| text.parse().ok()).collect::<TimestampMillisecondArray>())
    };
    let columns = columns
        .iter()
        .map(|&(name, texts)| (name, if name.contains("time") { time(texts) } else { text(texts) }))
        .collect();
    write(path, columns, WriterProperties::builder().build());
}

fn fetch(organization: &str, keys: &str) -> Fetch {
    let text = format!(
        r#"{{"granularity":"all","interval":{{"start":0,"end":100000000}},"aggregations":["count"],
        "organization_id":"{organization}"{keys}}}"#
    );
    Fetch::from_json(text, &FetchContext::new()).unwrap()
}

fn open(path: &Path) -> Dump {
    Dump::open([path], DumpOptions::new().engine(Options::new().threads(2))).unwrap()
}

fn count(dump: &Dump, fetch: &Fetch) -> String {
    let json = dump.fetch(fetch).unwrap().to_json();
    json.rsplit(',').next().unwrap().trim_end_matches("]]}").to_owned()
}

fn explained(dump: &Dump, fetch: &Fetch) -> (String, Explanation) {
    let (answer, explanation) = dump.explain(fetch).unwrap();
    assert_eq!(answer.to_json(), dump.fetch(fetch).unwrap().to_json());
    (answer.to_json(), explanation)
}

fn segments(explanation: &Explanation) -> &[SegmentScan] {
    &explanation.passes[0].segments
}

#[test]
fn row_groups_and_pages_are_left_out() {
    let folder = TempDir::new().unwrap();
    numbered(&folder.path().join("a.parquet"));
    let dump = open(folder.path());
    assert_eq!((dump.files(), dump.events()), (1, ROWS as u64));
    let pruned = |fetch: &Fetch| {
        let (_, explanation) = explained(&dump, fetch);
        segments(&explanation).iter().map(|segment| segment.pruned).collect::<Vec<_>>()
    };
    assert_eq!(pruned(&fetch("org 0", "")), [None, Some("organization"), Some("organization")]);
    assert_eq!(pruned(&fetch("org 5", "")), [Some("organization"), None, None]);
    // Between the bounds of every group, and in none.
    assert_eq!(pruned(&fetch("org 0a", "")), [Some("organization"); 3]);
    assert_eq!(
        pruned(&fetch("org 0", r#","vendor":"vendor 2""#)),
        [Some("rows"), Some("organization"), Some("organization")]
    );
    let filter = |visitor: &str| {
        format!(r#","filters":{{"type":"selector","dimension":"visitor_id","value":"{visitor}"}}"#)
    };
    // The bloom filter knows that nobody of that name is there, though it is between the bounds.
    assert_eq!(pruned(&fetch("org 0", &filter("visitor 000100b")))[0], Some("filter"));
    assert_eq!(count(&dump, &fetch("org 0", &filter("visitor 000100"))), "1");
    let mut late = fetch("org 8", "");
    (late.interval.start, late.interval.end) = (56_500, 56_600);
    assert_eq!(pruned(&late), [Some("interval"), Some("interval"), None]);
    assert_eq!(count(&dump, &late), "100");
    let (_, explanation) = explained(&dump, &late);
    assert_eq!(segments(&explanation)[2].form, "parquet");
    assert_eq!(segments(&explanation)[2].rows_matched, 100);
}

#[test]
fn answers_do_not_depend_on_what_is_left_out() {
    let folder = TempDir::new().unwrap();
    numbered(&folder.path().join("a.parquet"));
    let dump = open(folder.path());
    for organization in 0..9 {
        let fetch = |keys: &str| fetch(&format!("org {organization}"), keys);
        let all = if organization == 8 { ROWS - 8 * 7_000 } else { 7_000 };
        assert_eq!(count(&dump, &fetch("")), all.to_string());
        assert_eq!(count(&dump, &fetch(r#","vendor":"vendor 1""#)), (all / 2).to_string());
        let fifth = r#","filters":{"type":"in","dimension":"category","values":["category 3","none"]}"#;
        assert_eq!(count(&dump, &fetch(fifth)), (all / 5).to_string());
        let grouped =
            dump.fetch(&fetch(r#","group_by":["visitor_id","vendor"],"limit":3"#)).unwrap().to_json();
        let first = format!(r#""visitor {:06}","vendor {}""#, organization * 7_000, 0);
        assert!(grouped.contains(&first), "{grouped}");
        let last = r#","filters":{"type":"like","dimension":"visitor_id","pattern":"%9"}"#;
        assert_eq!(count(&dump, &fetch(last)), (all / 10).to_string());
    }
}

#[test]
fn files_are_found_by_patterns_and_each_once() {
    let folder = TempDir::new().unwrap();
    let events = [Event::new(Timestamp(1), "o", "v"), Event::new(Timestamp(2), "o", "v")];
    write_parquet(ParquetForm::Own, &events, folder.path()).unwrap();
    fs::create_dir(folder.path().join(".hidden")).unwrap();
    fs::write(folder.path().join(".hidden/x.parquet"), "x").unwrap();
    fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let pattern = |text: &str| folder.path().join(text);
    let patterns = [pattern("**/*.parquet"), pattern(""), pattern("date=2021-01-00/events.parquet")];
    for of in [&patterns[..1], &patterns[1..2], &patterns[..]] {
        let dump = Dump::open(of, DumpOptions::new()).unwrap();
        assert_eq!((dump.files(), dump.events()), (2, 2));
    }
    let refused = |patterns: &[&str], options: DumpOptions| {
        Dump::open(patterns.iter().map(|text| pattern(text)), options).unwrap_err().to_string()
    };
    assert!(refused(&["*.parquet"], DumpOptions::new()).contains("matches no file"));
    assert!(refused(&["a***"], DumpOptions::new()).contains("is no pattern of files"));
    assert!(refused(&["notes.txt"], DumpOptions::new()).contains("notes.txt`: is no Parquet file"));
    let map = DumpOptions::new().map(ColumnMap::parse(["nobody=label"]).unwrap());
    assert!(refused(&["**/*.parquet"], map).starts_with("`nobody` is mapped, but no file has such a column"));
}

#[test]
fn columns_that_nobody_asks_for_may_be_absent() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    small(&path, &[("tenant", &["o", "p", "o"]), ("event_time", &["1", "2", "3"]), ("timestamp", &["9"; 3])]);
    let options = || {
        DumpOptions::new().map(ColumnMap::parse(["tenant=organization_id", "event_time=timestamp"]).unwrap())
    };
    let dump = Dump::open([&path], options()).unwrap();
    let mut wanted = fetch("o", "");
    wanted.interval.end = 4;
    assert_eq!(count(&dump, &wanted), "2");
    assert_eq!(count(&dump, &fetch("o", r#","filters":{"type":"null","column":"dim1"}"#)), "2");
    let sources = r#","group_by":["source"]"#;
    assert!(dump.fetch(&fetch("o", sources)).unwrap().to_json().contains("\"untrusted\",2"));
    let trusted = Dump::open([&path], options().source(Source::Trusted)).unwrap();
    assert!(trusted.fetch(&fetch("o", sources)).unwrap().to_json().contains("\"trusted\",2"));
    let error = dump.fetch(&fetch("o", r#","group_by":["label"]"#)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(
        error.to_string().contains("a.parquet`: the column `label` is required and is absent"),
        "{error}"
    );
    let error = Dump::open([&path], DumpOptions::new()).unwrap_err().to_string();
    assert!(error.contains("`organization_id` is required and is absent"), "{error}");
}

#[test]
fn a_row_that_is_no_event_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    let told = |columns: &[(&str, &[&str])], keys: &str| {
        small(&path, columns);
        match open(&path).fetch(&fetch("o", keys)) {
            Ok(answer) => answer.to_json(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Input);
                error.to_string()
            }
        }
    };
    let organizations: (&str, &[&str]) = ("organization_id", &["p", "o", "o"]);
    let no_time = told(&[organizations, ("timestamp", &["1", "2", "-"])], "");
    assert!(
        no_time.ends_with("a.parquet`: event 2: `timestamp` is required and is absent or null"),
        "{no_time}"
    );
    // Of another organization.
    let answer = told(&[organizations, ("timestamp", &["-", "2", "3"])], "");
    assert!(answer.ends_with(",2]]}"), "{answer}");
    let nobody = told(&[("organization_id", &["o", "-"]), ("timestamp", &["1", "2"])], "");
    assert!(nobody.contains("event 1: `organization_id` is required"), "{nobody}");
    let labels: &[(&str, &[&str])] = &[organizations, ("timestamp", &["1"; 3]), ("label", &["-", "a", "-"])];
    assert!(told(labels, "").ends_with(",2]]}"));
    let no_label = told(labels, r#","group_by":["label"]"#);
    assert!(no_label.contains("event 2: `label` is required"), "{no_label}");
    let source: &[(&str, &[&str])] =
        &[organizations, ("timestamp", &["1"; 3]), ("source", &["-", "-", "me"])];
    let no_source = told(source, r#","sources":["trusted"]"#);
    assert!(no_source.contains("event 2: `source`"), "{no_source}");
}

#[test]
fn a_file_that_has_changed_is_not_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    small(&path, &[("organization_id", &["o", "p"]), ("timestamp", &["1", "2"])]);
    let dump = open(&path);
    small(&path, &[("organization_id", &["o", "o", "a longer text"]), ("timestamp", &["1", "2", "3"])]);
    let error = dump.fetch(&fetch("o", "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(error.to_string().ends_with("has changed since it was opened; open the files anew"), "{error}");
    fs::remove_file(&path).unwrap();
    let mut partial = fetch("o", "");
    partial.allow_partial = true;
    let answer = dump.fetch(&partial).unwrap();
    assert_eq!(answer.missing().len(), 1);
}

#[test]
fn budgets_and_cancel_hold() {
    let folder = TempDir::new().unwrap();
    numbered(&folder.path().join("a.parquet"));
    let budget = Budget { groups: 10, ..Budget::default() };
    let options = DumpOptions::new().engine(Options::new().threads(1).budget(budget));
    let dump = Dump::open([folder.path()], options).unwrap();
    let error = dump.fetch(&fetch("org 3", r#","group_by":["visitor_id"]"#)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OverBudget);
    let cancel = Cancel::new();
    cancel.cancel();
    let error = dump.fetch_or_cancel(&fetch("org 3", ""), &cancel).unwrap_err();
    assert!(matches!(error, Error::Exec(ExecError::Canceled)), "{error}");
}

#[test]
fn every_form_has_the_same_events() {
    let folder = TempDir::new().unwrap();
    let mut events: Vec<Event> = (0..50).map(|at| Event::new(Timestamp(at * 77), "o", "v")).collect();
    for (at, event) in events.iter_mut().enumerate() {
        event.set(Dimension::Dim1, (at % 3 > 0).then_some(["a", ""][at % 2]));
        event.set_properties(["x", "y", ""].into_iter().take(at % 4));
    }
    let keys = r#","group_by":["dim1","properties"],"aggregations":["count","properties_uniq"]"#;
    let mut answers = Vec::new();
    for form in ParquetForm::ALL {
        let below = folder.path().join(format!("{form:?}"));
        write_parquet(form, &events, &below).unwrap();
        let dump = Dump::open([below], DumpOptions::new().map(names(form).unwrap())).unwrap();
        let text = keys.replace(r#""aggregations""#, r#""filters":{"type":"true"},"aggregations""#);
        let text = format!(
            r#"{{"granularity":"second","interval":{{"start":0,"end":100000}},"organization_id":"o"{text}}}"#
        );
        answers.push(dump.fetch(&Fetch::from_json(text, &FetchContext::new()).unwrap()).unwrap().to_json());
    }
    assert!(answers[0].len() > 500);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let folder = TempDir::new().unwrap();
    let rows = 5_000_i64;
    // In the second file timestamps fall at nearly every row.
    let answers = [1, 2_999].map(|step| {
        let of_row = |row: i64| row * step % rows;
        let path = folder.path().join(format!("{step}.parquet"));
        let text = |of: &dyn Fn(i64) -> String| -> ArrayRef {
            Arc::new((0..rows).map(|row| Some(of(of_row(row)))).collect::<StringArray>())
        };
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("organization_id", text(&|number| format!("org {}", number % 3))),
            ("vendor", text(&|number| format!("vendor {}", number % 7))),
            ("timestamp", Arc::new(TimestampMillisecondArray::from_iter_values((0..rows).map(of_row)))),
            (
                "value",
                Arc::new(
                    (0..rows)
                        .map(|row| Some(f64::from(i32::try_from(of_row(row)).unwrap())))
                        .collect::<Float64Array>(),
                ),
            ),
        ];
        write(&path, columns, WriterProperties::builder().build());
        let dump = open(&path);
        let ask = |keys: &str| {
            let text = format!(
                r#"{{"granularity":{{"type":"duration","duration":77}},"interval":{{"start":100,"end":4000}},
                "aggregations":["count","sum",{{"type":"first","name":"f"}},{{"type":"last","name":"l"}}],
                "organization_id":"org 1"{keys}}}"#
            );
            dump.fetch(&Fetch::from_json(text, &FetchContext::new()).unwrap()).unwrap().to_json()
        };
        [ask(""), ask(r#","group_by":["vendor"]"#), ask(r#","vendor":"vendor 3""#)]
    });
    assert!(answers[0][1].len() > 10_000);
    assert_eq!(answers[0], answers[1]);
}
