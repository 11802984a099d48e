//! A query.

use super::aggregation::AGGREGATION;
use super::filter::{FILTER, HAVING};
use super::instant::INSTANT;
use super::schema::{
    Any, Named, any_of, closed, count, expression, flag, integer, list, named, named_as, text, text_or_null,
    with_one_of, word,
};
use crate::limits::Limits;
use gristmill::event::Source;
use gristmill::request::words;
use gristmill::schema::{Dimension, Kind};
use gristmill::time::Granularity;
use serde_json::json;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Required};

/// The name of a query, as the body of a request and as a schema.
pub(super) const QUERY: &str = "Query";

/// A query that names the organization.
pub(super) const USER_QUERY: &str = "UserQuery";

const INTERVAL: &str = "Interval";
const GRANULARITY: &str = "Granularity";
const GROUP: &str = "Group";
const ORDER: &str = "Order";

/// How periods are written.
const PERIOD: &str = r"^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$";

/// The name and the form of the body of a query.
pub(super) fn body(limits: &Limits) -> (&'static str, RequestBody) {
    (QUERY, json_body(limits, QUERY, "What is asked, also where the method is GET."))
}

/// A body of a JSON object that counts as a query.
pub(super) fn json_body(limits: &Limits, schema: &str, about: &str) -> RequestBody {
    let Limits { query_bytes, json_levels, filters, filter_levels, filter_values, regex_bytes, .. } = limits;
    let Limits { group_by, aggregations, .. } = limits;
    let about = format!(
        "{about} The type of the content is not looked at. At most {query_bytes} bytes, {json_levels} open brackets, \
         {filters} filters, {filter_levels} levels of them, {filter_values} values of one, {regex_bytes} bytes of a regular \
         expression, {group_by} dimensions to group by, and {aggregations} aggregations."
    );
    RequestBodyBuilder::new()
        .description(Some(about))
        .required(Some(Required::True))
        .content("application/json", ContentBuilder::new().schema(Some(named(schema))).build())
        .build()
}

/// The same for a query that names the organization.
pub(super) fn body_of_user(limits: &Limits) -> (&'static str, RequestBody) {
    (USER_QUERY, json_body(limits, USER_QUERY, "What is asked, also where the method is GET."))
}

pub(super) fn schemas() -> Named {
    let of_user = with_one_of(query(), &[&["organization_id"]]);
    vec![
        (QUERY, query().into()),
        (USER_QUERY, of_user),
        (INTERVAL, interval().into()),
        (GRANULARITY, granularity()),
        (GROUP, group()),
        (ORDER, order()),
    ]
}

fn query() -> ObjectBuilder {
    let keys = [
        ("granularity", named(GRANULARITY)),
        ("group_by", list(named(GROUP), "What makes groups, each once").into()),
        (
            "aggregations",
            list(named(AGGREGATION), "The figures; without them, count, sum, avg, min and max").into(),
        ),
        ("having", named(HAVING)),
        ("order_by", list(named(ORDER), "The order of the rows").into()),
        ("limit_per_bucket", count("The most rows of a bucket").minimum(Some(1)).into()),
        ("offset", count("Rows that are left out first").into()),
        ("limit", count("The most rows").minimum(Some(1)).into()),
        (
            "empty_buckets",
            word(words::empty_buckets(), "What becomes of buckets without events; `fill` if absent").into(),
        ),
        ("allow_partial", flag("Whether to answer without what is damaged").into()),
    ];
    which_events(closed("A query about one organization", keys))
        .required("interval")
        .required("granularity")
        .examples([json!({
            "interval": {"start": "2024-01-01", "end": "2024-02-01", "time_zone": "Europe/Helsinki"},
            "granularity": "day",
            "group_by": ["category"],
            "aggregations": ["count", "sum", "visitor_id_uniq"],
            "filters": {"type": "selector", "dimension": "vendor", "value": "shop"},
            "order_by": [{"field": "count", "direction": "desc"}],
            "limit": 10,
        })])
}

/// The keys of a query and of a deletion that say which events are meant.
pub(super) fn which_events(object: ObjectBuilder) -> ObjectBuilder {
    let sources =
        list(word(Source::ALL.map(Source::name), "A source"), "The sources; both where there is none");
    object
        .property("organization_id", text("The organization, where the path does not name it; else the same"))
        .property("vendor", text("The vendor; all where it is absent"))
        .property("sources", sources)
        .property("interval", named(INTERVAL))
        .property("filters", named(FILTER))
}

fn interval() -> ObjectBuilder {
    let keys = [
        ("start", named_as(INSTANT, "Its first instant")),
        ("end", named_as(INSTANT, "The first instant after it")),
        ("time_zone", zone("The zone of its instants and of buckets; UTC if absent").into()),
    ];
    closed("A span of time", keys).required("start").required("end")
}

fn zone(about: &str) -> ObjectBuilder {
    let about = format!("{about}. An IANA name, `UTC`, or an offset such as `+02:00`");
    text(&about).examples(["Europe/Helsinki", "UTC", "+02:00"])
}

fn granularity() -> Any {
    let names = word(Granularity::NAMED.map(|(name, _)| name), "A length of buckets, in any letter case");
    let origin = || named_as(INSTANT, "An instant that a bucket starts at");
    let period = closed(
        "Buckets of any length on the clock",
        [
            ("type", word(["period"], "Its type").into()),
            ("period", text("An ISO-8601 period").pattern(Some(PERIOD)).examples(["P2W", "PT90M"]).into()),
            ("timeZone", zone("The zone of the buckets; that of the interval if absent").into()),
            ("origin", origin()),
        ],
    );
    let duration = closed(
        "Buckets of any length of elapsed time",
        [
            ("type", word(["duration"], "Its type").into()),
            ("duration", integer("Milliseconds").minimum(Some(1)).into()),
            ("origin", origin()),
        ],
    );
    let named = closed("As the names", [("type", word(["all", "none"], "Its type").into())]);
    any_of(
        [
            names.into(),
            period.required("type").required("period").into(),
            duration.required("type").required("duration").into(),
            named.required("type").into(),
        ],
        "How long a bucket is",
    )
}

fn group() -> Any {
    let several = Dimension::ALL.into_iter().filter(|dimension| dimension.kind() == Kind::MultiText);
    let values = closed(
        "Those groups that one of `values`, `prefix` and `regex` says",
        [
            ("dimension", word(several.map(Dimension::name), "A dimension with several values").into()),
            ("values", list(text_or_null("A value"), "These values").into()),
            ("prefix", text("What values start with").into()),
            ("regex", expression("An expression that is found in values").into()),
            ("exclude", flag("Whether the others are meant").into()),
        ],
    );
    let values = with_one_of(values.required("dimension"), &[&["values", "prefix", "regex"]]);
    any_of([dimension().into(), values], "What makes groups")
}

fn dimension() -> ObjectBuilder {
    word(Dimension::ALL.map(Dimension::name), "A dimension")
}

fn order() -> Any {
    let field = || text("A column of the answer: `timestamp`, or a name of `group_by` or `aggregations`");
    let directed = closed(
        "A column and its direction",
        [
            ("field", field().into()),
            ("direction", word(words::directions(), "In any letter case; ascending if absent").into()),
        ],
    );
    any_of([field().into(), directed.required("field").into()], "What rows are ordered by")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_is_described() {
        let described: BTreeSet<String> = query().build().properties.into_keys().collect();
        assert_eq!(described, words::fetch_keys().map(str::to_owned).collect());
    }
}
