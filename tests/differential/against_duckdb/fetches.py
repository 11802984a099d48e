"""Random fetches of the whole language."""

from datetime import datetime, timedelta

from . import aggregations, columns, events, granularities, zones
from .filters import FAR, Filters
from .literals import Number

_HOUR = 3_600_000
_DAY = 24 * _HOUR
_YEAR = 366 * _DAY
# The most buckets of an interval, so that a filled answer has some thousand rows.
BUCKETS = 1800
# Grouped answers hold only what exists, so their intervals may be longer; more so where buckets are not listed at all.
LONGER, MUCH_LONGER = 8, 10**6
# The longest interval of `all` and `none`, in milliseconds.
LONGEST = {"all": 9998 * _YEAR, "none": 60 * _YEAR}
# Periods of every kind: those with names under other words, and others.
PERIODS = (
    ("P1M", "P3M", "P12M", "P1Y", "P0Y1M"), ("P2M", "P5M", "P2Y", "P1Y6M", "P7Y", "P100Y", "P10000Y"),
    ("P1W", "P7D", "P2W", "P14D", "P3W", "P70D"), ("P1D", "P2D", "P3D", "P10D", "P1W3D", "P365D"),
    ("PT1S", "PT60S", "PT15M", "PT1H", "PT3600S"), ("PT0.5S", "PT0.025S", "PT7.2S", "PT20M", "PT12M", "PT0H36M"),
    ("PT2H", "PT3H", "PT4H", "PT6H", "PT8H", "PT12H", "PT120M", "PT43200S"),
    ("PT7M", "PT90M", "PT1H30M", "PT5H", "PT24H", "PT24H", "PT48H", "PT86400S", "PT1.001S", "PT100000H"),
)  # fmt: skip
DURATIONS = (
    1, 7, 1000, 60_000, 3_600_000, 5_400_000, 86_400_000, 90_061_001, 604_800_000, 31_556_952_000, Number("1e3"),
    Number("3.6e6"),
)  # fmt: skip
# Days that not every month has, and times of a day at which clocks change.
DAYS = ("2024-01-31", "2020-02-29", "2019-10-30", "2021-08-31", "1970-01-01", "2023-03-29", "1968-12-31", "0001-01-01")
TIMES = ("", "T00:00", "T00:30", "T02:30", "T03:30:15.250", "T06:00", "T12:00", "T23:59:59.999", "T02:00+03:00")
FRACTIONS = (
    0, 1, Number("1.0"), Number("0.5"), Number("0.25"), Number("0.8"), Number("0.9"), Number("0.99"), Number("0.999"),
    Number("5e-1"), Number("0.07"), Number("0.14"), Number("0.28"), Number("0.55"), Number("1e-9"),
    Number("0.3333333333333333"),
)  # fmt: skip


class Fetches:
    """Fetches that a random number generator decides, over that stream of events."""

    def __init__(self, random, stream):
        self.random = random
        self.stream = stream
        self.zone = "UTC"
        self.around = 0
        self.offset = 0

    def fetch(self):
        """A fetch."""
        random = self.random
        zone, self.around, self.offset = random.choice(self.stream.spots)
        if random.random() < 0.3:
            self.around = random.randint(-631_152_000_000, 2_208_988_800_000)
        self.zone = zone if random.random() < 0.7 else random.choice(zones.ALL)
        granularity = self._granularity()
        groups = random.sample(columns.DIMENSIONS, random.choice((0, 0, 1, 1, 2, 3)))
        if groups and random.random() < 0.3 and "properties" not in groups:
            groups[random.randrange(len(groups))] = "properties"
        fetch = {
            "organization_id": random.choices((*events.ORGANIZATIONS, "nobody"), (45, 15, 10, 10, 18, 2))[0],
            "interval": self._interval(granularity, bool(groups)),
            "granularity": granularity,
            "group_by": [self._some_properties() if name == "properties" else name for name in groups],
            "aggregations": self._aggregations(),
            "filters": Filters(random, self.stream.pools, self).tree()
            if random.random() < 0.8
            else random.choice((None, {})),
            "vendor": random.choice(events.VENDORS) if random.random() < 0.25 else None,
            "sources": random.choice((None, None, [], ["trusted"], ["untrusted"], ["trusted", "untrusted"])),
            "allow_partial": random.choice((None, None, True, False)),
            "empty_buckets": random.choice((None, "fill", "skip", "SKIP")),
        }
        asked = fetch["aggregations"] or aggregations.DEFAULT
        # Rows are not chosen and not sorted by what another engine can tell within a bound only.
        names = [aggregations.name_of(each) for each in asked if not aggregations.is_cut(each)]
        if random.random() < 0.5:
            fetch["order_by"] = self._order(groups, names)
        if random.random() < 0.3:
            fetch["limit"] = random.choice((1, 2, 10, 100, Number("10.0")))
        if random.random() < 0.15:
            fetch["limit_per_bucket"] = random.randint(1, 3)
        if random.random() < 0.15:
            fetch["offset"] = random.choice((0, 1, 10))
        if random.random() < 0.2:
            fetch["having"] = Filters(random, self.stream.pools, self, groups, names).tree()
        return {name: value for name, value in fetch.items() if value is not None or random.random() < 0.3}

    def _granularity(self):
        random = self.random
        if random.random() < 0.45:
            name = random.choice(granularities.NAMES)
            return random.choice((name, name, name.upper(), {"type": name} if name in LONGEST else name))
        if random.random() < 0.2:
            return {"type": "duration", "duration": random.choice(DURATIONS)} | self._origin()
        named = random.choice((None, self.zone, random.choice(zones.ALL)))
        zone = random.choice(({}, {"timeZone": named}))
        return {"type": "period", "period": random.choice(random.choice(PERIODS))} | zone | self._origin()

    def _origin(self):
        """Often none; else one around a change of the clock, or of a day that not every month has."""
        random = self.random
        kind = random.random()
        if kind < 0.4:
            return random.choice(({}, {}, {"origin": None}))
        if kind < 0.6:
            return {"origin": random.choice(DAYS) + random.choice(TIMES[:-1])}
        if kind < 0.7:
            return {"origin": random.choice(DAYS) + TIMES[-1]}
        return {"origin": self._instant(self.millis())}

    def _some_properties(self):
        """All of them as groups, or some, or the others."""
        random = self.random
        if random.random() < 0.4:
            return "properties"
        made = Filters(random, self.stream.pools, self)
        kind = random.choice(("values", "prefix", "regex"))
        if kind == "values":
            some = made.scalars("properties", (0, 1, 2, 3, 40))
        else:
            some = made.prefix("properties") if kind == "prefix" else made.pattern("properties")
        return {"dimension": "properties", kind: some} | random.choice(
            ({}, {"exclude": None}, {"exclude": False}, {"exclude": True}, {"exclude": True})
        )

    def _aggregations(self):
        random = self.random
        if random.random() < 0.15:
            return random.choice((None, []))
        every = [
            *aggregations.DEFAULT,
            *aggregations.DEFAULT,
            *(f"{name}_uniq" for name in columns.DIMENSIONS),
            "properties_uniq",
        ]
        asked = list(dict.fromkeys(random.sample(every, random.randint(1, 6))))
        for at in range(random.choice((0, 0, 1, 2, 3))):
            found = self._object()
            taken = [aggregations.name_of(each) for each in asked]
            if random.random() < 0.8 or aggregations.name_of(found) in taken:
                found["name"] = f"figure {at}"
            asked.append(found)
        return asked

    def _object(self):
        """An aggregation as an object, without a name."""
        random = self.random
        if random.random() < 0.25:
            tree = Filters(random, self.stream.pools, self).tree()
            inner = random.choice((*aggregations.DEFAULT, "visitor_id_uniq", "properties_uniq", self._object()))
            return {"type": "filtered", "filter": tree, "aggregator": inner}
        kind = random.choice((*aggregations.KINDS, "uniq", "quantile"))
        found = {"type": random.choice((kind, *aggregations.KINDS[kind]))}
        if kind in ("variance", "stddev"):
            found |= random.choice(({}, {"estimator": "sample"}, {"estimator": "population"}))
        if kind == "quantile":
            found["fraction"] = random.choice((random.choice(FRACTIONS), Number(f"{random.random():.3f}")))
        if kind == "approx_uniq":  # it estimates beyond some thousand values, which sessions have
            return found | {"fields": [random.choice([name for name in columns.DIMENSIONS if name != "session_id"])]}
        if kind == "uniq":
            fields = random.sample(columns.DIMENSIONS, random.randint(1, 3))
            if random.random() < 0.3 and "properties" not in fields:
                fields[0] = "properties"
            found |= {"fieldName": fields[0]} if len(fields) == 1 and random.random() < 0.5 else {"fields": fields}
            return found | random.choice(({}, {"byRow": True}, {"byRow": False}, {"byRow": True, "round": True}))
        return found | (random.choice(({}, {"fieldName": "value"})) if kind != "count" else {})

    def _order(self, groups, metrics):
        random = self.random
        names = ["timestamp", *groups, *metrics]
        entries = []
        for name in random.sample(names, random.randint(1, min(3, len(names)))):
            direction = random.choice((None, "asc", "desc", "DESC", "descending", "Ascending"))
            entry = {"field": name} | ({"direction": direction} if direction else {})
            entries.append(name if random.random() < 0.3 else entry)
        return entries

    def _interval(self, granularity, grouped):
        random = self.random
        found = granularities.granularity(granularity, self.zone)
        longest = LONGEST.get(found.kind, found.length * BUCKETS)
        if grouped:
            longest *= LONGER if found.kind == "wide" else random.choice((LONGER, MUCH_LONGER))
        if found.kind != "wide" or random.random() < 0.4:
            spans = (1, _HOUR, 6 * _HOUR, 3 * _DAY, 90 * _DAY, 40 * _YEAR, 12_000 * _YEAR)
            longest = min(longest, random.choices(spans, (1, 2, 4, 6, 6, 6, 4))[0])
        before = random.choice((0, 1, random.random(), random.random(), random.random(), random.random()))
        start = max(self.around - int(longest * before), events.FIRST)
        end = min(start + longest, events.LAST)
        if start > end or random.random() < 0.02:
            end = start
        if random.random() < 0.5:
            interval = {"start": start, "end": end}
        else:
            interval = {"start": self.text(start, far=end - start > FAR), "end": self.text(end, far=end - start > FAR)}
        return interval | self._time_zone()

    def _time_zone(self):
        if self.random.random() < 0.85:
            return {"time_zone": self.zone}
        self.zone, self.offset = "UTC", 0
        return self.random.choice(({}, {"time_zone": None}))

    def millis(self):
        """An instant near that of the fetch, in milliseconds."""
        span = self.random.choice((0, 1, 1000, _HOUR, _DAY, 300 * _DAY, 20 * _YEAR))
        return min(max(self.around + self.random.randint(-span, span), events.FIRST), events.LAST)

    def utc_text(self, ms):
        """An instant as a text with an offset."""
        offset = self.random.choice((0, 0, 120, -210))
        if not events.FIRST + _DAY < ms < events.LAST - _DAY:
            offset = 0
        return self._reading(ms + offset * 60_000) + events.offset_text(offset)

    def text(self, ms, far):
        """An instant as a text, local only where it is far from the one that it must stay before or after."""
        return self._local_text(ms) if far and self.random.random() < 0.5 else self.utc_text(ms)

    def comparable(self):
        """An instant as a filter on `timestamp` takes it."""
        ms = self.millis()
        return str(ms) if self.random.random() < 0.25 else self._instant(ms)

    def _instant(self, ms):
        return self.random.choice((ms, self.utc_text(ms), self._local_text(ms)))

    def _local_text(self, ms):
        """A reading of the zone's clock, a date among them; it may be in a gap or come twice."""
        text = self._reading(ms + self.offset + self.random.choice((0, 0, -1, 1, -_HOUR // 2, _HOUR // 2)))
        return self.random.choice((text, text[:16], text[:19], text[:10]))

    def _reading(self, ms):
        time = datetime(1970, 1, 1) + timedelta(milliseconds=min(max(ms, events.FIRST), events.LAST))
        return f"{time.year:04}-{time.month:02}-{time.day:02}T{time:%H:%M:%S}.{time.microsecond // 1000:03}"
