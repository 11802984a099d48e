//! `interval`: which instants count, and the zone that its texts are local in.

use super::{instant, zone};
use crate::request::Interval;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use crate::time::Zone;

pub(super) fn check(request: &Object<'_, '_>) -> Result<(Interval, Zone), FetchError> {
    let expected = "an object with start and end";
    let interval = request.require("interval", expected)?.object(expected)?;
    interval.expect_keys(&["start", "end", "time_zone"], "of an interval")?;
    let zone = zone::check(&interval, "time_zone")?.unwrap_or(Zone::UTC);
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
