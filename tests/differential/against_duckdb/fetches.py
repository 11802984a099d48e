"""Random fetches of the whole language."""

from datetime import datetime, timedelta

from . import aggregations, buckets, columns, events, zones
from .filters import FAR, Filters
from .literals import Number

# The longest interval for each granularity, in milliseconds, so that a filled answer has some thousand rows.
_HOUR = 3_600_000
_DAY = 24 * _HOUR
_YEAR = 366 * _DAY
LONGEST = {
    "all": 9998 * _YEAR, "none": 60 * _YEAR, "second": _HOUR // 2, "minute": 2 * _DAY, "five_minute": 6 * _DAY,
    "ten_minute": 12 * _DAY, "fifteen_minute": 18 * _DAY, "thirty_minute": 40 * _DAY, "hour": 80 * _DAY,
    "six_hour": 300 * _DAY, "eight_hour": 400 * _DAY, "day": 4 * _YEAR, "week": 30 * _YEAR, "month": 150 * _YEAR,
    "quarter": 400 * _YEAR, "year": 2000 * _YEAR,
}  # fmt: skip
# Grouped answers hold only what exists, so their intervals may be longer.
LONGER = 8


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
        granularity = random.choice(buckets.GRANULARITIES)
        groups = random.sample(columns.DIMENSIONS, random.choice((0, 0, 1, 1, 2, 3)))
        if groups and random.random() < 0.3 and "properties" not in groups:
            groups[random.randrange(len(groups))] = "properties"
        fetch = {
            "organization_id": random.choices((*events.ORGANIZATIONS, "nobody"), (45, 15, 10, 10, 18, 2))[0],
            "interval": self._interval(granularity, bool(groups)),
            "granularity": random.choice((granularity, granularity, granularity.upper())),
            "group_by": groups,
            "aggregations": self._aggregations(),
            "filters": Filters(random, self.stream.pools, self).tree()
            if random.random() < 0.8
            else random.choice((None, {})),
            "vendor": random.choice(events.VENDORS) if random.random() < 0.25 else None,
            "sources": random.choice((None, None, [], ["trusted"], ["untrusted"], ["trusted", "untrusted"])),
            "allow_partial": random.choice((None, None, True, False)),
            "empty_buckets": random.choice((None, "fill", "skip", "SKIP")),
        }
        names = [
            each if isinstance(each, str) else each["name"] for each in fetch["aggregations"] or aggregations.DEFAULT
        ]
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
        objects = [self._object(f"figure {at}") for at in range(random.choice((0, 0, 1, 2)))]
        return asked + objects

    def _object(self, name):
        """An aggregation as an object; one that has no name is of a kind that has none otherwise."""
        random = self.random
        if random.random() < 0.25:
            tree = Filters(random, self.stream.pools, self).tree()
            inner = random.choice((*aggregations.DEFAULT, "visitor_id_uniq", "properties_uniq", self._plain_object()))
            return {"type": "filtered", "filter": tree, "aggregator": inner, "name": name}
        return self._plain_object() | {"name": name}

    def _plain_object(self):
        random = self.random
        kind = random.choice(tuple(aggregations.KINDS))
        found = {"type": random.choice((kind, *aggregations.KINDS[kind]))}
        if kind in ("variance", "stddev"):
            return found | random.choice(({}, {"estimator": "sample"}, {"estimator": "population"}))
        if kind == "approx_uniq":  # it estimates beyond some thousand values, which sessions have
            return found | {"fields": [random.choice([name for name in columns.DIMENSIONS if name != "session_id"])]}
        if kind == "uniq":
            by_row = random.random() < 0.5
            names = [name for name in columns.DIMENSIONS if name != "properties"] if by_row else columns.DIMENSIONS
            found["fields"] = random.sample(names, random.randint(1, 3))
            return found | ({"byRow": True} if by_row else {})
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
        longest = LONGEST[granularity] * (LONGER if grouped else 1)
        if granularity not in buckets.WIDE or random.random() < 0.4:
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
        return self.random.choice((ms, str(ms), self.utc_text(ms), self._local_text(ms)))

    def _local_text(self, ms):
        """A reading of the zone's clock, a date among them; it may be in a gap or come twice."""
        text = self._reading(ms + self.offset + self.random.choice((0, 0, -1, 1, -_HOUR // 2, _HOUR // 2)))
        return self.random.choice((text, text[:16], text[:19], text[:10]))

    def _reading(self, ms):
        time = datetime(1970, 1, 1) + timedelta(milliseconds=min(max(ms, events.FIRST), events.LAST))
        return f"{time.year:04}-{time.month:02}-{time.day:02}T{time:%H:%M:%S}.{time.microsecond // 1000:03}"
