//! Points in time, as requests write them.

use super::schema::{Any, Named, any_of, integer, text};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};

/// An instant with an offset, or without one.
pub(super) const INSTANT: &str = "Instant";

pub(super) fn schemas() -> Named {
    vec![(INSTANT, instant())]
}

fn instant() -> Any {
    let date_time = text("With an offset").format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    let local = text("Without an offset: on the clock of the request's `time_zone`, or of UTC").pattern(
        Some(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"),
    );
    let date = text("Midnight").format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    let milliseconds = integer("Milliseconds since 1970-01-01T00:00:00Z");
    any_of(
        [date_time.into(), local.into(), date.into(), milliseconds.into()],
        "A point in time; what is finer than a millisecond is cut off",
    )
}
