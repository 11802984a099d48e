//! `limit`: how many rows of the ordered answer to give.

use crate::request::error::FetchError;
use crate::request::json::Object;
use crate::request::number;

const EXPECTED: &str = "an integer from 1 on";

pub(super) fn check(request: &Object<'_, '_>) -> Result<Option<u64>, FetchError> {
    let Some(json) = request.get("limit") else { return Ok(None) };
    let text = json.number().ok_or_else(|| json.wrong_type(EXPECTED))?;
    match number::integer(text).and_then(|limit| u64::try_from(limit).ok()) {
        Some(limit) if limit > 0 => Ok(Some(limit)),
        _ => Err(json.invalid(EXPECTED)),
    }
}
