//! The examples of the reference, `docs/query.md`.

use super::{accepted, check, filter};
use crate::request::Filter;

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
        // The request that the keys are added to has an interval of its own.
        if text.trim_start().starts_with("\"interval\"") {
            check(&format!(r#"{{"organization_id":"org","granularity":"day",{text}}}"#)).unwrap();
        } else {
            accepted(text);
        }
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

#[test]
fn every_filter_type_has_an_example_or_is_said_to_be_another() {
    for kind in crate::request::check::FILTER_TYPES {
        assert!(REFERENCE.contains(&format!("`{kind}`")), "{kind}");
    }
}
