//! `granularity`: how long a bucket is, and the zone whose wall clock decides where it starts.

use super::{instant, zone};
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::number;
use crate::time::{Granularity, Period, PeriodError, PeriodUnit, Zone};

const KEY: &str = "granularity";

/// The key of the type of an object.
const TYPE: &str = "type";

/// The types of an object.
#[derive(Clone, Copy)]
enum Type {
    Named(Granularity),
    Period,
    Duration,
}

const TYPES: [(&str, Type); 4] = [
    ("period", Type::Period),
    ("duration", Type::Duration),
    ("all", Type::Named(Granularity::All)),
    ("none", Type::Named(Granularity::None)),
];

/// The granularity, and the zone for its buckets: its own, else that of the interval.
pub(super) fn check(
    request: &Object<'_, '_>,
    interval_zone: Zone,
) -> Result<(Granularity, Zone), FetchError> {
    let json = request.require(KEY, "a granularity such as \"day\", or \"all\"")?;
    if json.is_object() {
        object(&json.object(KEY)?, interval_zone)
    } else {
        Ok((json.word(KEY, &Granularity::NAMED)?, interval_zone))
    }
}

fn object(object: &Object<'_, '_>, interval_zone: Zone) -> Result<(Granularity, Zone), FetchError> {
    let kind = object.require(TYPE, &format!("one of {}", TYPES.map(|(name, _)| name).join(", ")))?;
    match kind.word("type of granularity", &TYPES)? {
        Type::Named(granularity) => {
            object.expect_keys(&[TYPE], "of this granularity")?;
            Ok((granularity, interval_zone))
        }
        Type::Period => {
            object.expect_keys(&[TYPE, "period", "timeZone", "origin"], "of a period granularity")?;
            let zone = zone::check(object, "timeZone")?.unwrap_or(interval_zone);
            let period = period(&object.require("period", "an ISO-8601 period such as P1D")?)?;
            Ok(match origin(object, zone)? {
                None => (Granularity::from_period(period), zone),
                origin => (Granularity::Period { period, origin }, zone),
            })
        }
        Type::Duration => {
            object.expect_keys(&[TYPE, "duration", "origin"], "of a duration granularity")?;
            let period = duration(&object.require("duration", DURATION)?)?;
            let origin = origin(object, interval_zone)?.unwrap_or(0);
            Ok((Granularity::Period { period, origin: Some(origin) }, interval_zone))
        }
    }
}

fn period(json: &Json<'_, '_>) -> Result<Period, FetchError> {
    let text = json.text("an ISO-8601 period such as P1D")?;
    Period::from_iso(&text).map_err(|error| refused(json, error))
}

const DURATION: &str = "integer milliseconds";

fn duration(json: &Json<'_, '_>) -> Result<Period, FetchError> {
    let number = json.number().ok_or_else(|| json.wrong_type(DURATION))?;
    let millis = number::integer(number).ok_or_else(|| json.invalid(DURATION))?;
    Period::new(PeriodUnit::Millisecond, millis).map_err(|error| refused(json, error))
}

fn refused(json: &Json<'_, '_>, error: PeriodError) -> FetchError {
    json.error(FetchErrorKind::Invalid, error.to_string()).with_source(error)
}

/// The instant that buckets are counted from, if one is named.
fn origin(object: &Object<'_, '_>, zone: Zone) -> Result<Option<i64>, FetchError> {
    object.get("origin").map(|json| instant::instant(&json, zone)).transpose()
}
