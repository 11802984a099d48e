"""Answers in one form, and what counts as different."""

import unittest
from datetime import date

from against_duckdb import answers

ROWS = [
    ["2024-02-07T00:00:00.000+02:00", "chat", 2, 0.5],
    ["2024-02-07T00:00:00.000+02:00", None, 1, None],
    ["2024-02-08T00:00:00.000+02:00", "", 1, 0.0],
]


class Difference(unittest.TestCase):
    """The comparison of two answers' rows."""

    def test_every_change_is_seen(self):
        """A cell, its type, a null, a row, the order."""
        self.assertIsNone(answers.difference(ROWS, [list(row) for row in ROWS]))
        for at, row in enumerate(ROWS):
            for column, cell in enumerate(row):
                for other in ("other", None, 7, 0.500001, True):
                    if other != cell:
                        changed = [list(each) for each in ROWS]
                        changed[at][column] = other
                        self.assertIn(f"row {at}", answers.difference(ROWS, changed), f"{cell} -> {other}")
        self.assertIn("3 rows expected, 2 found", answers.difference(ROWS, ROWS[:2]))
        self.assertIn("2 rows expected, 3 found", answers.difference(ROWS[:2], ROWS))
        self.assertIn("another order", answers.difference(ROWS, ROWS[::-1]))

    def test_an_integer_is_no_float(self):
        """A count of 1 is not a sum of 1.0."""
        self.assertIsNotNone(answers.difference([["x", 1]], [["x", 1.0]]))

    def test_the_last_digits_of_a_float_may_differ(self):
        """Relative to its size, however large or small it is."""
        for number in (1.0, -3e300, 5e-300):
            self.assertIsNone(answers.difference([[number]], [[number * (1 + 1e-12)]]))
            self.assertIsNotNone(answers.difference([[number]], [[number * (1 + 1e-8)]]))
        self.assertIsNone(answers.difference([[0.0]], [[-0.0]]))
        self.assertIsNotNone(answers.difference([[0.0]], [[1e-300]]))

    def test_a_cut_number_is_within_its_bound(self):
        """Towards 0, by less than one part in 256, or 2^-1030 near 0; whole numbers below 512 as they are."""
        for wanted, found, same in [
            (19.9, 19.875, True),
            (-19.9, -19.875, True),
            (19.9, 19.9, True),
            (19.9, 19.91, False),
            (19.9, 19.82, False),
            (-19.9, -20.0, False),
            (19.9, -19.875, False),
            (511.0, 511.0, True),
            (511.0, 510.0, False),
            (513.0, 512.0, True),
            (513.0, 510.0, False),
            (0.0, -0.0, True),
            (5e-324, 5e-324, True),
            (5e-324, 0.0, True),
            (1e-310, 8.7e-311, True),
            (1e-309, 9e-310, False),
            (1e-310, -1e-310, False),
            (1.7976931348623157e308, 1.794e308, True),
            (1.7976931348623157e308, 1.79e308, False),
            (None, None, True),
            (None, 0.0, False),
            (1.5, None, False),
            (1.0, 1, False),
        ]:
            cut = answers.difference([["x", wanted]], [["x", found]], {1})
            self.assertEqual(cut is None, same, f"{wanted} {found}")
        self.assertIsNotNone(answers.difference([["x", 19.9, 1.5]], [["x", 19.9, 1.499]], {1}))

    def test_it_tells_the_row_that_is_missing(self):
        """Whether it is the last one or not."""
        self.assertIn("row 0", answers.difference(ROWS, ROWS[1:]))
        self.assertIn("row 2: " + str(ROWS[2]), answers.difference(ROWS, ROWS[:2]))


class Labels(unittest.TestCase):
    """Labels of buckets."""

    def test_they_show_the_clock_with_its_offset(self):
        """Zero offsets, those with seconds, years of more than four digits."""
        for start, offset, expected in [
            (0, 0, "1970-01-01T00:00:00.000Z"),
            (-1, 0, "1969-12-31T23:59:59.999Z"),
            (1_635_638_400_000, 10_800_000, "2021-10-31T03:00:00.000+03:00"),
            (0, -12_600_000, "1969-12-31T20:30:00.000-03:30"),
            (-3_786_831_589_000, 5_989_000, "1850-01-01T00:00:00.000+01:39:49"),
            (253_402_300_800_000, 0, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, 0, "-000001-12-31T23:59:59.999Z"),
        ]:
            self.assertEqual(answers.label(start, offset), expected)

    def test_the_calendar_is_that_of_python(self):
        """Where Python has one."""
        for days in range(-719_162, 2_932_896, 977):
            day = date.fromordinal(days + 719_163)
            self.assertEqual(answers.civil(days), (day.year, day.month, day.day))


class Sums(unittest.TestCase):
    """Sums that are rounded once."""

    def test_order_and_cancelling_do_not_show(self):
        """The exact sum, also where a part of it is beyond the range."""
        self.assertEqual(answers.exact_sum([1e16, 1.0, -1e16, None]), 1.0)
        self.assertEqual(answers.exact_sum([1.7e308, 1.7e308, -1.7e308]), 1.7e308)
        self.assertEqual(answers.exact_sum([5e-324, 5e-324]), 1e-323)

    def test_variances_are_exact(self):
        """Of a sample and of all, with a large mean, of too few and too large values, of tiny ones."""
        self.assertEqual(answers.exact_variance([1e15, 1e15 + 2, None], 1), 2.0)
        self.assertEqual(answers.exact_variance([1.0, 3.0], 0), 1.0)
        self.assertEqual(answers.exact_variance([7.0], 0), 0.0)
        self.assertIsNone(answers.exact_variance([7.0], 1))
        self.assertIsNone(answers.exact_variance(None, 0))
        self.assertIsNone(answers.exact_variance([2.0**450, 0.0], 0))
        self.assertEqual(answers.exact_variance([2.0**-401, 0.0], 0), 0.0)

    def test_nothing_and_too_much(self):
        """0.0 of nothing, null beyond the range."""
        self.assertEqual(answers.exact_sum([]), 0.0)
        self.assertEqual(answers.exact_sum(None), 0.0)
        self.assertEqual(answers.exact_sum([None]), 0.0)
        self.assertIsNone(answers.exact_sum([1.7e308, 1.7e308]))
