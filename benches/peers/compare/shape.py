"""The shapes: queries that are measured, each a fetch as JSON with its SQL beside it."""

import functools
import json
import re
from pathlib import Path

from . import clock
from .failure import Failure

FOLDER = Path(__file__).resolve().parent.parent / "shapes"
# In the order of the tables.
NAMES = (
    "tenant_count", "selector_by_day", "week_of_three_dimensions", "hours_of_two_dimensions", "three_mid_dimensions",
    "weeks_of_labels", "top_visitors", "distinct_by_day", "boolean_mix_by_hour", "properties_under_filter",
    "session_needle", "quarters_of_one_day", "small_tenant_by_day", "new_york_months", "minutes",
    "bound_and_like_by_day",
)  # fmt: skip
PHRASING = re.compile(r"^-- phrasing: .*$", re.MULTILINE)


class Shape:
    """A fetch about the generated events.

    `facts` has the organizations and the session that the queries are about; they stand in the JSON as `$BIGGEST`,
    `$SMALLEST` and `$SESSION`.
    """

    def __init__(self, name, facts):
        self.name = name
        self.facts = facts
        text = (FOLDER / f"{name}.json").read_text()
        for word, value in facts.items():
            text = text.replace(f"${word.upper()}", value)
        self.text = text
        fetch = json.loads(text)
        self.organization = fetch["organization_id"]
        self.granularity = fetch["granularity"]
        self.groups = fetch.get("group_by", [])
        # Names of the result's metric columns.
        self.metrics = fetch["aggregations"]
        self.limit = fetch.get("limit")
        interval = fetch["interval"]
        self.zone = interval.get("time_zone", "UTC")
        self.start = clock.local_millis(interval["start"], self.zone)
        self.end = clock.local_millis(interval["end"], self.zone)

    @property
    def has_buckets(self):
        """Whether rows of the answer have a bucket of their own."""
        return self.granularity != "all"

    @functools.cached_property
    def offsets(self):
        """The offsets of the zone within the interval."""
        return clock.offsets(self.start, self.end, self.zone)

    @property
    def width(self):
        """Milliseconds of a bucket on the local clock; `None` for months, which differ."""
        return clock.WIDTHS.get(self.granularity)

    @property
    def origin(self):
        """Where the local clock's buckets are counted from, in milliseconds."""
        return clock.WEEK_ORIGIN if self.granularity == "week" else 0

    @functools.cached_property
    def month_starts(self):
        """The instants at which the months of the interval begin."""
        return clock.month_starts(self.start, self.end, self.zone)

    def sql(self):
        """The phrasings of this shape in SQL, with places for what dialects differ in."""
        return [text.strip() for text in PHRASING.split((FOLDER / f"{self.name}.sql").read_text())]


def named(names, facts):
    """The shapes of these names, in the order of the tables."""
    unknown = set(names) - set(NAMES)
    if unknown:
        raise Failure(f"no such shape: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return [Shape(name, facts) for name in NAMES if name in names]
