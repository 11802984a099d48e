//! `granularity`, by name and as an object.

use super::{assert_refused, check};
use crate::time::{Granularity, Period, PeriodUnit, Zone};

/// A request with that granularity, in Helsinki.
fn with(granularity: &str) -> String {
    let interval = r#"{"start":0,"end":1,"time_zone":"Europe/Helsinki"}"#;
    format!(r#"{{"organization_id":"o","interval":{interval},"granularity":{granularity}}}"#)
}

#[test]
fn granularity_is_named_in_any_letter_case() {
    for (name, granularity) in Granularity::NAMED {
        for name in [name.to_owned(), name.to_uppercase()] {
            assert_eq!(check(&with(&format!("{name:?}"))).unwrap().granularity, granularity);
        }
    }
    let names = "all, none, second, minute, five_minute, ten_minute, fifteen_minute, thirty_minute, hour, \
                 six_hour, eight_hour, day, week, month, quarter, year";
    let number = format!("expected one of {names}, found 1");
    assert_refused([
        (
            with("null"),
            "granularity",
            r#"required: expected a granularity such as "day", or "all", found nothing"#,
        ),
        (with("1"), "granularity", &number),
        (
            with(r#""Dya""#),
            "granularity",
            r#"unknown granularity: "Dya"; expected day, all, year, none, hour, week, month, second or one of 8 more"#,
        ),
    ]);
}

/// The granularity of an object with these keys, and the zone of its buckets.
fn object(keys: &str) -> (Granularity, String) {
    let fetch = check(&with(&format!("{{{keys}}}"))).unwrap_or_else(|error| panic!("{keys}: {error}"));
    (fetch.granularity, fetch.zone.to_string())
}

fn from(unit: PeriodUnit, count: i64, origin: Option<i64>) -> Granularity {
    Granularity::Period { period: Period::new(unit, count).unwrap(), origin }
}

#[test]
fn periods_that_have_a_name_are_the_named_granularities() {
    for (name, granularity) in Granularity::NAMED {
        let Some(period) = granularity.period() else { continue };
        let keys = format!(r#""type":"period","period":"{period}""#);
        assert_eq!(object(&keys), (granularity, "Europe/Helsinki".to_owned()), "{name}");
    }
    for (period, granularity) in [
        ("PT60S", Granularity::Minute),
        ("P7D", Granularity::Week),
        ("P12M", Granularity::Year),
        ("PT0H15M0.000S", Granularity::FifteenMinute),
    ] {
        assert_eq!(object(&format!(r#""type":"PERIOD","period":"{period}""#)).0, granularity, "{period}");
    }
    for (name, granularity) in [("all", Granularity::All), ("NONE", Granularity::None)] {
        assert_eq!(object(&format!(r#""type":"{name}""#)), (granularity, "Europe/Helsinki".to_owned()));
    }
}

#[test]
fn other_periods_and_durations() {
    use PeriodUnit::{Day, Millisecond, Month};
    let helsinki = "Europe/Helsinki";
    for (keys, granularity, zone) in [
        (r#""type":"period","period":"P2W""#, from(Day, 14, None), helsinki),
        (r#""type":"period","period":"PT24H","origin":null"#, from(Millisecond, 86_400_000, None), helsinki),
        (r#""type":"period","period":"P1D","timeZone":"Asia/Tokyo""#, Granularity::Day, "Asia/Tokyo"),
        // A text without an offset is local in the zone of the buckets.
        (
            r#""type":"period","period":"P1D","origin":"1970-01-02T06:00""#,
            from(Day, 1, Some(100_800_000)),
            helsinki,
        ),
        (
            r#""type":"period","period":"P1M","timeZone":"Asia/Tokyo","origin":"1970-01-02T06:00""#,
            from(Month, 1, Some(75_600_000)),
            "Asia/Tokyo",
        ),
        (
            r#""type":"period","period":"P1Y","origin":"1969-12-31T23:00Z""#,
            from(Month, 12, Some(-3_600_000)),
            helsinki,
        ),
        (r#""type":"period","period":"PT1H","origin":-5"#, from(Millisecond, 3_600_000, Some(-5)), helsinki),
        (r#""type":"duration","duration":86400000"#, from(Millisecond, 86_400_000, Some(0)), helsinki),
        (
            r#""type":"Duration","duration":1e3,"origin":"1970-01-01""#,
            from(Millisecond, 1000, Some(-7_200_000)),
            helsinki,
        ),
        (
            r#""type":"duration","duration":315569520000000"#,
            from(Millisecond, 315_569_520_000_000, Some(0)),
            helsinki,
        ),
    ] {
        assert_eq!(object(keys), (granularity, zone.to_owned()), "{keys}");
    }
}

#[test]
fn the_zone_of_the_buckets_is_not_that_of_other_texts() {
    let text = r#"{"organization_id":"o","interval":{"start":"2021-01-01","end":"2021-01-02","time_zone":"Europe/Helsinki"},
                   "filters":{"type":"interval","dimension":"timestamp","intervals":["2021-01-01/2021-01-02"]},
                   "granularity":{"type":"period","period":"P1D","timeZone":"Asia/Tokyo"}}"#;
    let fetch = check(text).unwrap();
    let utc = check(&text.replace("Asia/Tokyo", "UTC")).unwrap();
    assert_eq!(fetch.zone, Zone::from_name("Asia/Tokyo").unwrap());
    assert_eq!((fetch.interval.start, &fetch.filter), (1_609_452_000_000, &utc.filter));
}

#[test]
fn objects_that_are_no_granularity_are_refused() {
    let mixed = "expected a period of years and months only, of weeks and days only, or of hours, minutes and seconds \
                 only, found P1DT1H";
    let cases = [
        (r"", "granularity.type", "required: expected one of period, duration, all, none, found nothing"),
        (r#""type":3"#, "granularity.type", "expected one of period, duration, all, none, found 3"),
        (
            r#""type":"day""#,
            "granularity.type",
            r#"unknown type of granularity: "day"; expected all, none, period, duration"#,
        ),
        (
            r#""type":"all","period":"P1D""#,
            "granularity.period",
            r#"unknown key of this granularity: "period"; expected type"#,
        ),
        (
            r#""type":"period","period":"P1D","time_zone":"UTC""#,
            "granularity.time_zone",
            r#"unknown key of a period granularity: "time_zone"; expected timeZone, type, period, origin"#,
        ),
        (
            r#""type":"duration","duration":1,"timeZone":"UTC""#,
            "granularity.timeZone",
            r#"unknown key of a duration granularity: "timeZone"; expected type, duration, origin"#,
        ),
        (
            r#""type":"period""#,
            "granularity.period",
            "required: expected an ISO-8601 period such as P1D, found nothing",
        ),
        (
            r#""type":"period","period":1"#,
            "granularity.period",
            "expected an ISO-8601 period such as P1D, found 1",
        ),
        (
            r#""type":"period","period":"day""#,
            "granularity.period",
            r#"expected an ISO-8601 period such as P1D, P2W, P3M, PT90M or PT0.5S, found "day""#,
        ),
        (r#""type":"period","period":"P1DT1H""#, "granularity.period", mixed),
        (
            r#""type":"period","period":"P0D""#,
            "granularity.period",
            "expected a period longer than nothing, found P0D",
        ),
        (
            r#""type":"period","period":"P10001Y""#,
            "granularity.period",
            "expected a period of at most 10000 years, found P10001Y",
        ),
        (
            r#""type":"period","period":"P1D","origin":"noon""#,
            "granularity.origin",
            "\"noon\" is not a timestamp: expected a year of four digits at byte 0, found 'n'; \
             write it as 2021-11-26T08:00:00.000+02:00, 2021-11-26T06:00:00Z or 2021-11-26",
        ),
        (
            r#""type":"period","period":"P1D","origin":1e15"#,
            "granularity.origin",
            "expected an instant of the years 0000 to 9999 in UTC, found 1e15",
        ),
        (
            r#""type":"duration""#,
            "granularity.duration",
            "required: expected integer milliseconds, found nothing",
        ),
        (
            r#""type":"duration","duration":"PT1H""#,
            "granularity.duration",
            "expected integer milliseconds, found \"PT1H\"",
        ),
        (
            r#""type":"duration","duration":1.5"#,
            "granularity.duration",
            "expected integer milliseconds, found 1.5",
        ),
        (
            r#""type":"duration","duration":0"#,
            "granularity.duration",
            "expected a period longer than nothing, found 0 ms",
        ),
        (
            r#""type":"duration","duration":9223372036854775807"#,
            "granularity.duration",
            "expected a period of at most 10000 years, found 9223372036854775807 ms",
        ),
    ];
    assert_refused(cases.map(|(keys, path, message)| (with(&format!("{{{keys}}}")), path, message)));
}
