use super::*;
use crate::event::{Event, EventReader, Source, SourceRule};
use crate::schema::Dimension;
use crate::timestamp::Timestamp;
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, Float32Array, Float64Array, Int16Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, UInt64Array,
};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use std::io::Write;
use std::sync::Arc;
use tempfile::NamedTempFile;

const ARRIVAL: Timestamp = Timestamp(77);

/// A file of these columns, in row groups of so many rows.
fn file(columns: &[(&str, ArrayRef)], group: usize) -> NamedTempFile {
    write(columns, WriterProperties::builder().set_max_row_group_row_count(Some(group)).build())
}

/// A file in which every text is written out.
fn without_dictionaries(columns: &[(&str, ArrayRef)]) -> NamedTempFile {
    write(columns, WriterProperties::builder().set_dictionary_enabled(false).build())
}

fn write(columns: &[(&str, ArrayRef)], properties: WriterProperties) -> NamedTempFile {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, array)| (*name, Arc::clone(array), true)),
    )
    .unwrap();
    let file = NamedTempFile::new().unwrap();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

fn import(file: &NamedTempFile, rule: SourceRule) -> Result<Vec<Event>, String> {
    let tell = |error: ImportError| {
        let mut text = error.to_string();
        if let ImportError::Row(row) = &error {
            text = format!("{} {:?}: {}", row.index, row.field, row.problem);
        }
        text
    };
    let mut chunks = ParquetChunks::open(file.path(), &ColumnMap::new(), rule, ARRIVAL, 2).map_err(tell)?;
    let mut events = Vec::new();
    while let Some(chunk) = chunks.next_chunk() {
        // All events have one instant and tenant where their order matters, so that a segment keeps it.
        let segment = chunk.map_err(tell)?.build().unwrap();
        segment.for_each_row(|row| events.push(row.to_event())).unwrap();
    }
    Ok(events)
}

fn texts(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

/// Lists of texts, `-` for a null one; `None` is a null list.
fn list(lists: &[Option<&str>]) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in lists {
        for text in list.unwrap_or_default().split_terminator('|').map(|text| (text != "-").then_some(text)) {
            builder.values().append_option(text);
        }
        builder.append(list.is_some());
    }
    let array: ListArray = builder.finish();
    Arc::new(array)
}

/// The columns that must be there, for so many rows.
fn required(rows: usize) -> Vec<(&'static str, ArrayRef)> {
    let text = |text| texts(&vec![Some(text); rows]);
    vec![
        ("organization_id", text("o")),
        ("vendor", text("v")),
        ("category", text("c")),
        ("label", text("")),
        ("action", text("a")),
        ("event_version", Arc::new(Int64Array::from(vec![1; rows]))),
    ]
}

fn with(rows: usize, more: &[(&'static str, ArrayRef)]) -> NamedTempFile {
    let mut columns = required(rows);
    for (name, array) in more {
        columns.retain(|(known, _)| known != name);
        columns.push((name, Arc::clone(array)));
    }
    file(&columns, 1 << 20)
}

fn refused(rows: usize, more: &[(&'static str, ArrayRef)]) -> String {
    import(&with(rows, more), SourceRule::FromEvent).unwrap_err()
}

/// Events of one tenant and instant, so that their order is theirs.
fn any_event() -> impl Strategy<Value = Event> {
    let word =
        || proptest::option::of(prop::sample::select(vec!["", "a", "b", "\u{e4}", "long enough to matter"]));
    (
        word(),
        word(),
        prop::collection::vec(prop::sample::select(vec!["", "x", "y"]), 0..4),
        any::<bool>(),
        -2_i64..3,
    )
        .prop_map(|(city, label, properties, trusted, number)| {
            let mut event = Event::new(Timestamp(5), "o", "v");
            event.set(Dimension::GeoCity, city).set(Dimension::Label, label);
            event.set_properties(properties);
            event.source = if trusted { Source::Trusted } else { Source::Untrusted };
            event.event_version = number;
            event.value = (number != 0).then_some(number as f64 / 4.0);
            event
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn importing_is_ingesting(events in prop::collection::vec(any_event(), 0..40)) {
        let file = NamedTempFile::new().unwrap();
        let mut writer = EventWriter::new(file.reopen().unwrap()).unwrap();
        let mut json = Vec::new();
        for event in &events {
            writer.write(&event.as_row()).unwrap();
            event.write_json(&mut json);
            json.push(b'\n');
        }
        writer.finish().unwrap();
        let ingested: Vec<Event> =
            EventReader::new(&json[..], SourceRule::FromEvent, ARRIVAL).map(Result::unwrap).collect();
        let imported = import(&file, SourceRule::FromEvent).unwrap();
        prop_assert_eq!(&imported, &ingested);
        prop_assert_eq!(imported, events);
    }
}

#[test]
fn row_groups_come_in_their_order() {
    let rows = 1000;
    let mut columns = required(rows);
    let labels: Vec<String> = (0..rows).map(|row| format!("{row:04}")).collect();
    columns.push(("dim1", Arc::new(StringArray::from(labels.clone()))));
    let events = import(&file(&columns, 7), SourceRule::FromEvent).unwrap();
    let found: Vec<&str> = events.iter().map(|event| event.text(Dimension::Dim1).unwrap()).collect();
    assert_eq!(found, labels);
    assert!(events.iter().all(|event| event.timestamp == ARRIVAL && event.value.is_none()));
}

#[test]
fn texts_may_be_written_out() {
    let long = |row: usize| (!row.is_multiple_of(5)).then(|| format!("a text of some length {}", row / 3));
    let mut columns = required(300);
    columns.push(("visitor_id", Arc::new((0..300).map(long).collect::<StringArray>())));
    let events = import(&without_dictionaries(&columns), SourceRule::FromEvent).unwrap();
    assert_eq!(events, import(&file(&columns, 300), SourceRule::FromEvent).unwrap());
    for (row, event) in events.iter().enumerate() {
        assert_eq!(event.text(Dimension::VisitorId), long(row).as_deref());
    }

    let refused = |column: &'static str, texts: ArrayRef| {
        let mut columns = required(texts.len());
        columns.retain(|(name, _)| *name != column);
        columns.push((column, texts));
        import(&without_dictionaries(&columns), SourceRule::FromEvent).unwrap_err()
    };
    let labels = texts(&[Some("long enough to be written out"), None]);
    assert!(refused("label", labels).starts_with("1 Some(\"label\"): is required"));
    let long = "x".repeat((1 << 20) + 1);
    assert!(refused("dim1", texts(&[None, Some(&long)])).starts_with("1 Some(\"dim1\"): has 1048577"));
}

#[test]
fn units_and_widths_do_not_matter() {
    let micros = TimestampMicrosecondArray::from(vec![Some(-1), Some(1_999), None]);
    let file = with(
        3,
        &[
            ("timestamp", Arc::new(micros)),
            ("event_version", Arc::new(Int16Array::from(vec![-3, 0, 7]))),
            ("value", Arc::new(Float32Array::from(vec![Some(0.5), None, Some(-2.0)]))),
        ],
    );
    let events = import(&file, SourceRule::FromEvent).unwrap();
    let found: Vec<_> =
        events.iter().map(|event| (event.timestamp.millis(), event.event_version, event.value)).collect();
    assert_eq!(found, [(-1, -3, Some(0.5)), (1, 0, None), (77, 7, Some(-2.0))]);
    let nanos = Arc::new(TimestampNanosecondArray::from(vec![-1]).with_timezone("+02:00"));
    assert_eq!(
        import(&with(1, &[("timestamp", nanos)]), SourceRule::FromEvent).unwrap()[0].timestamp,
        Timestamp(-1)
    );
}

#[test]
fn properties_count_once_and_nothing_is_null() {
    let lists = list(&[Some("b|a|b"), Some(""), None, Some("|")]);
    let events = import(&with(4, &[("properties", lists)]), SourceRule::FromEvent).unwrap();
    let found: Vec<Vec<&str>> = events.iter().map(|event| event.properties().collect()).collect();
    assert_eq!(found, [vec!["b", "a"], vec![], vec![], vec![""]]);
}

#[test]
fn the_receiver_decides_about_sources() {
    let sources = || texts(&[Some("trusted"), None]);
    let file = with(2, &[("source", sources())]);
    let of =
        |rule| import(&file, rule).map(|events| events.iter().map(|event| event.source).collect::<Vec<_>>());
    assert_eq!(of(SourceRule::FromEvent).unwrap(), [Source::Trusted, Source::Untrusted]);
    assert_eq!(of(SourceRule::Fixed(Source::Trusted)).unwrap(), [Source::Trusted, Source::Trusted]);
    let error = of(SourceRule::Fixed(Source::Untrusted)).unwrap_err();
    assert!(error.starts_with("0 Some(\"source\"): says trusted"), "{error}");
    assert!(refused(1, &[("source", texts(&[Some("me")]))]).contains("found \"me\""));
}

#[test]
fn rows_that_are_no_events_are_told_with_row_and_column() {
    let nulls = texts(&[Some("c"), None, None]);
    assert!(refused(3, &[("category", nulls)]).starts_with("1 Some(\"category\"): is required"));
    let values = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(f64::NAN)]));
    assert!(refused(3, &[("value", values)]).starts_with("2 Some(\"value\"): must be a finite number"));
    let versions = Arc::new(UInt64Array::from(vec![1, u64::MAX]));
    assert!(refused(2, &[("event_version", versions)]).starts_with("1 Some(\"event_version\")"));
    let late = Arc::new(TimestampMicrosecondArray::from(vec![0, i64::MAX]));
    assert!(refused(2, &[("timestamp", late)]).starts_with("1 Some(\"timestamp\")"));
    let lists = list(&[None, Some("a|-|")]);
    assert!(refused(2, &[("properties", lists)]).starts_with("1 Some(\"properties[1]\"): must be a text"));
    let long = "x".repeat((1 << 20) + 1);
    assert!(
        refused(2, &[("dim1", texts(&[None, Some(&long)]))]).starts_with("1 Some(\"dim1\"): has 1048577")
    );
    // The first row counts, whatever its column.
    let both = [
        ("category", texts(&[Some("c"), Some("c"), None])),
        ("vendor", texts(&[Some("v"), None, Some("v")])),
    ];
    assert!(refused(3, &both).starts_with("1 Some(\"vendor\")"));
}

#[test]
fn rows_are_counted_over_the_whole_file() {
    let mut columns = required(100);
    let mut versions = vec![Some(1); 100];
    versions[63] = None;
    columns.retain(|(name, _)| *name != "event_version");
    columns.push(("event_version", Arc::new(Int64Array::from(versions))));
    let error = import(&file(&columns, 10), SourceRule::FromEvent).unwrap_err();
    assert!(error.starts_with("63 Some(\"event_version\"): is required"), "{error}");
}

#[test]
fn columns_of_other_types_are_refused_and_unknown_ones_ignored() {
    let number = || Arc::new(Int64Array::from(vec![1])) as ArrayRef;
    assert_eq!(refused(1, &[("dim1", number())]), "the column `dim1` must hold a string, found Int64");
    assert!(refused(1, &[("timestamp", number())]).contains("must hold a timestamp of any unit"));
    assert!(refused(1, &[("properties", texts(&[Some("a")]))]).contains("must hold a list of strings"));
    assert!(refused(1, &[("value", texts(&[Some("1")]))]).contains("must hold a floating-point number"));

    let mut columns = required(3);
    columns.remove(1);
    assert_eq!(
        import(&file(&columns, 10), SourceRule::FromEvent).unwrap_err(),
        "the column `vendor` is required and is absent; where it has another name, map that name to it"
    );

    let file = with(3, &[("colour", texts(&[None, None, Some("red")]))]);
    let chunks =
        ParquetChunks::open(file.path(), &ColumnMap::new(), SourceRule::FromEvent, ARRIVAL, 1).unwrap();
    assert_eq!(chunks.ignored().iter().collect::<Vec<_>>(), [("colour", 3)]);
    assert_eq!(chunks.rows(), 3);
    assert_eq!(import(&file, SourceRule::FromEvent).unwrap().len(), 3);
}

#[test]
fn other_files_are_refused() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(b"{\"vendor\":1}").unwrap();
    assert!(import(&file, SourceRule::FromEvent).unwrap_err().contains("no Parquet file"));
    let good = with(1, &[]);
    let length = good.path().metadata().unwrap().len();
    good.as_file().set_len(length - 5).unwrap();
    assert!(import(&good, SourceRule::FromEvent).is_err());
}
