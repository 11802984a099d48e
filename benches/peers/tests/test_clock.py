"""Instants, zones and buckets; the changes of clocks are those of the tz database for 2023 and 2024."""

import unittest

from compare import clock

HOUR = 3_600_000
# 2024-03-31T01:00Z, when clocks in Helsinki go forward.
SPRING = 1_711_846_800_000


class Clock(unittest.TestCase):
    """Zones as the shapes need them."""

    def test_offsets_change_where_clocks_do(self):
        """A change is found to the millisecond."""
        start, end = SPRING - 90 * clock.DAY - 12_345, SPRING + clock.DAY
        self.assertEqual(clock.offsets(start, end, "Europe/Helsinki"), [(SPRING, 2 * HOUR), (end, 3 * HOUR)])
        self.assertEqual(clock.offsets(start, end, "UTC"), [(end, 0)])

    def test_a_change_at_the_end_is_none(self):
        """The interval ends before its end."""
        self.assertEqual(clock.offsets(SPRING - HOUR, SPRING, "Europe/Helsinki"), [(SPRING, 2 * HOUR)])

    def test_months_begin_at_local_midnight(self):
        """March in New York begins in winter time, April in summer time."""
        start = clock.local_millis("2023-12-22", "America/New_York")
        end = clock.local_millis("2024-04-02", "America/New_York")
        starts = [
            clock.EPOCH + clock.timedelta(milliseconds=each)
            for each in clock.month_starts(start, end, "America/New_York")
        ]
        self.assertEqual(
            [f"{each:%m-%dT%H}" for each in starts], ["12-01T05", "01-01T05", "02-01T05", "03-01T05", "04-01T04"]
        )

    def test_local_times_are_of_their_zone(self):
        """Midnight of the day that has 23 hours, and of the next."""
        day = 19_813 * clock.DAY
        self.assertEqual(clock.instant_of_local(day, "Europe/Helsinki"), SPRING - 3 * HOUR)
        self.assertEqual(clock.instant_of_local(day + clock.DAY, "Europe/Helsinki"), SPRING + 20 * HOUR)
