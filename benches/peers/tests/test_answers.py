"""Answers in one form, and what counts as different."""

import datetime
import unittest
import uuid

import polars as pl
import pyarrow as pa

from compare import answers
from compare.shape import Shape

FACTS = {"biggest": "b", "smallest": "s", "session": "x"}
DAY = 19_760
TEXT = '{"data": [["2024-02-07T00:00:00.000+02:00", "chat", 2, 0.5], ["2024-02-08T00:00:00.000+02:00", null, 1, 0.0]]}'


class Days(Shape):
    """Count and sum by day and category in Helsinki."""

    def __init__(self):
        super().__init__("selector_by_day", FACTS)
        self.groups, self.metrics = ["category"], ["count", "sum"]


class Answers(unittest.TestCase):
    """The form, and the comparison."""

    def setUp(self):
        """Gristmill's answer."""
        self.shape = Days()
        self.expected = answers.of_gristmill(TEXT, self.shape)

    def test_every_kind_of_bucket_has_the_same_form(self):
        """Numbers of days, local timestamps and seconds, in any order of rows; a sum of nothing may be null."""
        local = [datetime.datetime(2024, 2, 8), datetime.datetime(2024, 2, 7)]
        seconds = [1_707_343_200, 1_707_256_800]
        for kind, buckets in [
            ("number", [DAY + 1, DAY]),
            ("days", [DAY + 1, DAY]),
            ("local", local),
            ("seconds", seconds),
        ]:
            answer = pa.table({"a": buckets, "b": [None, "chat"], "c": [1, 2], "d": [None, 0.5]})
            found = answers.of_peer(answer, kind, self.shape)
            self.assertIsNone(answers.difference(found, self.expected, self.shape), kind)

    def test_every_change_is_seen(self):
        """A cell, a null, a row."""
        for name, column in self.expected.to_dict(as_series=False).items():
            for at, value in enumerate(column):
                other = {"category": "page", "count": 7, "bucket": 7, "sum": 0.500001}[name]
                for new in {other, None} - {value}:
                    changed = pl.Series(
                        name, [new if at == row else old for row, old in enumerate(column)], self.expected[name].dtype
                    )
                    found = self.expected.with_columns(changed)
                    self.assertIsNotNone(
                        answers.difference(found, self.expected, self.shape), f"{name}: {value} -> {new}"
                    )
        self.assertIsNotNone(answers.difference(self.expected.head(1), self.expected, self.shape))

    def test_the_order_of_additions_may_show(self):
        """In the last digits of a sum, not in a count."""
        near = self.expected.with_columns(pl.col("sum") * (1 + 1e-12))
        self.assertIsNone(answers.difference(near, self.expected, self.shape))

    def test_only_ties_at_the_cut_are_open(self):
        """Which visitors come last among equals is nobody's business; how often they came is."""
        shape = Shape("top_visitors", FACTS)
        names = [uuid.UUID(int=number) for number in range(4)]

        def rows(visitors, counts):
            table = pa.table({"a": [visitor.bytes for visitor in visitors], "b": counts})
            return answers.of_peer(table, None, shape)

        expected = rows(names[:3], [9, 5, 5])
        self.assertEqual(expected["visitor_id"][0], str(names[0]))
        self.assertIsNone(answers.difference(rows([names[0], names[3], names[1]], [9, 5, 5]), expected, shape))
        self.assertIsNotNone(answers.difference(rows([names[3], names[1], names[2]], [9, 5, 5]), expected, shape))
        self.assertIsNotNone(answers.difference(rows(names[:3], [9, 5, 4]), expected, shape))
