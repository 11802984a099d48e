//! How long a bucket is.

use crate::time::Period;

/// How long a bucket of time is. The zone's wall clock decides where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// One bucket for the whole interval.
    All,
    /// One bucket for each distinct timestamp.
    None,
    /// One second.
    Second,
    /// One minute.
    Minute,
    /// Five minutes.
    FiveMinute,
    /// Ten minutes.
    TenMinute,
    /// Fifteen minutes.
    FifteenMinute,
    /// Thirty minutes.
    ThirtyMinute,
    /// One hour.
    Hour,
    /// Six hours, from local midnight.
    SixHour,
    /// Eight hours, from local midnight.
    EightHour,
    /// One local day.
    Day,
    /// Seven local days, from Monday.
    Week,
    /// One local month.
    Month,
    /// Three local months, from January.
    Quarter,
    /// One local year.
    Year,
    /// A length of its own; [`Bucketer`](crate::time::Bucketer) tells where its buckets start.
    Period {
        /// The length.
        period: Period,
        /// The instant that it is counted from, in milliseconds since 1970-01-01T00:00:00Z; `None` for the start that
        /// is usual for the length.
        origin: Option<i64>,
    },
}

impl Granularity {
    /// Every granularity with its name in a query.
    pub const NAMED: [(&'static str, Self); 16] = [
        ("all", Self::All),
        ("none", Self::None),
        ("second", Self::Second),
        ("minute", Self::Minute),
        ("five_minute", Self::FiveMinute),
        ("ten_minute", Self::TenMinute),
        ("fifteen_minute", Self::FifteenMinute),
        ("thirty_minute", Self::ThirtyMinute),
        ("hour", Self::Hour),
        ("six_hour", Self::SixHour),
        ("eight_hour", Self::EightHour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];

    /// The lengths of those that have one.
    const PERIODS: [(Self, Period); 14] = [
        (Self::Second, Period::SECOND),
        (Self::Minute, Period::MINUTE),
        (Self::FiveMinute, Period::MINUTE.times(5)),
        (Self::TenMinute, Period::MINUTE.times(10)),
        (Self::FifteenMinute, Period::MINUTE.times(15)),
        (Self::ThirtyMinute, Period::MINUTE.times(30)),
        (Self::Hour, Period::HOUR),
        (Self::SixHour, Period::HOUR.times(6)),
        (Self::EightHour, Period::HOUR.times(8)),
        (Self::Day, Period::DAY),
        (Self::Week, Period::WEEK),
        (Self::Month, Period::MONTH),
        (Self::Quarter, Period::MONTH.times(3)),
        (Self::Year, Period::YEAR),
    ];

    /// The granularity of a length, counted from its usual start: the named one where one is so long.
    pub fn from_period(period: Period) -> Self {
        let named = Self::PERIODS.into_iter().find(|&(_, known)| known == period);
        named.map_or(Self::Period { period, origin: None }, |(granularity, _)| granularity)
    }

    /// How long its buckets are; `None` for `all` and `none`.
    pub fn period(self) -> Option<Period> {
        match self {
            Self::Period { period, .. } => Some(period),
            named => Self::PERIODS.into_iter().find(|&(known, _)| known == named).map(|(_, period)| period),
        }
    }

    /// The granularity of that name, in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, granularity)| granularity)
    }
}
