//! Days and dates of the proleptic Gregorian calendar. Every division floors, so years before 1970 need no care.

/// Milliseconds in a day that has no change of offset in it.
pub const MILLIS_PER_DAY: i64 = 86_400_000;

const DAYS_PER_400_YEARS: i64 = 146_097;
const DAYS_PER_100_YEARS: i64 = 36_524;
const DAYS_PER_4_YEARS: i64 = 1_461;
const DAYS_PER_YEAR: i64 = 365;
/// Days from 0000-03-01 to 1970-01-01. Counting years from March puts the leap day at the end of its year.
const DAYS_BEFORE_EPOCH: i64 = 719_468;

/// A date of the proleptic Gregorian calendar; the year before 1 is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year. Every year within `i64` milliseconds of 1970 fits.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

impl Date {
    /// The date that many days after 1970-01-01. Within a thousand million days of it the answer is exact; beyond,
    /// the year stays at the limit of its type.
    pub fn from_days(days: i64) -> Self {
        let since = days.saturating_add(DAYS_BEFORE_EPOCH);
        let cycles = since.div_euclid(DAYS_PER_400_YEARS);
        let in_cycle = since.rem_euclid(DAYS_PER_400_YEARS);
        // The last day of a cycle, a century or four years is one more than its equal parts hold: a leap day.
        let centuries = (in_cycle / DAYS_PER_100_YEARS).min(3);
        let in_century = in_cycle - centuries * DAYS_PER_100_YEARS;
        let fours = in_century / DAYS_PER_4_YEARS;
        let in_four = in_century - fours * DAYS_PER_4_YEARS;
        let years = (in_four / DAYS_PER_YEAR).min(3);
        let in_year = in_four - years * DAYS_PER_YEAR;

        let (months, day) = month_from_march(in_year);
        let year = cycles * 400 + centuries * 100 + fours * 4 + years + i64::from(months >= 10);
        let month = if months >= 10 { months - 9 } else { months + 3 };
        Self { year: saturate_year(year), month: small(month), day: small(day) }
    }

    /// Days since 1970-01-01. A month or day beyond the calendar counts on from the last one.
    pub fn to_days(self) -> i64 {
        let month = i64::from(self.month);
        let (year, months) = match month {
            ..=2 => (i64::from(self.year) - 1, month + 9),
            _ => (i64::from(self.year), month - 3),
        };
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * DAYS_PER_YEAR + leap_days + days_before_month(months) + i64::from(self.day)
            - 1
            - DAYS_BEFORE_EPOCH
    }

    /// The days in a month of a year; the month is 1 to 12.
    pub fn days_in_month(year: i32, month: u8) -> u8 {
        match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

/// Days from 1 March to the first of the month that many months later: 31 30 31 30 31 repeats every five.
fn days_before_month(months: i64) -> i64 {
    (153 * months + 2) / 5
}

/// Months since March, and the day of that month from 1.
fn month_from_march(day_of_year: i64) -> (i64, i64) {
    let months = (5 * day_of_year + 2) / 153;
    (months, day_of_year - days_before_month(months) + 1)
}

fn saturate_year(year: i64) -> i32 {
    i32::try_from(year).unwrap_or(if year < 0 { i32::MIN } else { i32::MAX })
}

fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
