//! From the JSON of a request to the checked [`Fetch`]: one file for each key that takes more than a line.

mod filter;
mod granularity;
mod group_by;
mod instant;
mod interval;
mod limit;
mod metric;
mod order;
mod organization;
mod source;
mod zone;

use crate::request::error::FetchError;
use crate::request::json::{self, Json, Object};
use crate::request::{Delete, EmptyBuckets, Fetch, FetchContext, Interval};
use crate::time::Zone;
pub use filter::compile_regex;
pub(super) use filter::{FilterBudget, TYPES as FILTER_TYPES, VALUE_TYPES, orderings};
pub(super) use instant::is_instant;
pub(super) use metric::{
    ESTIMATORS, default_metrics, named_aggregation, names as aggregations, type_names as aggregation_types,
};
pub(super) use order::DIRECTIONS;

/// The keys of a request.
pub(super) const KEYS: [&str; 15] = [
    "sources",
    "interval",
    "granularity",
    "group_by",
    "organization_id",
    "vendor",
    "aggregations",
    "filters",
    "having",
    "order_by",
    "limit_per_bucket",
    "offset",
    "limit",
    "empty_buckets",
    "allow_partial",
];

impl Fetch {
    /// The checked form of a request's JSON, in UTF-8. Takes time and memory in proportion to the
    /// text, a few microseconds for what is usual.
    ///
    /// # Errors
    /// [`FetchError`] with the place in the JSON for everything that is not understood: nothing is ignored silently.
    pub fn from_json(text: impl AsRef<[u8]>, context: &FetchContext) -> Result<Self, FetchError> {
        let limits = &context.limits;
        let document = json::parse(text.as_ref(), limits)?;
        let request = Json::root(&document).object("a request object")?;
        request.expect_keys(&KEYS, "of a request")?;
        let (interval, interval_zone) = interval::check(&request)?;
        let (granularity, zone) = granularity::check(&request, interval_zone)?;
        let (group_by, group_values) = group_by::check(&request, limits)?;
        let metrics = metric::check(&request, interval_zone, &group_by, limits)?;
        Ok(Self {
            organization: organization::check(&request, context)?,
            vendor: vendor(&request)?,
            sources: source::check(&request)?,
            interval,
            zone,
            granularity,
            filter: filter::check(&request, interval_zone, limits)?,
            having: filter::check_having(&request, interval_zone, &group_by, &metrics, limits)?,
            order_by: order::check(&request, &group_by, &metrics)?,
            group_by,
            group_values,
            metrics,
            limit_per_bucket: limit::limit(&request, "limit_per_bucket")?,
            offset: limit::offset(&request)?,
            limit: limit::limit(&request, "limit")?,
            empty_buckets: empty_buckets(&request)?,
            allow_partial: request.flag("allow_partial")?,
        })
    }
}

/// The keys of a deletion.
pub(super) const DELETE_KEYS: [&str; 5] = ["organization_id", "vendor", "sources", "interval", "filters"];

impl Delete {
    /// The checked form of a deletion's JSON, in UTF-8: an object with keys of a fetch that say which events. `filters` is
    /// required, since a deletion without one would take everything; `{"type":"true"}` says that this is meant. Without
    /// `interval` events of all times are meant.
    ///
    /// # Errors
    /// [`FetchError`] with the place in the JSON for everything that is not understood: nothing is ignored silently.
    pub fn from_json(text: impl AsRef<[u8]>, context: &FetchContext) -> Result<Self, FetchError> {
        let limits = &context.limits;
        let document = json::parse(text.as_ref(), limits)?;
        let request = Json::root(&document).object("a deletion, which is an object")?;
        request.expect_keys(&DELETE_KEYS, "of a deletion")?;
        request.require("filters", r#"a filter that says which events; {"type":"true"} for all of them"#)?;
        let (interval, zone) = match request.get("interval") {
            Some(_) => interval::check(&request)?,
            None => (Interval::ALL, Zone::UTC),
        };
        Ok(Self {
            organization: organization::check(&request, context)?,
            vendor: vendor(&request)?,
            sources: source::check(&request)?,
            interval,
            filter: filter::check(&request, zone, limits)?,
        })
    }
}

fn vendor(request: &Object<'_, '_>) -> Result<Option<String>, FetchError> {
    request
        .get("vendor")
        .map(|json| json.text("a vendor's name, or null for all").map(Into::into))
        .transpose()
}

/// The words for what becomes of buckets without events.
pub(super) const EMPTY_BUCKETS: [(&str, EmptyBuckets); 2] =
    [("fill", EmptyBuckets::Fill), ("skip", EmptyBuckets::Skip)];

fn empty_buckets(request: &Object<'_, '_>) -> Result<EmptyBuckets, FetchError> {
    request
        .get("empty_buckets")
        .map_or(Ok(EmptyBuckets::default()), |json| json.word("word for empty buckets", &EMPTY_BUCKETS))
}
