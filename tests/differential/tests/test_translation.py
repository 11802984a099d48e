"""Fetches as SQL, answered by DuckDB over a handful of events."""

import random
import tempfile
import unittest
from datetime import datetime
from pathlib import Path

from against_duckdb import answers
from against_duckdb.engines import Duckdb
from against_duckdb.events import Events
from against_duckdb.fetches import Fetches
from against_duckdb.instants import millis
from against_duckdb.literals import Number, json_text, sql_text
from against_duckdb.translation import Translation

# The examples of the documentation: zone, granularity, an instant, and the bucket that it is in.
BUCKETS = (
    ("Europe/Helsinki", "hour", "2021-10-31T00:30Z", "2021-10-31T03:00:00.000+03:00"),
    ("Europe/Helsinki", "hour", "2021-10-31T01:30Z", "2021-10-31T03:00:00.000+02:00"),
    ("America/Havana", "day", "2021-11-07T05:30Z", "2021-11-07T00:00:00.000-04:00"),
    ("America/Sao_Paulo", "day", "2018-11-04T05:00Z", "2018-11-04T01:00:00.000-02:00"),
    ("Asia/Kathmandu", "thirty_minute", "2021-01-01T00:00Z", "2021-01-01T05:30:00.000+05:45"),
    ("Australia/Lord_Howe", "hour", "2021-04-03T15:10Z", "2021-04-04T01:30:00.000+10:30"),
    # The clock goes back at one minute past midnight: the day has begun and goes on.
    ("America/St_Johns", "day", "2006-10-29T02:45Z", "2006-10-29T00:00:00.000-02:30"),
    # There is no 30 December 2011 in Apia.
    ("Pacific/Apia", "day", "2011-12-30T09:59Z", "2011-12-29T00:00:00.000-10:00"),
    ("Pacific/Apia", "day", "2011-12-30T10:00Z", "2011-12-31T00:00:00.000+14:00"),
    ("America/Havana", "week", "2024-01-03T00:00Z", "2024-01-01T00:00:00.000-05:00"),
    ("Europe/Helsinki", {"type": "period", "period": "PT2H"}, "2021-10-31T01:30Z", "2021-10-31T02:00:00.000+03:00"),
    ("Europe/Helsinki", {"type": "period", "period": "PT90M"}, "2021-10-31T00:30Z", "2021-10-31T02:30:00.000+03:00"),
    ("Europe/Helsinki", {"type": "period", "period": "PT24H"}, "2021-07-01T12:00Z", "2021-07-01T01:00:00.000+03:00"),
    ("Europe/Helsinki", {"type": "period", "period": "P1D", "origin": "2020-01-06T03:30"}, "2021-03-28T12:00Z",
     "2021-03-28T04:00:00.000+03:00"),
    ("Europe/Helsinki", {"type": "period", "period": "P1D", "timeZone": "America/New_York"}, "2021-03-28T00:30Z",
     "2021-03-27T00:00:00.000-04:00"),
    ("America/New_York", {"type": "period", "period": "P1M", "origin": "2024-01-31T12:00"}, "2024-03-15T00:00Z",
     "2024-02-29T12:00:00.000-05:00"),
    ("America/New_York", {"type": "period", "period": "P1M", "origin": "2024-01-31T12:00"}, "2023-04-01T00:00Z",
     "2023-03-31T12:00:00.000-04:00"),
    ("America/New_York", {"type": "duration", "duration": 86400000, "origin": "2024-03-09T00:00"}, "2024-03-11T04:30Z",
     "2024-03-10T00:00:00.000-05:00"),
    ("America/New_York", {"type": "period", "period": "P2W"}, "2022-02-06T12:00Z", "2022-01-24T00:00:00.000-05:00"),
    ("UTC", {"type": "period", "period": "P10D"}, "1970-01-10T23:59Z", "1970-01-01T00:00:00.000Z"),
    ("UTC", {"type": "period", "period": "P1W3D"}, "1969-12-31T12:00Z", "1969-12-22T00:00:00.000Z"),
    ("UTC", {"type": "period", "period": "P1Y6M"}, "2022-01-01T00:00Z", "2021-01-01T00:00:00.000Z"),
    ("UTC", {"type": "period", "period": "P2Y"}, "1969-06-01T00:00Z", "1968-01-01T00:00:00.000Z"),
    ("UTC", {"type": "period", "period": "PT0.5S"}, "2021-01-01T00:00:00.700Z", "2021-01-01T00:00:00.500Z"),
    ("UTC", {"type": "duration", "duration": 7}, "1970-01-01T00:00:00.020Z", "1970-01-01T00:00:00.014Z"),
    ("UTC", {"type": "period", "period": "PT1H", "origin": "2021-01-01T00:10"}, "2020-12-31T23:00Z",
     "2020-12-31T22:10:00.000Z"),
    # Where DuckDB's database is corrected.
    ("America/Havana", "day", "2027-01-01T12:00Z", "2027-01-01T00:00:00.000-04:00"),
)
WINTER = "2021-01-15T12:00Z"
# Periods that are named granularities in other words.
NAMED = (
    ("second", "PT1S"), ("minute", "PT60S"), ("fifteen_minute", "PT15M"), ("hour", "PT60M"), ("six_hour", "PT360M"),
    ("eight_hour", "PT8H"), ("day", "P1D"), ("week", "P7D"), ("month", "P1M"), ("quarter", "P3M"), ("year", "P12M"),
)  # fmt: skip
EVENTS = (
    {"label": "a", "dim1": "", "properties": ["a", "b", "a"], "value": 1},
    {"label": "b", "dim1": None, "properties": [""], "value": None},
    {"label": "10", "dim1": "a_b", "properties": [], "value": Number("-0.0")},
    {"label": "007", "dim1": "aXb", "properties": None, "value": 2.5},
)


class Translated(unittest.TestCase):
    """What DuckDB answers to the SQL of a fetch."""

    @classmethod
    def setUpClass(cls):
        """One database, for the time zones take seconds."""
        cls.duckdb = Duckdb()
        cls.load(EVENTS)

    @classmethod
    def tearDownClass(cls):
        """Closes it."""
        cls.duckdb.close()

    @classmethod
    def load(cls, events, instant=0):
        """Loads these events instead of those that are there."""
        required = {
            "organization_id": "o",
            "vendor": "v",
            "category": "c",
            "label": "l",
            "action": "a",
            "event_version": 1,
        }
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "events.ndjson"
            file.write_text("".join(json_text(required | {"instant": instant} | event) + "\n" for event in events))
            cls.duckdb.connection.execute("DROP TABLE IF EXISTS events")
            cls.duckdb.load(file)

    def answer(self, **keys):
        """The rows of a fetch."""
        fetch = {"organization_id": "o", "interval": {"start": 0, "end": 1}, "granularity": "all"} | keys
        return answers.of_duckdb(self.duckdb.answer(Translation(fetch).sql()))

    def labels(self, tree):
        """The labels of the events that a filter matches."""
        return [row[1] for row in self.answer(group_by=["label"], aggregations=["count"], filters=tree)]

    def test_null_and_the_empty_text_differ(self):
        """In every leaf, and under `not`."""
        for tree, expected in [
            ({"type": "selector", "dimension": "dim1", "value": None}, ["b"]),
            ({"type": "selector", "dimension": "dim1", "value": ""}, ["a"]),
            ({"type": "in", "dimension": "dim1", "values": ["", None]}, ["a", "b"]),
            ({"type": "bound", "dimension": "dim1", "upper": "zz"}, ["007", "10", "a"]),
            ({"type": "not", "field": {"type": "bound", "dimension": "dim1", "upper": "zz"}}, ["b"]),
            ({"type": "not", "field": {"type": "regex", "dimension": "dim1", "pattern": "X"}}, ["10", "a", "b"]),
            ({"type": "bound", "dimension": "dim1", "lower": "", "ordering": "strlen"}, ["007", "10", "a"]),
            ({"type": "columnComparison", "dimensions": ["dim1", "dim5"]}, ["b"]),
        ]:
            self.assertEqual(self.labels(tree), expected, tree)

    def test_any_of_several_values_matches(self):
        """And a null row only by null."""
        for tree, expected in [
            ({"type": "selector", "dimension": "properties", "value": "b"}, ["a"]),
            ({"type": "selector", "dimension": "properties", "value": ""}, ["b"]),
            ({"type": "null", "column": "properties"}, ["007", "10"]),
            (
                {"type": "not", "field": {"type": "selector", "dimension": "properties", "value": "a"}},
                ["007", "10", "b"],
            ),
            ({"type": "columnComparison", "dimensions": ["properties", "label"]}, ["a"]),
        ]:
            self.assertEqual(self.labels(tree), expected, tree)

    def test_patterns_and_orders(self):
        """Escapes, numbers as texts, runs of digits."""
        for tree, expected in [
            ({"type": "like", "dimension": "dim1", "pattern": "a_b"}, ["007", "10"]),
            ({"type": "like", "dimension": "dim1", "pattern": "a!_b", "escape": "!"}, ["10"]),
            ({"type": "bound", "dimension": "label", "lower": 7, "upper": 10}, ["007", "10"]),
            ({"type": "bound", "dimension": "label", "lower": "8", "ordering": "alphanumeric"}, ["10", "a", "b"]),
            ({"type": "bound", "dimension": "label", "upper": "8"}, ["007", "10"]),
            ({"type": "selector", "dimension": "event_version", "value": Number("1e0")}, ["007", "10", "a", "b"]),
            ({"type": "selector", "dimension": "value", "value": 0}, ["10"]),
        ]:
            self.assertEqual(self.labels(tree), expected, tree)

    def test_groups_and_figures(self):
        """Several values of an event, nulls, sums of nothing."""
        self.assertEqual(
            self.answer(group_by=["properties"], aggregations=["count", "sum", "properties_uniq"]),
            [
                ["1970-01-01T00:00:00.000Z", None, 2, 2.5, 0],
                ["1970-01-01T00:00:00.000Z", "", 1, 0.0, 1],
                ["1970-01-01T00:00:00.000Z", "a", 1, 1.0, 2],
                ["1970-01-01T00:00:00.000Z", "b", 1, 1.0, 2],
            ],
        )
        self.assertEqual(
            self.answer(filters={"type": "null", "column": "value"}),
            [["1970-01-01T00:00:00.000Z", 1, 0.0, None, None, None]],
        )

    def test_groups_of_some_properties(self):
        """By values and null, by prefix, by expression, and the others; other events are in no group."""
        for asked, expected in [
            ({"values": ["b", None]}, [(None, 2), ("b", 1)]),
            ({"values": ["b", None], "exclude": True}, [("", 1), ("a", 1)]),
            ({"values": ["b"], "exclude": True}, [(None, 2), ("", 1), ("a", 1)]),
            ({"values": []}, []),
            ({"prefix": ""}, [("", 1), ("a", 1), ("b", 1)]),
            ({"prefix": "a", "exclude": None}, [("a", 1)]),
            ({"prefix": "a", "exclude": True}, [(None, 2), ("", 1), ("b", 1)]),
            ({"regex": "^$|b", "exclude": False}, [("", 1), ("b", 1)]),
            ({"regex": "^$|b", "exclude": True}, [(None, 2), ("a", 1)]),
        ]:
            rows = self.answer(group_by=[{"dimension": "properties"} | asked], aggregations=["count"])
            self.assertEqual([tuple(row[1:]) for row in rows], expected, asked)

    def test_quantiles_are_the_value_at_a_place(self):
        """Rounded up, of the decimal fraction; of the events that a filter leaves; null of none."""
        self.load([{"value": value, "dim1": str(value % 2)} for value in range(25, 0, -1)] + [{"value": None}])
        for fraction, expected in ((0, 1), (1, 25), (Number("0.28"), 7), (Number("0.281"), 8), (Number("5e-1"), 13)):
            asked = {"type": "quantile", "fraction": fraction}
            odd = {"type": "selector", "dimension": "dim1", "value": "1"}
            some = {"type": "filtered", "filter": odd, "aggregator": asked, "name": "some"}
            none = {"type": "filtered", "filter": {"type": "false"}, "aggregator": some, "name": "none"}
            ((_, found, of_odd, of_none),) = self.answer(aggregations=[asked, some, none])
            self.assertEqual([found, of_none], [expected, None], fraction)
            self.assertEqual(of_odd % 2, 1)
        fetch = {"interval": {"start": 0, "end": 1}, "granularity": "all", "group_by": ["label"]}
        self.assertEqual(Translation(fetch | {"aggregations": ["count", asked, some]}).cut, {3, 4})
        self.load(EVENTS)

    def test_combinations_have_every_property(self):
        """Null among them."""
        asked = {"type": "uniq", "fields": ["properties", "event_version"], "byRow": True}
        self.assertEqual(self.answer(aggregations=[asked]), [["1970-01-01T00:00:00.000Z", 4]])

    def test_objects_of_aggregations(self):
        """Their names, figures of some rows, combinations, the earliest value."""
        asked = [
            {"type": "doubleSum", "fieldName": "value", "name": "total"},
            {"type": "cardinality", "fields": ["label", "properties", "dim1"]},
            {"type": "cardinality", "fields": ["dim1", "dim5"], "byRow": True, "name": "pairs"},
            {"type": "variance", "estimator": "population"},
            {"type": "last"},
            {"type": "filtered", "filter": {"type": "null", "column": "dim1"}, "aggregator": "count", "name": "some"},
            {"type": "filtered", "filter": {"type": "false"}, "aggregator": "sum", "name": "none"},
        ]
        fetch = {
            "organization_id": "o",
            "interval": {"start": 0, "end": 1},
            "granularity": "all",
            "aggregations": asked,
        }
        names = ["total", "label_properties_dim1_uniq", "pairs", "variance", "last", "some", "none"]
        self.assertEqual(Translation(fetch).metrics, names)
        ((_, total, values, pairs, variance, last, some, none),) = self.answer(aggregations=asked)
        # label and dim1 have 10, 007, a, b, "", a_b, aXb; properties add nothing.
        self.assertEqual([total, values, pairs, last, some, none], [3.5, 7, 4, 2.5, 1, 0.0])
        self.assertAlmostEqual(variance, (1 + 0 + 6.25) / 3 - (3.5 / 3) ** 2)

    def test_rows_of_the_answer_are_chosen(self):
        """By having, by bucket, by offset and limit, in that order."""
        keys = {"group_by": ["label"], "aggregations": ["count", "sum"]}
        having = {"type": "not", "field": {"type": "bound", "dimension": "sum", "lower": 2}}
        for more, expected in [
            ({}, ["007", "10", "a", "b"]),
            ({"having": having}, ["10", "a", "b"]),
            ({"having": having, "limit_per_bucket": 2}, ["10", "a"]),
            ({"having": having, "limit_per_bucket": 2, "offset": 1, "limit": 3}, ["a"]),
            ({"order_by": [{"field": "label", "direction": "desc"}], "limit_per_bucket": 1}, ["b"]),
        ]:
            self.assertEqual([row[1] for row in self.answer(**keys, **more)], expected, more)

    def test_buckets_start_where_the_documentation_says(self):
        """In gaps, in repeated hours, on skipped days; with a group, and as one of the buckets that are filled."""
        for zone, granularity, text, expected in BUCKETS:
            instant = millis(datetime.fromisoformat(text))
            self.load([{}], instant)
            for keys in ({"group_by": ["label"]}, {"group_by": []}):
                interval = {"start": instant, "end": instant + 1, "time_zone": zone}
                rows = self.answer(interval=interval, granularity=granularity, aggregations=["count"], **keys)
                self.assertEqual([[row[0], row[-1]] for row in rows], [[expected, 1]], f"{zone} {granularity} {text}")
        self.load(EVENTS)

    def test_a_period_may_be_a_named_granularity(self):
        """Under other words."""
        self.load([{}], millis(datetime.fromisoformat(WINTER)))
        for name, period in NAMED:
            interval = {"start": WINTER, "end": "2021-01-15T12:01Z", "time_zone": "America/St_Johns"}
            keys = {"interval": interval, "aggregations": ["count"]}
            rows = self.answer(granularity=name.upper(), **keys)
            self.assertEqual(self.answer(granularity={"type": "period", "period": period}, **keys), rows, period)
            self.assertEqual(rows[0][1], 1, name)
        self.load(EVENTS)

    def test_every_bucket_is_there_once(self):
        """The 25 hours of a day, and the 23 of another."""
        for start, end, hours in (("2021-10-31", "2021-11-01", 25), ("2021-03-28", "2021-03-29", 23)):
            interval = {"start": start, "end": end, "time_zone": "Europe/Helsinki"}
            rows = self.answer(interval=interval, granularity="hour", aggregations=["count"])
            self.assertEqual([len(rows), len({row[0] for row in rows})], [hours, hours])

    def test_an_empty_interval_has_no_bucket(self):
        """But that of `all`."""
        interval = {"start": 0, "end": 0}
        self.assertEqual(self.answer(interval=interval, granularity="day"), [])
        self.assertEqual(self.answer(interval=interval, aggregations=["count"]), [["1970-01-01T00:00:00.000Z", 0]])


class Repeated(unittest.TestCase):
    """What a seed decides."""

    def test_a_fetch_is_the_same_alone(self):
        """So that `--only` repeats it."""
        stream = Events(random.Random("1"), {"UTC": [(0, 0)], "Europe/Helsinki": [(1_635_638_400_000, 7_200_000)]})
        texts = [json_text(Fetches(random.Random(f"1:{number}"), stream).fetch()) for number in (1, 2, 3, 2)]
        self.assertEqual(texts[1], texts[3])
        self.assertEqual(len(set(texts)), 3)

    def test_numbers_are_written_as_they_are(self):
        """And texts as SQL that gives them back."""
        self.assertEqual(json_text({"a": Number("1.50"), "b": "1.5"}), '{"a": 1.50, "b": "1.5"}')
        self.assertEqual(sql_text("it's\n"), "('it''s' || chr(10))")
        self.assertEqual(sql_text(""), "''")
