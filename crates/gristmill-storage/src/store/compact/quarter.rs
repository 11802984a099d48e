//! Quarters of the calendar.

use std::ops::Range;

use crate::timestamp::{Date, MILLIS_PER_DAY};

const MONTHS: u8 = 3;

/// The quarter in UTC that an instant belongs to, in milliseconds.
pub(super) fn of(instant: i64) -> Range<i64> {
    let date = Date::from_days(instant.div_euclid(MILLIS_PER_DAY));
    let first = Date { month: (date.month - 1) / MONTHS * MONTHS + 1, day: 1, ..date };
    let next = match first.month + MONTHS {
        month @ ..=12 => Date { month, ..first },
        _ => Date { year: first.year + 1, month: 1, day: 1 },
    };
    first.to_days() * MILLIS_PER_DAY..next.to_days() * MILLIS_PER_DAY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn instant(text: &str) -> i64 {
        Timestamp::parse_iso(text).unwrap().millis()
    }

    #[test]
    fn a_quarter_begins_in_its_first_month_and_ends_where_the_next_one_begins() {
        let quarters = [
            ("2024-02-29T12:00:00Z", "2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z"),
            ("2024-04-01T00:00:00Z", "2024-04-01T00:00:00Z", "2024-07-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999Z", "1969-10-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-04-01T00:00:00Z"),
            ("9999-09-30T23:59:59.999Z", "9999-07-01T00:00:00Z", "9999-10-01T00:00:00Z"),
        ];
        for (within, start, end) in quarters {
            assert_eq!(of(instant(within)), instant(start)..instant(end), "{within}");
        }
        let last = of(Timestamp::MAX.millis());
        assert!(last.contains(&Timestamp::MAX.millis()));
    }
}
