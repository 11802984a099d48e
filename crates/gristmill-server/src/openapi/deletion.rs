//! Events out for good.

use super::query::{json_body, which_events};
use super::schema::{Named, any_of, closed, count, full};
use crate::limits::Limits;
use serde_json::json;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::request_body::RequestBody;

/// The name of a deletion, as the body of a request and as a schema.
pub(super) const DELETION: &str = "Deletion";
/// What is answered to it.
pub(super) const DELETED: &str = "Deleted";

/// The name and the form of the body of a deletion.
pub(super) fn body(limits: &Limits) -> (&'static str, RequestBody) {
    (DELETION, json_body(limits, DELETION, "Which events are deleted."))
}

pub(super) fn schemas() -> Named {
    let deleted = full(
        "What was deleted",
        [
            ("deleted", count("Events").into()),
            ("segments", count("Segments that held them").into()),
            ("dropped", count("Segments of which nothing is left").into()),
        ],
    );
    let counted = full("What would be deleted", [("would_delete", count("Events").into())]);
    let receipt = any_of([deleted.into(), counted.into()], "What was done, or with `dry_run` would be");
    vec![(DELETION, deletion().into()), (DELETED, receipt)]
}

fn deletion() -> ObjectBuilder {
    let about = "Which events of one organization; without `interval`, those of all times";
    which_events(closed(about, []))
        .required("filters")
        .examples([json!({"filters": {"type": "selector", "dimension": "user_id", "value": "u-1"}})])
}

#[cfg(test)]
mod tests {
    use super::*;
    use gristmill::request::words;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_is_described() {
        let described: BTreeSet<String> = deletion().build().properties.into_keys().collect();
        assert_eq!(described, words::delete_keys().map(str::to_owned).collect());
    }
}
