//! Streams of events by their numbers.

use crate::harness::Bench;
use std::collections::BTreeSet;

/// The different values of a field.
fn values(events: &str, field: &str) -> BTreeSet<String> {
    let event = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
    events.lines().map(event).map(|event| event[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn tenants_and_labels_are_as_many_as_asked() {
    let generate =
        |tenants| Bench::new().run(["generate", "--events", "2000", "--tenants", tenants, "--labels", "3"]);
    let one = generate("1").succeeded().stdout;
    let four = generate("4").succeeded().stdout;
    assert_eq!((values(&one, "organization_id").len(), values(&four, "organization_id").len()), (1, 4));
    assert_eq!(values(&four, "label").len(), 3);
    let first = values(&one, "organization_id");
    assert!(first.is_subset(&values(&four, "organization_id")), "the first organization is always the same");
}
