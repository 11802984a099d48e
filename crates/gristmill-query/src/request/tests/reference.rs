//! The reference, `docs/query.md`: nothing of the language is without an example, and its table of changes of clocks is true.
//! What the examples answer is checked by `tests/reference.rs` of the workspace.

use super::check;
use crate::request::check::{FILTER_TYPES, KEYS, aggregation_types};
use crate::time::Bucketer;

const REFERENCE: &str = include_str!("../../../../../docs/query.md");

/// The fenced blocks of that sort.
fn blocks(sort: &str) -> Vec<&'static str> {
    let fence = format!("```json {sort}\n");
    REFERENCE.split(&*fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The cells of the rows of the table below a heading.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, below) = REFERENCE.split_once(heading).unwrap();
    let (_, rows) = below.split_once("| --- |").unwrap();
    let rows = rows.lines().skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect()
}

#[test]
fn every_change_of_clocks_is_as_its_row_says() {
    let rows = table("### Changes of clocks\n");
    assert!(rows.len() >= 20, "{rows:?}");
    for row in rows {
        let [zone, granularity, instant, start, end, _because] = row[..] else { panic!("{row:?}") };
        let interval = format!(r#"{{"start":"{instant}","end":"{instant}","time_zone":"{zone}"}}"#);
        let text =
            format!(r#"{{"organization_id":"org","interval":{interval},"granularity":{granularity}}}"#);
        let fetch = check(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let bucketer = Bucketer::new(fetch.granularity, fetch.zone, fetch.interval);
        let bucket = bucketer.bucket_of(fetch.interval.start);
        let next = bucketer.bucket_of(bucket.end);
        let labels = [bucketer.label(bucket).to_string(), bucketer.label(next).to_string()];
        assert_eq!(labels, [start, end], "{row:?}");
    }
}

/// Whether a block has that key, or that key with that text.
fn has(block: &str, key: &str, text: Option<&str>) -> bool {
    let value = text.map(|text| format!(" \"{text}\"")).unwrap_or_default();
    block.contains(&format!("\"{key}\":{value}"))
}

#[test]
fn every_key_has_an_example() {
    let blocks = [blocks("request"), blocks("base"), blocks("keys")].concat();
    for key in KEYS {
        assert!(REFERENCE.contains(&format!("| [`{key}`](#")), "a row for {key}");
        assert!(blocks.iter().any(|block| has(block, key, None)), "an example of {key}");
    }
}

#[test]
fn every_filter_type_has_an_example() {
    let blocks = blocks("filter");
    for kind in FILTER_TYPES {
        assert!(REFERENCE.contains(&format!("`{kind}`")), "a word on {kind}");
        assert!(blocks.iter().any(|block| has(block, "type", Some(kind))), "an example of {kind}");
    }
}

#[test]
fn every_aggregation_has_an_example() {
    let blocks = blocks("keys");
    for kind in aggregation_types() {
        assert!(REFERENCE.contains(&format!("`{kind}`")), "a word on {kind}");
        assert!(blocks.iter().any(|block| has(block, "type", Some(kind))), "an example of {kind}");
    }
}
