//! A time zone by its name.

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use crate::time::Zone;

/// The zone that a key of an object names; `None` where it names none.
pub(super) fn check(object: &Object<'_, '_>, key: &str) -> Result<Option<Zone>, FetchError> {
    const EXPECTED: &str = "an IANA name such as Europe/Helsinki, UTC, or an offset such as +02:00";
    let Some(json) = object.get(key) else { return Ok(None) };
    let zone = Zone::from_name(&json.text(EXPECTED)?);
    let zone =
        zone.map_err(|error| json.error(FetchErrorKind::Unknown, error.to_string()).with_source(error))?;
    Ok(Some(zone))
}
