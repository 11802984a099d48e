//! Random granularities.

use super::instant;
use gristmill::time::{Granularity, Period, PeriodUnit};
use proptest::prelude::*;
use proptest::sample::select;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Periods of every rule: those that divide an hour, whole hours that divide a day, other times, days, whole weeks,
/// months, and one of nearly the longest: the oracle's calendar begins with the year -9999.
const PERIODS: [&str; 24] = [
    "PT0.25S",
    "PT2S",
    "PT7S",
    "PT20M",
    "PT7M",
    "PT45M",
    "PT90M",
    "PT2H",
    "PT3H",
    "PT5H",
    "PT12H",
    "PT24H",
    "PT36H",
    "PT100000H",
    "P2D",
    "P10D",
    "P2W",
    "P52W",
    "P100000D",
    "P2M",
    "P5M",
    "P2Y",
    "P100Y",
    "P9000Y",
];

/// Any granularity.
pub(super) fn granularity() -> impl Strategy<Value = Granularity> {
    let names = Granularity::NAMED.map(|(_, granularity)| granularity).to_vec();
    let usual = period().prop_map(Granularity::from_period);
    let from_origin = (period_or_named(), prop_oneof![1 => Just(0), 9 => instant()])
        .prop_map(|(period, origin)| Granularity::Period { period, origin: Some(origin) });
    prop_oneof![
        1 => Just(Granularity::All), 1 => Just(Granularity::Day), 6 => select(names), 2 => usual, 2 => from_origin
    ]
}

fn period_or_named() -> impl Strategy<Value = Period> {
    let named: Vec<Period> =
        Granularity::NAMED.into_iter().filter_map(|(_, granularity)| granularity.period()).collect();
    prop_oneof![1 => select(named), 2 => period()]
}

#[expect(clippy::expect_used, reason = "the texts and counts are fixed")]
fn period() -> impl Strategy<Value = Period> {
    let known = select(&PERIODS[..]).prop_map(|text| Period::from_iso(text).expect("a period"));
    let units = select(vec![PeriodUnit::Month, PeriodUnit::Day, PeriodUnit::Millisecond]);
    let any = (units, 1..40_i64, select(vec![1, 60_000, HOUR])).prop_map(|(unit, count, times)| {
        let times = if unit == PeriodUnit::Millisecond { times } else { 1 };
        Period::new(unit, count * times).expect("a period")
    });
    prop_oneof![2 => known, 1 => any]
}

/// About how long a bucket is, in milliseconds; that of `all` and `none` is long, since they have no empty ones.
pub(super) fn length(granularity: Granularity) -> i64 {
    let Some(period) = granularity.period() else { return 4_000_000 * HOUR };
    match period.unit() {
        PeriodUnit::Month => period.count() * 30 * DAY,
        PeriodUnit::Day => period.count() * DAY,
        PeriodUnit::Millisecond => period.count(),
    }
}
