"""A fetch as one SQL statement. It reads the fetch as documented and knows nothing of how gristmill answers it."""

from . import aggregations, buckets, conditions, granularities, instants, zones
from .literals import scalar_text, sql_name, sql_text


class Translation:
    """A fetch's SQL. Its columns: the bucket's start (ms), its offset (ms), the groups, the metrics."""

    def __init__(self, fetch):
        interval = fetch["interval"]
        self.fetch = fetch
        self.zone = interval.get("time_zone") or "UTC"
        self.granularity = granularities.granularity(fetch["granularity"], self.zone)
        asked = fetch.get("group_by") or []
        self.groups = [each if isinstance(each, str) else each["dimension"] for each in asked]
        self.kept = next((conditions.kept(each, "property") for each in asked if isinstance(each, dict)), "true")
        asked = fetch.get("aggregations") or aggregations.DEFAULT
        self.aggregations = [aggregations.aggregation(each, conditions.Conditions(self.zone)) for each in asked]
        self.metrics = [each.name for each in self.aggregations]

    @property
    def zones(self):
        """The zones whose clocks the answer depends on."""
        return {self.zone, self.granularity.zone}

    @property
    def cut(self):
        """The places in a row of the figures that are cut."""
        first = 1 + len(self.groups)
        return {first + at for at, each in enumerate(self.aggregations) if each.cut}

    def sql(self):
        """The statement."""
        steps = {"bounds": self._bounds(), "matched": self._matched()}
        if self._fills or self.granularity.kind == "wide":
            steps["starts"] = buckets.starts(self.granularity)
        steps["bucketed"] = buckets.bucketed(self.granularity)
        steps["grouped"] = self._grouped()
        steps["answer"] = self._filled() if self._fills else "SELECT * FROM grouped"
        body = ",\n".join(f"{name} AS (\n    {text})" for name, text in steps.items())
        names = "".join(f", {sql_name(name)}" for name in self._names)
        order = ", ".join(self._order())
        each = self.fetch.get("limit_per_bucket")
        per_bucket = f"\nQUALIFY row_number() OVER (PARTITION BY start ORDER BY {order}) <= {each}" if each else ""
        offset = f"\nOFFSET {self.fetch['offset']}" if self.fetch.get("offset") else ""
        limit = f"\nLIMIT {conditions.whole(scalar_text(self.fetch['limit']))}" if self.fetch.get("limit") else ""
        return (
            f"WITH {body}\nSELECT start, {zones.offset(self.granularity.zone, 'start')}{names}\nFROM answer\n"
            f"WHERE {self._having()}{per_bucket}\nORDER BY {order}{limit}{offset}"
        )

    def _having(self):
        """The condition on rows of the answer: a group by `properties` has one value there."""
        kinds = [conditions.of_events(name).kind.replace("list", "text") for name in self.groups]
        kinds += ["number"] * len(self.metrics)
        named = {"timestamp": conditions.Column("time", "start")}
        for name, kind, column in zip([*self.groups, *self.metrics], kinds, self._names, strict=True):
            named[name] = conditions.Column(kind, column)
        return conditions.Conditions(self.zone, named).of(self.fetch.get("having"))

    @property
    def _names(self):
        return [f"g{at}" for at in range(len(self.groups))] + [f"m{at}" for at in range(len(self.metrics))]

    @property
    def _skips(self):
        return (self.fetch.get("empty_buckets") or "fill").lower() == "skip"

    @property
    def _fills(self):
        return not self.groups and self.granularity.kind != "none" and not self._skips

    def _bounds(self):
        start, end = (instants.instant(self.fetch["interval"][key], self.zone) for key in ("start", "end"))
        return f"SELECT {start} AS from_ms, {end} AS to_ms, {self.granularity.origin} AS origin_ms"

    def _matched(self):
        fetch = self.fetch
        parts = [
            f"organization_id = {sql_text(fetch['organization_id'])}",
            "ts >= from_ms AND ts < to_ms",
            conditions.Conditions(self.zone).of(fetch.get("filters")),
        ]
        if fetch.get("vendor") is not None:
            parts.append(f"vendor = {sql_text(fetch['vendor'])}")
        if fetch.get("sources"):
            parts.append(f"source IN ({', '.join(map(sql_text, fetch['sources']))})")
        return "SELECT events.* FROM events, bounds WHERE " + "\n      AND ".join(parts)

    def _grouped(self):
        keys = ["start", *(f"{self._key(name)} AS g{at}" for at, name in enumerate(self.groups))]
        metrics = [f"{each.sql} AS m{at}" for at, each in enumerate(self.aggregations)]
        each = ", unnest(coalesce(properties, [NULL])) AS u(property)" if "properties" in self.groups else ""
        positions = ", ".join(str(at + 1) for at in range(len(keys)))
        return f"SELECT {', '.join([*keys, *metrics])}\n    FROM bucketed{each} WHERE {self.kept} GROUP BY {positions}"

    def _key(self, name):
        return "property" if name == "properties" else sql_name(name)

    def _filled(self):
        metrics = [
            f"if(g.start IS NULL, {each.nothing or 'NULL'}, m{at}) AS m{at}"
            for at, each in enumerate(self.aggregations)
        ]
        # `all` is one row in any case; of the others those that overlap the interval.
        which = "true" if self.granularity.kind == "all" else "b.start < to_ms AND b.next > from_ms AND from_ms < to_ms"
        return f"""SELECT b.start, {", ".join(metrics)}
    FROM (SELECT start, lead(start, 1, {zones.EVER}) OVER (ORDER BY start) AS next FROM starts) AS b
    LEFT JOIN grouped AS g ON b.start = g.start, bounds WHERE {which}"""

    def _order(self):
        """The columns to sort by: those that are asked for, then the default order."""
        places = {"timestamp": "start"} | dict(zip([*self.groups, *self.metrics], self._names, strict=True))
        asked = [each if isinstance(each, dict) else {"field": each} for each in self.fetch.get("order_by") or []]
        order = []
        for each in asked:
            descending = (each.get("direction") or "asc").lower().startswith("desc")
            order.append(places[each["field"]] + (" DESC NULLS LAST" if descending else " ASC NULLS FIRST"))
        return [*order, "start", *(f"{places[name]} ASC NULLS FIRST" for name in self.groups)]
