"""Instants as a fetch writes them, as SQL for their milliseconds."""

import re
from datetime import UTC, datetime

from .literals import Number, sql_text

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$")

# The first instant at which the clock of a zone shows that reading or a later one: in a gap its end.
MACRO = """
CREATE OR REPLACE MACRO instant_of(of_zone, local_ms) AS (
    SELECT min(greatest(from_ms, local_ms - offset_ms)) FROM periods
    WHERE zone = of_zone AND greatest(from_ms, local_ms - offset_ms) < to_ms
);
"""


def instant(value, zone):
    """SQL for the milliseconds of an instant; a text without an offset is local in `zone`."""
    if isinstance(value, Number):
        return f"({int(float(value.text))})::BIGINT"
    if isinstance(value, int):
        return f"({value})::BIGINT"
    if _OFFSET.search(value) and not _DATE.fullmatch(value):
        return f"({millis(datetime.fromisoformat(value))})::BIGINT"
    local = millis(datetime.fromisoformat(value).replace(tzinfo=UTC))
    return f"instant_of({sql_text(zone)}, {local})"


def comparable(value, zone):
    """An instant that an event's `timestamp` is compared with: a text of digits is milliseconds, too."""
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return f"({int(value)})::BIGINT"
    return instant(value, zone)


def millis(time):
    """Milliseconds since 1970 of a time with an offset, cut off."""
    span = time - datetime(1970, 1, 1, tzinfo=UTC)
    return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000
