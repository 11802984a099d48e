"""Where buckets start, as SQL over the table `periods`: an instant is in the bucket that started last before it."""

from . import zones
from .granularities import DAY

# Milliseconds by which a reading of the clock may be away from any clock of the same instant: a skipped day, and more.
FAR = 3 * DAY
# Buckets beyond the interval of which the readings are listed, and more: a division of months cuts off towards 0.
BEYOND = 3


def bucketed(granularity):
    """SQL for the rows of `matched` with `start`, the start of their bucket."""
    kind, zone, width = granularity.kind, granularity.zone, granularity.ms
    if kind == "all":
        return "SELECT from_ms AS start, m.* FROM matched AS m, bounds"
    if kind == "none":
        return "SELECT ts AS start, * FROM matched"
    if kind == "elapsed":
        return f"SELECT ts - floor_mod(ts - origin_ms, {width}) AS start, m.* FROM matched AS m, bounds"
    if kind == "narrow":
        return f"""SELECT greatest(p.from_ms, ts - floor_mod(ts + {zones.offset(zone, "ts")}, {width})) AS start, m.*
    FROM matched AS m ASOF JOIN (SELECT * FROM periods WHERE zone = '{zone}') AS p ON m.ts >= p.from_ms"""
    return "SELECT s.start, m.* FROM matched AS m ASOF JOIN starts AS s ON m.ts >= s.start"


def starts(granularity):
    """SQL for the starts of all buckets of the interval in `bounds`, and of some around it."""
    kind, zone, width = granularity.kind, granularity.zone, granularity.ms
    if kind == "all":
        return "SELECT from_ms AS start FROM bounds"
    if kind == "elapsed":
        first = f"from_ms - floor_mod(from_ms - origin_ms, {width})"
        return f"SELECT unnest(range({first}, to_ms, {width})) AS start FROM bounds"
    return _narrow_starts(width, zone) if kind == "narrow" else _wide_starts(granularity)


def _narrow_starts(width, zone):
    # Of each period: its own start, then each reading of the clock that the width divides.
    return f"""SELECT greatest(reading, from_ms) AS start FROM (
        SELECT from_ms, unnest(range(first - floor_mod(first + offset_ms, {width}), last, {width})) AS reading
        FROM (SELECT p.from_ms, offset_ms, greatest(p.from_ms, b.from_ms) AS first, least(p.to_ms, b.to_ms) AS last
              FROM periods AS p, bounds AS b WHERE zone = '{zone}' AND p.from_ms < b.to_ms AND p.to_ms > b.from_ms))"""


def _wide_starts(granularity):
    # Readings of the clock, then the first instant that shows each of them or a later one.
    zone, around = granularity.zone, (BEYOND + 1) * granularity.length + 2 * FAR
    return f"""SELECT DISTINCT min(greatest(p.from_ms, l.local_ms - p.offset_ms)) AS start
    FROM ({_readings(granularity)}) AS l
    JOIN (SELECT p.* FROM periods AS p, bounds AS b
          WHERE zone = '{zone}' AND p.from_ms < b.to_ms + {around} AND p.to_ms > b.from_ms - {around}) AS p
      ON l.local_ms >= p.from_ms - {FAR} AND l.local_ms <= p.to_ms + {FAR}
    WHERE greatest(p.from_ms, l.local_ms - p.offset_ms) < p.to_ms
    GROUP BY l.local_ms"""


def _readings(granularity):
    # Each is so many steps from the origin itself: after a short month comes the day of the origin again.
    first, last = (f"({ms} + {zones.offset(granularity.zone, ms)} {far})"
                   for ms, far in (("from_ms", f"- {FAR}"), ("to_ms", f"+ {FAR}")))  # fmt: skip
    if granularity.ms:
        step = granularity.ms
        return f"""SELECT unnest(range({first} - floor_mod({first} - origin_ms, {step}), {last}, {step})) AS local_ms
        FROM bounds"""
    step, origin = granularity.months, "make_timestamp(origin_ms * 1000)"

    def steps(ms):
        return f"datediff('month', {origin}, make_timestamp({ms} * 1000)) // {step}"

    return f"""SELECT epoch_ms({origin} + to_months((k * {step})::INTEGER)) AS local_ms FROM (
        SELECT origin_ms, unnest(range({steps(first)} - {BEYOND}, {steps(last)} + {BEYOND})) AS k FROM bounds)"""
