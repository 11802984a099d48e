//! The examples of the reference, `docs/query.md`.

use super::{accepted, check, filter};
use crate::request::Filter;
use crate::time::Bucketer;

const REFERENCE: &str = include_str!("../../../../../docs/query.md");

/// The fenced blocks of that sort.
fn blocks(sort: &str) -> Vec<&'static str> {
    let fence = format!("```json {sort}\n");
    REFERENCE.split(&*fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_example_is_accepted() {
    let requests = blocks("request");
    for text in &requests {
        check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let keys = blocks("keys");
    for text in &keys {
        // The request that the keys are added to has an interval and a granularity of its own.
        let others = if text.trim_start().starts_with("\"interval\"") {
            r#""granularity":"day""#
        } else if text.trim_start().starts_with("\"granularity\"") {
            r#""interval":{"start":0,"end":1}"#
        } else {
            accepted(text);
            continue;
        };
        check(&format!(r#"{{"organization_id":"org",{others},{text}}}"#)).unwrap();
    }
    let filters = blocks("filter");
    for text in &filters {
        assert_ne!(filter(text), Filter::False, "{text}");
    }
    assert_eq!(
        REFERENCE.matches("```json").count(),
        requests.len() + keys.len() + filters.len(),
        "every example is of one of these sorts"
    );
    assert!(!requests.is_empty() && !keys.is_empty() && !filters.is_empty());
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

#[test]
fn every_filter_type_has_an_example_or_is_said_to_be_another() {
    for kind in crate::request::check::FILTER_TYPES {
        assert!(REFERENCE.contains(&format!("`{kind}`")), "{kind}");
    }
}
