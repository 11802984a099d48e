"""The clocks of zones, read from the time zone database that comes with DuckDB (ICU's), and where it is out of date.

ICU is asked for the offset of instants only. Everything else follows from where the offset changes: the table `periods`
has for each zone the spans of time with one offset.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from compare.failure import Failure

# Zones whose clocks do what is hard: changes at midnight, by half an hour, by two hours, at one minute past, a skipped
# day, offsets with seconds until 1972, a winter time that goes forward, changes around Ramadan.
NAMED = (
    "UTC", "Europe/Helsinki", "America/New_York", "America/Havana", "America/Sao_Paulo", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Antarctica/Troll", "Africa/Monrovia", "Europe/Dublin",
    "Africa/Casablanca", "Asia/Tehran", "Pacific/Chatham", "America/Asuncion", "Europe/Moscow", "Asia/Gaza",
)  # fmt: skip
FIXED = ("+02:00", "-03:30", "+05:45", "-12:00", "+14:00")
ALL = NAMED + FIXED

# Beyond every instant of an event or an interval, in milliseconds.
EVER = 10**15
# What is sampled for changes of the offset, as (first second, last second, step): before the first clock of a zone
# changed, the years whose changes are listed one by one, and the years that follow a rule.
SAMPLED = (
    (-70_000_000_000, -4_102_444_800, 66_000_000_000),
    (-4_102_444_800, 4_260_211_200, 6 * 3600),
    (4_260_211_200, 253_500_000_000, 5 * 86_400),
)

MACROS = """
CREATE OR REPLACE MACRO floor_mod(a, b) AS ((a % b) + b) % b;
CREATE OR REPLACE MACRO icu_offset(zone, ms) AS epoch_ms(timezone(zone, make_timestamptz(ms * 1000))) - ms;
CREATE OR REPLACE TABLE periods (zone VARCHAR, from_ms BIGINT, to_ms BIGINT, offset_ms BIGINT);
"""


@dataclass(frozen=True)
class Correction:
    """A span of time in which DuckDB's time zone database is older than gristmill's, with the offset of the newer."""

    zone: str
    from_ms: int
    to_ms: int
    offset_ms: int

    def __str__(self):
        start, end = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (self.from_ms, self.to_ms))
        return f"{self.zone} from {start:%Y-%m-%dT%H:%M}Z to {end:%Y-%m-%dT%H:%M}Z"


# What changed up to 2026f, read from PyPI's `tzdata` 2026.6. README.md has them as a table.
CORRECTIONS = (
    Correction("America/Sao_Paulo", -150069600000, -149983200000, -2 * 3_600_000),
    Correction("America/Sao_Paulo", -121125600000, -121122000000, -2 * 3_600_000),
    Correction("America/Havana", 1793509200000, 1805000400000, -4 * 3_600_000),
)


def fixed_offset(zone):
    """The offset of a zone such as `+02:00` in milliseconds; `None` for a zone with a name."""
    parts = re.fullmatch(r"([+-])(\d\d):(\d\d)", zone)
    if not parts:
        return None
    sign, hours, minutes = parts.groups()
    return int(sign + "1") * (int(hours) * 60 + int(minutes)) * 60_000


def offset(zone, ms):
    """SQL for the offset of a zone at an instant, in milliseconds."""
    fixed = fixed_offset(zone)
    if fixed is not None:
        return f"({fixed})::BIGINT"
    newer = "".join(
        f" WHEN {ms} >= {each.from_ms} AND {ms} < {each.to_ms} THEN {each.offset_ms}" for each in corrections(zone)
    )
    return f"CASE{newer} ELSE icu_offset('{zone}', {ms}) END" if newer else f"icu_offset('{zone}', {ms})"


def corrections(zone):
    """What DuckDB's database has otherwise in that zone."""
    return [each for each in CORRECTIONS if each.zone == zone]


def create_periods(connection):
    """Makes the table `periods`."""
    connection.execute(MACROS)
    for zone in ALL:
        if fixed_offset(zone) is None:
            connection.execute(f"INSERT INTO periods {_periods_of(zone)}")
        else:
            connection.execute(f"INSERT INTO periods VALUES ('{zone}', {-EVER}, {EVER}, {fixed_offset(zone)})")
    _check(connection)


def _periods_of(zone):
    samples = " UNION ALL ".join(f"SELECT range AS s FROM range({a}, {b}, {step})" for a, b, step in SAMPLED)

    def offset_of(second):
        return offset(zone, f"({second} * 1000)")

    first = SAMPLED[0][0]
    return f"""
    WITH RECURSIVE samples AS (SELECT s, {offset_of("s")} AS o FROM ({samples})),
    pairs AS (SELECT lag(s) OVER by_time AS lo, s AS hi, lag(o) OVER by_time AS before, o AS after
              FROM samples WINDOW by_time AS (ORDER BY s)),
    search AS (
        SELECT * FROM pairs WHERE before <> after
        UNION ALL
        SELECT if(o = before, mid, lo), if(o = before, hi, mid), before, after
        FROM (SELECT *, {offset_of("mid")} AS o
              FROM (SELECT *, (lo + hi) // 2 AS mid FROM search WHERE hi - lo > 1))
    ),
    changes AS (
        SELECT {-EVER} AS from_ms, {offset_of(f"({first})::BIGINT")} AS offset_ms
        UNION ALL
        SELECT hi * 1000, {offset_of("hi")} FROM search WHERE hi - lo = 1
    )
    SELECT '{zone}', from_ms, lead(from_ms, 1, {EVER}) OVER (ORDER BY from_ms), offset_ms FROM changes"""


def _check(connection):
    """A sample of instants must have the offset of their period: no change was missed."""
    for zone in NAMED:
        missed = connection.execute(f"""
            SELECT s FROM (SELECT range * 1000 AS s FROM range(-4102444800, 253402300800, 1234567)) AS samples
            ASOF JOIN (SELECT * FROM periods WHERE zone = '{zone}') AS p ON s >= p.from_ms
            WHERE p.offset_ms <> {offset(zone, "s")} LIMIT 1""").fetchone()
        if missed:
            raise Failure(f"the periods of {zone} are wrong at {missed[0]} ms: sample it more densely in zones.py")


def changes(connection):
    """When the clock of a zone changes, 1850 to 2040, and its offset from then on, in milliseconds, by zone."""
    found = connection.execute(
        "SELECT zone, list((from_ms, offset_ms) ORDER BY from_ms) FROM periods"
        " WHERE from_ms BETWEEN -3786825600000 AND 2208988800000 GROUP BY zone ORDER BY zone"
    )
    return dict(found.fetchall())
