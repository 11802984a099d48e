"""Random events that are meant to be hard: texts, numbers and instants at which engines differ."""

from datetime import datetime, timedelta

from . import texts, zones
from .columns import OPTIONAL
from .literals import Number, json_text

FIRST, LAST = -62_135_596_800_000, 253_402_214_399_999  # 0001-01-01 and the end of 9999-12-30

_DAY = 86_400_000

ORGANIZATIONS = ("acme", "o'hara; --", "", "организация", "wild")
# Values at which sums overflow or cancel are in one organization, so that they hide nothing elsewhere.
WILD = "wild"
VENDORS = ("com.example.web", "com.example", "", "vendor'x%", "東京")
COUNTRIES = ("FI", "SE", "fi", "US", "", None)
VERSIONS = (-1, 0, 1, 2, 3, 10, 20, 9_007_199_254_740_993, 2**63 - 1, -(2**63))
VALUES = (
    "0", "-0.0", "0.0", "1", "-1", "2.5", "0.1", "0.2", "0.3", "-0.1", "19.9", "1e-7", "5e-324", "-5e-324",
    "2.2250738585072014e-308", "9007199254740993", "123456789.123", "-3", "1E+2", "4.35", "1000000000000000.1",
)  # fmt: skip
WILD_VALUES = (
    "1e300",
    "-1e300",
    "1.7976931348623157e308",
    "-1.7976931348623157e308",
    "1e16",
    "-1e16",
    "1",
    "1e-300",
    "0.1",
)
# Columns with a few texts each, most of them null or not; of `dim5` nothing is ever filled.
SPARSE = {"dim4": 0.97, "geo_city": 0.5, "ip_organization": 0.8, "user_id": 0.6, "os_name": 0.3}


class Events:
    """A stream of events that a random number generator and the changes of clocks decide."""

    def __init__(self, random, changes):
        self.random = random
        self.changes = changes
        # Changes of clocks with many events around them: zone, instant, offset.
        self.spots = [self._spot() for _ in range(32)]
        self.pools = {name: self._pool(name) for name in ("label", "category", "action", *OPTIONAL)}

    def _spot(self):
        zone = self.random.choice([zone for zone in zones.NAMED if zone in self.changes])
        return zone, *self.random.choice(self.changes[zone])

    def _pool(self, name):
        """The texts of a column: of its own kind, or a few of any."""
        return texts.THEMES.get(name) or self.random.sample(texts.ALL, self.random.randint(3, 20))

    def lines(self, count):
        """So many events as lines of JSON. `instant` is the timestamp in milliseconds, for the other engine alone."""
        for _ in range(count):
            yield json_text(self.event()) + "\n"

    def event(self):
        """An event."""
        random = self.random
        instant = self._instant()
        organization = random.choices(ORGANIZATIONS, (50, 20, 10, 10, 10))[0]
        event = {
            "organization_id": organization,
            "vendor": random.choices(VENDORS, (50, 20, 10, 10, 10))[0],
            "event_version": random.choices(VERSIONS, (1, 2, 20, 5, 5, 5, 1, 1, 1, 1))[0],
            "timestamp": self._timestamp(instant),
            "instant": instant,
        }
        for name in ("category", "label", "action"):
            event[name] = random.choice(self.pools[name])
        for name in OPTIONAL:
            event[name] = self._text(name)
        event["source"] = random.choice(("trusted", "untrusted", None))
        event["properties"] = self._properties()
        event["value"] = self._value(organization)
        return {name: value for name, value in event.items() if value is not None or random.random() < 0.2}

    def _text(self, name):
        random = self.random
        if name == "dim5" or random.random() < SPARSE.get(name, 0.15):
            return None
        if name == "session_id":
            return f"s{random.randrange(10**6)}"
        if name in ("visitor_id", "user_id"):
            return str(random.randrange(300)) if random.random() < 0.9 else random.choice(texts.ALL)
        if name == "dim2":
            return random.choice(
                (str(random.randrange(-20, 200)), f"{random.randrange(1000):05}", f"{random.random():.3f}")
            )
        if name == "geo_country":
            return random.choice(COUNTRIES)
        return random.choice(self.pools[name])

    def _properties(self):
        random = self.random
        return random.choice((
            None, [], [""], ["a"], ["a", "a"], ["a", "b"], ["b", "", "a"],
            [random.choice(texts.ALL) for _ in range(random.randint(1, 5))],
            [random.choice(("FI", "SE", "7", "acme")) for _ in range(3)],
        ))  # fmt: skip

    def _value(self, organization):
        random = self.random
        kind = random.random()
        if kind < 0.2:
            return None
        if organization == WILD and kind < 0.5:
            return Number(random.choice(WILD_VALUES))
        if kind < 0.5:
            return Number(random.choice(VALUES))
        if kind < 0.75:
            return random.randint(-1000, 1000)
        return round(random.uniform(-500, 500), 2) if kind < 0.9 else random.gauss(0, 1e5)

    def _instant(self):
        random = self.random
        kind = random.random()
        if kind < 0.55:
            span = random.choice((1, 1000, 3_600_000, 3_600_000, 6 * 3_600_000, 2 * _DAY))
            return random.choice(self.spots)[1] + random.randint(-span, span)
        if kind < 0.75:  # one dense month
            return 1_635_000_000_000 + random.randrange(31 * _DAY)
        if kind < 0.93:
            return random.randint(-631_152_000_000, 2_208_988_800_000)
        if kind < 0.97:
            return random.randint(-4_200_000_000_000, 4_200_000_000_000)
        return random.choice((FIRST, LAST, 0, -1, 1, random.randint(FIRST, LAST), random.randint(FIRST, LAST)))

    def _timestamp(self, instant):
        """An instant as one of the forms that are accepted, some finer than a millisecond."""
        random = self.random
        form = random.random()
        if form < 0.3:
            return instant
        offset = random.choice((None, 0, 0, 120, -210, 345))
        if not FIRST + _DAY < instant < LAST - _DAY:
            offset = 0
        local = datetime(1970, 1, 1) + timedelta(milliseconds=instant, minutes=offset or 0)
        text = local.strftime("%H:%M:%S.") + f"{local.microsecond // 1000:03}" + random.choice(("", "", "999", "0001"))
        return f"{local.year:04}-{local.month:02}-{local.day:02}T{text}{offset_text(offset)}"


def offset_text(minutes):
    """An offset as ISO 8601 has it; nothing for `None`."""
    if minutes is None:
        return ""
    return "Z" if minutes == 0 else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
