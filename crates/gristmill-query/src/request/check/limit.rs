//! `limit`, `limit_per_bucket` and `offset`: which rows of the ordered answer to give.

use crate::request::error::FetchError;
use crate::request::json::Object;
use crate::request::number;

/// A number of rows to give.
pub(super) fn limit(request: &Object<'_, '_>, key: &str) -> Result<Option<u64>, FetchError> {
    rows(request, key, 1, "an integer from 1 to 2^63 - 1")
}

/// A number of rows to leave out; 0 where none is given.
pub(super) fn offset(request: &Object<'_, '_>) -> Result<u64, FetchError> {
    Ok(rows(request, "offset", 0, "an integer from 0 to 2^63 - 1")?.unwrap_or(0))
}

fn rows(request: &Object<'_, '_>, key: &str, least: u64, expected: &str) -> Result<Option<u64>, FetchError> {
    let Some(json) = request.get(key) else { return Ok(None) };
    let text = json.number().ok_or_else(|| json.wrong_type(expected))?;
    match number::integer(text).and_then(|rows| u64::try_from(rows).ok()) {
        Some(rows) if rows >= least => Ok(Some(rows)),
        _ => Err(json.invalid(expected)),
    }
}
