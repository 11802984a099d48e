//! The words of a request that the page offers, out of the tables that requests are checked by.

use gristmill::schema::Dimension;
use gristmill::time::Granularity;
use serde_json::json;

/// The dimensions and granularities as JSON.
pub(super) fn vocabulary() -> String {
    let dimensions: Vec<_> = Dimension::ALL
        .into_iter()
        .map(|dimension| json!({"name": dimension.name(), "about": dimension.about()}))
        .collect();
    let granularities = Granularity::NAMED.map(|(name, _)| name);
    json!({"dimensions": dimensions, "granularities": granularities}).to_string()
}
