//! How long a bucket is.

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

    /// The granularity of that name, in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, granularity)| granularity)
    }
}
