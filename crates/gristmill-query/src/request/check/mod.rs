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

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{self, Json, Object};
use crate::request::{EmptyBuckets, Fetch, FetchContext};
#[cfg(test)]
pub(super) use filter::TYPES as FILTER_TYPES;
pub use filter::compile_regex;

/// The keys of a request.
const KEYS: [&str; 12] = [
    "sources",
    "interval",
    "granularity",
    "group_by",
    "organization_id",
    "vendor",
    "aggregations",
    "filters",
    "order_by",
    "limit",
    "empty_buckets",
    "allow_partial",
];

/// Keys that the language has and this version does not.
const UNSUPPORTED_KEYS: [&str; 3] = ["having", "offset", "limit_per_bucket"];

impl Fetch {
    /// The checked form of a request's JSON, in UTF-8. Takes time and memory in proportion to the
    /// text, a few microseconds for what is usual.
    ///
    /// # Errors
    /// [`FetchError`] with the place in the JSON for everything that is not understood: nothing is ignored silently.
    pub fn from_json(text: impl AsRef<[u8]>, context: &FetchContext) -> Result<Self, FetchError> {
        let document = json::parse(text.as_ref())?;
        let request = Json::root(&document).object("a request object")?;
        expect_known_keys(&request)?;
        let (interval, interval_zone) = interval::check(&request)?;
        let (granularity, zone) = granularity::check(&request, interval_zone)?;
        let group_by = group_by::check(&request)?;
        let metrics = metric::check(&request)?;
        Ok(Self {
            organization: organization::check(&request, context)?,
            vendor: vendor(&request)?,
            sources: source::check(&request)?,
            interval,
            zone,
            granularity,
            filter: filter::check(&request, interval_zone)?,
            order_by: order::check(&request, &group_by, &metrics)?,
            group_by,
            metrics,
            limit: limit::check(&request)?,
            empty_buckets: empty_buckets(&request)?,
            allow_partial: request.flag("allow_partial")?,
        })
    }
}

fn expect_known_keys(request: &Object<'_, '_>) -> Result<(), FetchError> {
    for key in UNSUPPORTED_KEYS {
        if request.get(key).is_some() {
            let message = format!("not supported by this version; supported are {}", KEYS.join(", "));
            return Err(request.error_at(key, FetchErrorKind::Unsupported, message));
        }
    }
    let known: Vec<&str> = KEYS.into_iter().chain(UNSUPPORTED_KEYS).collect();
    request.expect_keys(&known, "of a request")
}

fn vendor(request: &Object<'_, '_>) -> Result<Option<String>, FetchError> {
    request
        .get("vendor")
        .map(|json| json.text("a vendor's name, or null for all").map(Into::into))
        .transpose()
}

fn empty_buckets(request: &Object<'_, '_>) -> Result<EmptyBuckets, FetchError> {
    let named = [("fill", EmptyBuckets::Fill), ("skip", EmptyBuckets::Skip)];
    request
        .get("empty_buckets")
        .map_or(Ok(EmptyBuckets::default()), |json| json.word("word for empty buckets", &named))
}
