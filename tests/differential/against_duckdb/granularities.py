"""Granularities, by name and as objects, as what their buckets are."""

import re
from dataclasses import dataclass
from decimal import Decimal

from . import instants, zones
from .literals import scalar_text

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
# The periods that have names: one of the same length is the same granularity.
NAMED = {
    "second": "PT1S", "minute": "PT1M", "five_minute": "PT5M", "ten_minute": "PT10M", "fifteen_minute": "PT15M",
    "thirty_minute": "PT30M", "hour": "PT1H", "six_hour": "PT6H", "eight_hour": "PT8H", "day": "P1D", "week": "P1W",
    "month": "P1M", "quarter": "P3M", "year": "P1Y",
}  # fmt: skip
NAMES = ("all", "none", *NAMED)
# Hours that are counted from each local midnight.
HOURS_OF_DAYS = (2, 3, 4, 6, 8, 12)
# The reading from which weeks are counted: Monday 1970-01-05.
MONDAY = 4 * DAY
_PERIOD = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.]\d+)?)S)?)?"
)


@dataclass(frozen=True)
class Granularity:
    """How buckets are cut: `kind` is one of these.

    - `all`, `none`: one for the interval, one for each timestamp;
    - `narrow`: at multiples of `ms` on the wall clock, and where its offset changes;
    - `elapsed`: at multiples of `ms` that passed since the instant `origin`;
    - `wide`: at readings of the clock, multiples of `ms` or of `months` away from the reading `origin`.

    `origin` is SQL for milliseconds; `zone` is that of the buckets and their labels.
    """

    kind: str
    zone: str
    ms: int = 0
    months: int = 0
    origin: str = "0::BIGINT"

    @property
    def length(self):
        """Milliseconds of the longest bucket, but for changes of the clock; 0 of `all` and `none`."""
        return self.ms + self.months * 31 * DAY


def granularity(asked, zone):
    """The granularity that a fetch asks for in the zone of its interval."""
    asked = {"type": asked.lower()} if isinstance(asked, str) else asked
    kind = asked["type"].lower()
    if kind in ("all", "none"):
        return Granularity(kind, zone)
    zone = asked.get("timeZone") or zone
    origin = None if asked.get("origin") is None else instants.instant(asked["origin"], zone)
    if kind == "duration":
        return Granularity("elapsed", zone, ms=int(float(scalar_text(asked["duration"]))), origin=origin or "0::BIGINT")
    months, days, ms = lengths(asked["period"] if kind == "period" else NAMED[kind])
    if origin:
        if ms:
            return Granularity("elapsed", zone, ms=ms, origin=origin)
        return Granularity("wide", zone, days * DAY, months, f"({origin} + {zones.offset(zone, origin)})")
    if ms == 0:
        whole_weeks = days and days % 7 == 0
        return Granularity("wide", zone, days * DAY, months, f"({MONDAY if whole_weeks else 0})::BIGINT")
    if HOUR % ms == 0:
        return Granularity("narrow", zone, ms=ms)
    if ms in [hours * HOUR for hours in HOURS_OF_DAYS]:
        return Granularity("wide", zone, ms=ms)
    return Granularity("elapsed", zone, ms=ms, origin=instants.instant("1970-01-01", zone))


def lengths(period):
    """The months, the days and the milliseconds of an ISO-8601 period."""
    found = _PERIOD.fullmatch(period).groups(default="0")
    years, months, weeks, days, hours, minutes = map(int, found[:6])
    return years * 12 + months, weeks * 7 + days, (hours * 60 + minutes) * 60 * SECOND + int(Decimal(found[6]) * SECOND)
