//! Another Arrow reader opens a segment file and finds the same events.
//!
//! Needs `python3` with `pyarrow`, and says "skipped" without; where `GRISTMILL_REQUIRE_PYARROW` is set, that is an
//! error.

use gristmill_storage::Timestamp;
use gristmill_storage::dir::FsDir;
use gristmill_storage::event::{Event, EventRow, Source};
use gristmill_storage::schema::{Column, Dimension, Kind};
use gristmill_storage::segment::file::{self, Form};
use gristmill_storage::segment::{Segment, SegmentBuilder, SegmentError};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Enough events for codes of two bytes in one column, with nulls and the empty text in others.
fn segment() -> Result<Segment, SegmentError> {
    let mut builder = SegmentBuilder::new();
    for (at, number) in (0_usize..1_000).zip(0_i32..) {
        let time = Timestamp(i64::from(number - 500) * 86_399_983);
        let mut event = Event::new(time, ["org-2", "org-1"][at % 2], "vendor");
        event.value = (at % 3 > 0).then_some(f64::from(number) / 8.0);
        event.event_version = i64::from(number % 4 - 1);
        event.source = Source::ALL[usize::from(at % 5 == 0)];
        let properties: &[&str] = [["a", "b", ""].as_slice(), &[], &["b"]][at % 3];
        let visitor = format!("{:08x}-0000-4000-8000-{at:012x}", at / 2);
        event
            .set(Dimension::VisitorId, (at % 7 > 0).then_some(visitor.as_str()))
            .set(Dimension::Category, Some(["click", "view", "\u{e4}\u{1f33e}"][at % 3]))
            .set(Dimension::SessionId, Some(&format!("session-{at}")))
            .set(Dimension::Dim1, [None, Some(""), Some("x")][at % 3])
            .set_properties(properties.iter().copied());
        builder.push(&event.as_row())?;
    }
    builder.build()
}

fn as_json(row: &EventRow<'_>) -> Value {
    let value = |column| match column {
        Column::Timestamp => json!(row.timestamp.millis()),
        Column::Value => json!(row.value),
        Column::Dimension(dimension) => match dimension.kind() {
            Kind::Text => json!(row.text(dimension)),
            Kind::Integer => json!(row.event_version),
            Kind::Source => json!(row.source.name()),
            Kind::MultiText if row.properties.is_empty() => Value::Null,
            Kind::MultiText => json!(row.properties),
        },
    };
    Column::all()
        .map(|column| (column.name().to_owned(), value(column)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn pyarrow_reads_a_segment() {
    let folder = tempfile::tempdir().unwrap();
    let dir = FsDir::open(folder.path()).unwrap();
    let segment = segment().unwrap();
    file::write(&dir, "plain.arrow", "plain.idx", &segment, Form::Plain).unwrap();
    file::write(&dir, "compressed.arrow", "compressed.idx", &segment, Form::Compressed).unwrap();
    let mut lines = String::new();
    segment.for_each_row(|row| lines.extend([as_json(row).to_string(), "\n".to_owned()])).unwrap();
    let events = folder.path().join("events.ndjson");
    std::fs::write(&events, lines).unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_segment.py");
    let run = Command::new("python3")
        .arg(script)
        .arg(events)
        .args(["plain.arrow", "compressed.arrow"].map(|name| folder.path().join(name)))
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
    assert!(said.starts_with("read 1000 rows") || said.starts_with("skipped"), "{said}");
    let required = std::env::var_os("GRISTMILL_REQUIRE_PYARROW").is_some();
    assert!(!(required && said.starts_with("skipped")), "{said}");
}
