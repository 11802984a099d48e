//! `interval`: which instants count, and the zone whose wall clock decides the buckets.

use super::instant;
use crate::request::Interval;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use crate::time::Zone;

pub(super) fn check(request: &Object<'_, '_>) -> Result<(Interval, Zone), FetchError> {
    let expected = "an object with start and end";
    let interval = request.require("interval", expected)?.object(expected)?;
    interval.expect_keys(&["start", "end", "time_zone"], "of an interval")?;
    let zone = zone(&interval)?;
    let start_json = interval.require("start", instant::EXPECTED)?;
    let end_json = interval.require("end", instant::EXPECTED)?;
    let (start, end) = (instant::instant(&start_json, zone)?, instant::instant(&end_json, zone)?);
    if start > end {
        let message = format!(
            "start {} is after end {}; expected start up to end",
            start_json.shown(),
            end_json.shown()
        );
        return Err(interval.error(FetchErrorKind::Invalid, message));
    }
    Ok((Interval { start, end }, zone))
}

fn zone(interval: &Object<'_, '_>) -> Result<Zone, FetchError> {
    const EXPECTED: &str = "an IANA name such as Europe/Helsinki, UTC, or an offset such as +02:00";
    let Some(json) = interval.get("time_zone") else { return Ok(Zone::UTC) };
    let name = json.text(EXPECTED)?;
    Zone::from_name(&name)
        .map_err(|error| json.error(FetchErrorKind::Unknown, error.to_string()).with_source(error))
}
