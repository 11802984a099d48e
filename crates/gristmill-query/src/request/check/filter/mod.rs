//! `filters`: which rows count.

mod bound;
mod column;
mod equality;
mod like;
mod ranges;
mod regex;
mod search;
mod tree;
mod value_type;

use crate::request::Filter;
use crate::request::error::FetchError;
use crate::request::json::Object;
use crate::time::Zone;
pub use regex::compile_regex;

#[cfg(test)]
pub(in crate::request) use tree::TYPES;

/// The filter of a request; absent, null and `{}` let every row through.
pub(super) fn check(request: &Object<'_, '_>, zone: Zone) -> Result<Filter, FetchError> {
    let Some(json) = request.get("filters") else { return Ok(Filter::True) };
    if json.object(tree::EXPECTED)?.is_empty() {
        return Ok(Filter::True);
    }
    tree::Checker::new(zone).filter(&json, 1)
}
