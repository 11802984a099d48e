//! Answers out.

use super::schema::{Any, Named, count, either, full, integer, list, named, text, text_or_null, word};
use gristmill::schema::Dimension;
use serde_json::json;
use utoipa::openapi::Type;

/// The answer to a query.
pub(super) const ANSWER: &str = "Answer";
/// How a query is answered.
pub(super) const EXPLANATION: &str = "Explanation";
/// Which organizations there are.
pub(super) const ORGANIZATIONS: &str = "Organizations";
/// From when to when an organization has events.
pub(super) const EXTENT: &str = "Extent";
/// Which values a dimension has.
pub(super) const VALUES: &str = "Values";

const PASS: &str = "Pass";
const SEGMENT_SCAN: &str = "SegmentScan";

pub(super) fn schemas() -> Named {
    vec![
        (ANSWER, answer()),
        (EXPLANATION, explanation()),
        (PASS, pass()),
        (SEGMENT_SCAN, segment_scan()),
        (ORGANIZATIONS, organizations()),
        (EXTENT, extent()),
        (VALUES, values()),
    ]
}

fn answer() -> Any {
    let field = full(
        "A column",
        [
            ("name", text("`timestamp`, a dimension, or the name of a figure").into()),
            (
                "type",
                word(["dimension", "metric"], "Whether it tells which row it is, or a figure of it").into(),
            ),
        ],
    );
    let cell = either([Type::String, Type::Number, Type::Null], "A cell");
    let row = list(cell, "A row, with a cell for each column");
    full(
        "Columns and rows: the start of the bucket, then the groups, then the figures",
        [("fields", list(field, "The columns").into()), ("data", list(row, "The rows").into())],
    )
    .property("degraded", degraded())
    .examples([json!({
        "fields": [
            {"name": "timestamp", "type": "dimension"},
            {"name": "category", "type": "dimension"},
            {"name": "count", "type": "metric"},
        ],
        "data": [["2024-01-01T00:00:00.000+02:00", "product", 1]],
    })])
    .into()
}

fn degraded() -> Any {
    let span = list(text("An instant"), "Its start and its end").min_items(Some(2)).max_items(Some(2));
    full(
        "What is missing from an answer to a query with `allow_partial`",
        [
            ("segments", list(text("A sentence"), "Why segments are not in it").into()),
            ("rows_missing_at_most", count("Events").into()),
            ("intervals", list(span, "Of when they may be").into()),
        ],
    )
    .into()
}

fn explanation() -> Any {
    let passes =
        list(named(PASS), "One for all rows, and one for each filter that figures have of their own");
    full(
        "What was looked at, in which ways, and how long that took; there may be more keys",
        [
            ("rows", count("Rows of the answer").into()),
            ("passes", passes.into()),
            ("micros", count("Microseconds from the beginning to the answer").into()),
        ],
    )
    .into()
}

fn pass() -> Any {
    full(
        "One way through the segments",
        [
            ("metrics", list(text("A name"), "The figures that it gives").into()),
            ("segments", list(named(SEGMENT_SCAN), "Segments in their order").into()),
            ("groups", count("Groups of all segments together").into()),
            ("prune_micros", count("Microseconds until the rows to be looked at were known").into()),
            ("scan_micros", count("Microseconds of the scan of all segments").into()),
            ("merge_micros", count("Microseconds until the groups of all segments were added up").into()),
        ],
    )
    .into()
}

fn segment_scan() -> Any {
    let instant = |about| either([Type::Integer, Type::Null], about).into();
    full(
        "What was done with one segment",
        [
            ("rows", count("Its events; those in range only where others must not be told of").into()),
            (
                "first",
                instant("The first of its events in milliseconds, or null where others must not be told of"),
            ),
            ("last", instant("The last of them")),
            ("form", text("`memory`, `plain` or `compressed`").into()),
            ("pruned", text_or_null("Why it was not looked at").into()),
            ("rows_in_range", count("Rows of the organization, vendor and interval").into()),
            ("filter", text_or_null("How the rows that match are found").into()),
            ("grouping", text_or_null("How they are grouped").into()),
            ("threads", count("Threads that it was given").into()),
            ("rows_matched", count("Rows that matched").into()),
            ("bytes_touched", count("Bytes of columns that were read").into()),
            ("micros", count("Microseconds from opening its columns to its groups").into()),
        ],
    )
    .into()
}

fn organizations() -> Any {
    let found = list(text("An organization"), "Those that have events, and that the token may fetch");
    full("Organizations", [("organizations", found.into())]).into()
}

fn extent() -> Any {
    let instant = |about| either([Type::Integer, Type::Null], about).into();
    full(
        "Milliseconds since 1970-01-01T00:00:00Z, or null where there are no events",
        [("first", instant("Of the first event")), ("last", instant("Of the last event"))],
    )
    .into()
}

fn values() -> Any {
    let value = full(
        "A value",
        [
            ("value", either([Type::String, Type::Integer, Type::Null], "The value").into()),
            ("count", integer("Events that have it").minimum(Some(1)).into()),
        ],
    );
    full(
        "Values of a dimension",
        [
            ("dimension", word(Dimension::ALL.map(Dimension::name), "The dimension").into()),
            ("values", list(value, "Those of most events first").into()),
            ("more", super::schema::flag("Whether there are more than were asked for").into()),
        ],
    )
    .into()
}
