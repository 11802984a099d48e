//! Answers as record batches.

use super::{answer, answer_of, segments};
use crate::exec::ExecOptions;
use crate::response::{Answer, Cell};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

const BODY: &str = r#""granularity":"all","group_by":["dim1","event_version","source"],
    "aggregations":["count","sum","avg","dim1_uniq",{"type":"approx_uniq","name":"about","fields":["dim1"]}]"#;
const EVENTS: [(Option<&str>, Option<f64>); 6] = [
    (Some("b"), Some(0.1)),
    (None, None),
    (Some("a"), Some(-1e300)),
    (Some(""), None),
    (Some("b"), Some(7.0)),
    (Some("\u{1f33e}"), Some(0.0)),
];

fn zoned(zone: &str) -> Answer {
    let text = format!(
        r#"{{"organization_id":"org","interval":{{"start":0,"end":9000,"time_zone":"{zone}"}},{BODY}}}"#
    );
    let fetch = crate::request::Fetch::from_json(text, &crate::request::FetchContext::new()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    crate::exec::execute(&fetch, &segments(&EVENTS), &ExecOptions::default(), &pool, None).unwrap()
}

/// Whether an array has that cell in a row.
fn has(array: &dyn Array, row: usize, cell: &Cell<'_>, start: i64) -> bool {
    let present = !array.is_null(row);
    match cell {
        Cell::Null => !present,
        Cell::Text(text) => {
            let texts =
                array.as_dictionary::<Int32Type>().downcast_dict::<arrow_array::StringArray>().unwrap();
            present && arrow_array::ArrayAccessor::value(&texts, row) == *text
        }
        Cell::Integer(integer) => present && array.as_primitive::<Int64Type>().value(row) == *integer,
        Cell::Float(float) => {
            present && array.as_primitive::<Float64Type>().value(row).to_bits() == float.to_bits()
        }
        Cell::Timestamp(_) => present && array.as_primitive::<TimestampMillisecondType>().value(row) == start,
    }
}

fn assert_same(answer: &Answer, batch: &RecordBatch) {
    assert_eq!((batch.num_rows(), batch.num_columns()), (answer.len(), answer.fields().len()));
    for (at, row) in answer.rows().enumerate() {
        for (column, cell) in row.cells().enumerate() {
            let array = batch.column(column);
            assert!(has(array, at, &cell, row.start().millis()), "{at}, {column}: {cell:?}");
        }
    }
}

#[test]
fn a_batch_has_the_cells_of_the_answer() {
    let answer = answer_of(&EVENTS, BODY);
    let batch = answer.to_record_batch().unwrap();
    assert_eq!(answer.len(), 5);
    assert_same(&answer, &batch);
    let nulls: Vec<usize> = batch.columns().iter().map(Array::null_count).collect();
    assert_eq!(nulls, [0, 1, 0, 0, 0, 0, 2, 0, 0]);

    // Buckets of an answer without groups, most of them empty.
    let by_second = answer_of(&EVENTS[..2], r#""granularity":"second","aggregations":["count","min"]"#);
    assert_same(&by_second, &by_second.to_record_batch().unwrap());
}

#[test]
fn an_empty_answer_has_the_same_columns() {
    let full = answer_of(&EVENTS, BODY).to_record_batch().unwrap();
    let without_rows = answer(&segments(&EVENTS), 0, BODY, &ExecOptions::default()).unwrap();
    let without_segments = answer_of(&[], BODY);
    for empty in [without_rows, without_segments] {
        let batch = empty.to_record_batch().unwrap();
        assert_eq!(batch.num_rows(), 0);
        assert_eq!(batch.schema(), full.schema());
    }
    let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let expected = [
        ("timestamp", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), false),
        ("dim1", text.clone(), true),
        ("event_version", DataType::Int64, true),
        ("source", text, true),
        ("count", DataType::Int64, false),
        ("sum", DataType::Float64, true),
        ("avg", DataType::Float64, true),
        ("dim1_uniq", DataType::Int64, false),
        ("about", DataType::Int64, false),
    ];
    let schema = full.schema();
    let found: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| (field.name().as_str(), field.data_type().clone(), field.is_nullable()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_dictionary_holds_the_values_that_occur() {
    // The limit leaves out the last of them; one comes twice.
    let body = r#""granularity":"second","group_by":["dim1"],"limit":5"#;
    let answer = answer_of(&EVENTS, body);
    let batch = answer.to_record_batch().unwrap();
    assert_same(&answer, &batch);
    let texts = batch.column(1).as_dictionary::<Int32Type>();
    let values: Vec<&str> = texts.values().as_string::<i32>().iter().flatten().collect();
    assert_eq!(values, ["b", "a", ""]);

    let nulls = answer_of(&[(None, None)], body);
    let batch = nulls.to_record_batch().unwrap();
    assert_same(&nulls, &batch);
    assert!(batch.column(1).as_dictionary::<Int32Type>().values().is_empty());
}

#[test]
fn the_zone_is_that_of_the_fetch() {
    for (zone, expected) in [
        ("Europe/Helsinki", "Europe/Helsinki"),
        ("UTC", "UTC"),
        ("Z", "UTC"),
        ("+02:00", "+02:00"),
        ("-0930", "-09:30"),
        // Arrow has no such offset.
        ("+01:39:49", "UTC"),
    ] {
        let answer = zoned(zone);
        let batch = answer.to_record_batch().unwrap();
        assert_same(&answer, &batch);
        let found = batch.column(0).data_type().clone();
        assert_eq!(found, DataType::Timestamp(TimeUnit::Millisecond, Some(expected.into())), "{zone}");
    }
}
