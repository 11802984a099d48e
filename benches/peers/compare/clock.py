"""Instants, zones and buckets, as numbers of milliseconds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000
DAY = 86_400_000
# Widths of the granularities that are as long as one another on a local clock that does not change.
WIDTHS = {"minute": MINUTE, "fifteen_minute": 15 * MINUTE, "hour": 60 * MINUTE, "day": DAY, "week": 7 * DAY}
# The first Monday is four days after the epoch began, on a Thursday.
WEEK_ORIGIN = 4 * DAY
# In which parts of a week changes of the offset are looked for.
STEP = timedelta(hours=6)


def millis(instant):
    """Milliseconds since the epoch of an aware datetime."""
    return round((instant - EPOCH) / timedelta(milliseconds=1))


def iso(millis):
    """An instant as text in UTC."""
    return (EPOCH + timedelta(milliseconds=millis)).isoformat(timespec="milliseconds")


def local_millis(text, zone):
    """The instant of a bare local date or time."""
    return millis(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def offset(instant, zone):
    """The zone's offset from UTC at an instant, in milliseconds."""
    return round(datetime.fromtimestamp(instant / 1000, ZoneInfo(zone)).utcoffset() / timedelta(milliseconds=1))


def offsets(start, end, zone):
    """The offsets that the zone has from `start` to `end`: a list of (until, offset), `until` of the last is `end`."""
    step = round(STEP / timedelta(milliseconds=1))
    found = []
    at = start
    while at < end:
        after = min(at + step, end - 1)
        if offset(at, zone) != offset(after, zone):
            found.append((_change(at, after, zone), offset(at, zone)))
        at += step
    return [*found, (end, offset(end - 1, zone))]


def _change(low, high, zone):
    """The first instant after `low` with the offset of `high`."""
    before = offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
    return high


def instant_of_local(local, zone):
    """The instant of a local wall clock time, given as if it were UTC: the earlier one where there are two."""
    wall = EPOCH + timedelta(milliseconds=local)
    return millis(wall.replace(tzinfo=ZoneInfo(zone)))


def month_starts(start, end, zone):
    """The instants at which local months begin, from the one that `start` is in to the last before `end`."""
    local = datetime.fromtimestamp(start / 1000, ZoneInfo(zone)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    starts = []
    while millis(local) < end:
        starts.append(millis(local))
        local = local.replace(year=local.year + local.month // 12, month=local.month % 12 + 1)
    return starts
