//! Instants in a request: ISO-8601 texts, local in the request's zone unless they have an offset, or milliseconds
//! since 1970-01-01T00:00:00Z.

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Json;
use crate::request::number;
use crate::time::Zone;

/// 0000-01-01T00:00:00Z.
const FIRST: i64 = -62_167_219_200_000;

/// The end of the year 9999, which may be the end of an interval.
const LAST: i64 = 253_402_300_800_000;

pub(super) const EXPECTED: &str =
    "an ISO-8601 text such as 2022-02-08T23:59:59.999+02:00 or 2022-02-08, or integer milliseconds";

/// An ISO-8601 text or a number of milliseconds.
pub(super) fn instant(json: &Json<'_, '_>, zone: Zone) -> Result<i64, FetchError> {
    match json.number() {
        Some(number) => millis(number, json),
        None => parse(&json.text(EXPECTED)?, json, zone),
    }
}

/// The same, and also milliseconds as text, which is how Druid compares with instants.
pub(super) fn comparable(json: &Json<'_, '_>, zone: Zone) -> Result<i64, FetchError> {
    if json.number().is_some() {
        return instant(json, zone);
    }
    let text = json.text(EXPECTED)?;
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return millis(&text, json);
    }
    parse(&text, json, zone)
}

fn millis(number: &str, json: &Json<'_, '_>) -> Result<i64, FetchError> {
    let millis = number::integer(number).ok_or_else(|| json.invalid(EXPECTED))?;
    in_range(millis, json)
}

/// Whether a number of milliseconds may stand in a request.
pub(in crate::request) fn is_instant(millis: i64) -> bool {
    (FIRST..=LAST).contains(&millis)
}

fn in_range(millis: i64, json: &Json<'_, '_>) -> Result<i64, FetchError> {
    if is_instant(millis) {
        Ok(millis)
    } else {
        Err(json.invalid("an instant of the years 0000 to 9999 in UTC"))
    }
}

/// The instant of an ISO-8601 text that is at this place, or part of what is.
pub(super) fn parse(text: &str, json: &Json<'_, '_>, zone: Zone) -> Result<i64, FetchError> {
    let millis = zone
        .parse_instant(text)
        .map_err(|error| json.error(FetchErrorKind::Invalid, error.to_string()).with_source(error))?;
    in_range(millis, json)
}
