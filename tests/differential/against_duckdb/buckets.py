"""Where buckets start, as SQL over the table `periods`: an instant is in the bucket that started last before it."""

from . import zones

# Widths of the buckets that the wall clock cuts evenly, in milliseconds. A change of the clock starts a bucket.
NARROW = {
    "second": 1000, "minute": 60_000, "five_minute": 300_000, "ten_minute": 600_000, "fifteen_minute": 900_000,
    "thirty_minute": 1_800_000, "hour": 3_600_000,
}  # fmt: skip
# The other buckets: what `date_trunc` cuts the wall clock at, and the step from one to the next.
WIDE = {
    "six_hour": ("day", "6 hours"), "eight_hour": ("day", "8 hours"), "day": ("day", "1 day"),
    "week": ("week", "7 days"), "month": ("month", "1 month"), "quarter": ("quarter", "3 months"),
    "year": ("year", "1 year"),
}  # fmt: skip
GRANULARITIES = ("all", "none", *NARROW, *WIDE)
# Milliseconds by which a reading of the clock may be away from any clock of the same instant: a skipped day, and more.
FAR = 3 * 86_400_000

# More than two buckets of any kind: no reading that matters is farther from the interval.
WIDEST = 3 * 366 * 86_400_000


def bucketed(granularity, zone):
    """SQL for the rows of `matched` with `start`, the start of their bucket."""
    if granularity == "all":
        return "SELECT from_ms AS start, m.* FROM matched AS m, bounds"
    if granularity == "none":
        return "SELECT ts AS start, * FROM matched"
    if granularity in NARROW:
        width = NARROW[granularity]
        return f"""SELECT greatest(p.from_ms, ts - floor_mod(ts + {zones.offset(zone, "ts")}, {width})) AS start, m.*
    FROM matched AS m ASOF JOIN (SELECT * FROM periods WHERE zone = '{zone}') AS p ON m.ts >= p.from_ms"""
    return "SELECT s.start, m.* FROM matched AS m ASOF JOIN starts AS s ON m.ts >= s.start"


def starts(granularity, zone):
    """SQL for the starts of all buckets of the interval in `bounds`, and of some around it."""
    if granularity == "all":
        return "SELECT from_ms AS start FROM bounds"
    if granularity in NARROW:
        return _narrow_starts(NARROW[granularity], zone)
    return _wide_starts(*WIDE[granularity], zone)


def _narrow_starts(width, zone):
    # Of each period: its own start, then each reading of the clock that the width divides.
    return f"""SELECT greatest(reading, from_ms) AS start FROM (
        SELECT from_ms, unnest(range(first - floor_mod(first + offset_ms, {width}), last, {width})) AS reading
        FROM (SELECT p.from_ms, offset_ms, greatest(p.from_ms, b.from_ms) AS first, least(p.to_ms, b.to_ms) AS last
              FROM periods AS p, bounds AS b WHERE zone = '{zone}' AND p.from_ms < b.to_ms AND p.to_ms > b.from_ms))"""


def _wide_starts(unit, step, zone):
    # Readings of the clock, then the first instant that shows each of them or a later one.
    def local(ms):
        return f"make_timestamp(({ms} + {zones.offset(zone, ms)}) * 1000)"

    return f"""SELECT DISTINCT min(greatest(p.from_ms, l.local_ms - p.offset_ms)) AS start
    FROM (SELECT epoch_ms(unnest(generate_series(date_trunc('{unit}', {local("b.from_ms")}) - INTERVAL '{step}',
              {local("b.to_ms")} + INTERVAL '3 days', INTERVAL '{step}'))) AS local_ms FROM bounds AS b) AS l
    JOIN (SELECT p.* FROM periods AS p, bounds AS b
          WHERE zone = '{zone}' AND p.from_ms < b.to_ms + {WIDEST} AND p.to_ms > b.from_ms - {WIDEST}) AS p
      ON l.local_ms >= p.from_ms - {FAR} AND l.local_ms <= p.to_ms + {FAR}
    WHERE greatest(p.from_ms, l.local_ms - p.offset_ms) < p.to_ms
    GROUP BY l.local_ms"""
