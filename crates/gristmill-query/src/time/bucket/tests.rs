use super::*;
use crate::time::{Period, PeriodUnit, Zone};

fn zone(name: &str) -> Zone {
    Zone::from_name(name).unwrap()
}

fn instant(text: &str) -> i64 {
    Zone::UTC.parse_instant(text).unwrap()
}

fn interval(start: &str, end: &str) -> Interval {
    Interval { start: instant(start), end: instant(end) }
}

fn bucketer(granularity: Granularity, name: &str) -> Bucketer {
    Bucketer::new(granularity, zone(name), interval("1970-01-01", "1970-01-02"))
}

/// The granularity of an ISO-8601 period, counted from an instant where one is given.
fn period(text: &str, origin: Option<&str>) -> Granularity {
    let period = Period::from_iso(text).unwrap();
    origin.map_or(Granularity::from_period(period), |origin| Granularity::Period {
        period,
        origin: Some(instant(origin)),
    })
}

/// Granularities of every rule: all named ones, and periods with an origin and without.
fn granularities() -> Vec<Granularity> {
    let named = Granularity::NAMED.into_iter().map(|(_, granularity)| granularity);
    let usual = [
        "PT0.001S",
        "PT0.75S",
        "PT20M",
        "PT7M",
        "PT2H",
        "PT5H",
        "PT24H",
        "P2D",
        "P3W",
        "P5M",
        "P7Y",
        "P10000Y",
        "P3652425D",
        "PT87658200H",
    ];
    let from = ["PT0.001S", "PT1H", "PT25H", "P1D", "P1W", "P1M", "P7M", "P10000Y"];
    let origins = ["0000-01-01", "2020-01-31T06:30Z", "9999-12-31T23:59:59.999Z"];
    let units = [PeriodUnit::Month, PeriodUnit::Day, PeriodUnit::Millisecond];
    let far = units.into_iter().flat_map(|unit| {
        [i64::MIN, i64::MAX]
            .map(|origin| Granularity::Period { period: Period::new(unit, 1).unwrap(), origin: Some(origin) })
    });
    let from = from.iter().flat_map(|text| origins.map(|origin| period(text, Some(origin))));
    named.chain(usual.map(|text| period(text, None))).chain(from).chain(far).collect()
}

/// The bucket around an instant as labels of its start and its end.
fn around(granularity: Granularity, name: &str, text: &str) -> [String; 2] {
    let bucketer = bucketer(granularity, name);
    let bucket = bucketer.bucket_of(instant(text));
    let end = Bucket { start: bucket.end, end: bucket.end };
    [bucketer.label(bucket).to_string(), bucketer.label(end).to_string()]
}

#[test]
fn the_wall_clock_decides() {
    use Granularity::{Day, EightHour, Hour, Minute, SixHour, ThirtyMinute};
    for (granularity, name, text, start, end) in [
        (
            Hour,
            "Europe/Helsinki",
            "2021-10-31T00:30Z",
            "2021-10-31T03:00:00.000+03:00",
            "2021-10-31T03:00:00.000+02:00",
        ),
        (
            Hour,
            "Europe/Helsinki",
            "2021-10-31T01:30Z",
            "2021-10-31T03:00:00.000+02:00",
            "2021-10-31T04:00:00.000+02:00",
        ),
        (
            Day,
            "Europe/Helsinki",
            "2021-03-28T12:00Z",
            "2021-03-28T00:00:00.000+02:00",
            "2021-03-29T00:00:00.000+03:00",
        ),
        (
            Day,
            "America/Havana",
            "2021-11-07T05:30Z",
            "2021-11-07T00:00:00.000-04:00",
            "2021-11-08T00:00:00.000-05:00",
        ),
        (
            Day,
            "America/Sao_Paulo",
            "2018-11-04T05:00Z",
            "2018-11-04T01:00:00.000-02:00",
            "2018-11-05T00:00:00.000-02:00",
        ),
        (
            ThirtyMinute,
            "Asia/Kathmandu",
            "2021-06-01T00:00Z",
            "2021-06-01T05:30:00.000+05:45",
            "2021-06-01T06:00:00.000+05:45",
        ),
        (
            Hour,
            "Australia/Lord_Howe",
            "2021-04-03T15:10Z",
            "2021-04-04T01:30:00.000+10:30",
            "2021-04-04T02:00:00.000+10:30",
        ),
        (
            Hour,
            "Australia/Lord_Howe",
            "2021-04-03T14:59Z",
            "2021-04-04T01:00:00.000+11:00",
            "2021-04-04T01:30:00.000+10:30",
        ),
        // The clock went back from 00:01 to 23:01: the day had begun, and what comes again of the day before is its.
        (
            Day,
            "America/St_Johns",
            "2010-11-07T02:31Z",
            "2010-11-07T00:00:00.000-02:30",
            "2010-11-08T00:00:00.000-03:30",
        ),
        (
            Day,
            "America/St_Johns",
            "2010-11-07T02:29:59.999Z",
            "2010-11-06T00:00:00.000-02:30",
            "2010-11-07T00:00:00.000-02:30",
        ),
        (
            SixHour,
            "America/St_Johns",
            "2010-11-07T03:00Z",
            "2010-11-07T00:00:00.000-02:30",
            "2010-11-07T06:00:00.000-03:30",
        ),
        // 2011-12-30 never was.
        (
            Day,
            "Pacific/Apia",
            "2011-12-30T09:59:59.999Z",
            "2011-12-29T00:00:00.000-10:00",
            "2011-12-31T00:00:00.000+14:00",
        ),
        (
            Day,
            "Pacific/Apia",
            "2011-12-30T10:00Z",
            "2011-12-31T00:00:00.000+14:00",
            "2012-01-01T00:00:00.000+14:00",
        ),
        // 23 hours of 1969-09-30 came twice.
        (
            Day,
            "Pacific/Kwajalein",
            "1969-10-01T11:00Z",
            "1969-09-30T00:00:00.000+11:00",
            "1969-10-01T00:00:00.000-12:00",
        ),
        (
            SixHour,
            "Europe/Helsinki",
            "2021-10-30T23:00Z",
            "2021-10-31T00:00:00.000+03:00",
            "2021-10-31T06:00:00.000+02:00",
        ),
        (
            EightHour,
            "Europe/Helsinki",
            "2021-03-28T00:30Z",
            "2021-03-28T00:00:00.000+02:00",
            "2021-03-28T08:00:00.000+03:00",
        ),
        // Local mean time has seconds.
        (
            Minute,
            "Africa/Monrovia",
            "1971-06-01T00:00Z",
            "1971-05-31T23:15:00.000-00:44:30",
            "1971-05-31T23:16:00.000-00:44:30",
        ),
    ] {
        assert_eq!(around(granularity, name, text), [start, end], "{granularity:?} {name} {text}");
    }
}

#[test]
fn periods_start_where_their_rule_says() {
    for (text, origin, name, at, start, end) in [
        // What divides an hour is on the wall clock, and cut where the clock changes.
        (
            "PT20M",
            None,
            "Asia/Kathmandu",
            "2021-01-01T00:00Z",
            "2021-01-01T05:40:00.000+05:45",
            "2021-01-01T06:00:00.000+05:45",
        ),
        (
            "PT20M",
            None,
            "Australia/Lord_Howe",
            "2021-04-03T15:05Z",
            "2021-04-04T01:30:00.000+10:30",
            "2021-04-04T01:40:00.000+10:30",
        ),
        (
            "PT0.5S",
            None,
            "UTC",
            "1969-12-31T23:59:59.999Z",
            "1969-12-31T23:59:59.500Z",
            "1970-01-01T00:00:00.000Z",
        ),
        // Whole hours that divide a day are from midnight.
        (
            "PT12H",
            None,
            "Europe/Helsinki",
            "2021-03-28T04:00Z",
            "2021-03-28T00:00:00.000+02:00",
            "2021-03-28T12:00:00.000+03:00",
        ),
        (
            "PT2H",
            None,
            "Europe/Helsinki",
            "2021-03-28T01:00Z",
            "2021-03-28T04:00:00.000+03:00",
            "2021-03-28T06:00:00.000+03:00",
        ),
        (
            "PT2H",
            None,
            "Europe/Helsinki",
            "2021-10-31T01:30Z",
            "2021-10-31T02:00:00.000+03:00",
            "2021-10-31T04:00:00.000+02:00",
        ),
        // Other times pass without regard to the clock, from local 1970.
        (
            "PT7M",
            None,
            "UTC",
            "1970-01-01T00:06:59.999Z",
            "1970-01-01T00:00:00.000Z",
            "1970-01-01T00:07:00.000Z",
        ),
        (
            "PT7M",
            None,
            "UTC",
            "1969-12-31T23:59:59.999Z",
            "1969-12-31T23:53:00.000Z",
            "1970-01-01T00:00:00.000Z",
        ),
        (
            "PT24H",
            None,
            "Europe/Helsinki",
            "2021-07-01T20:59:59.999Z",
            "2021-07-01T01:00:00.000+03:00",
            "2021-07-02T01:00:00.000+03:00",
        ),
        (
            "PT36H",
            None,
            "Asia/Tokyo",
            "1970-01-02T02:59Z",
            "1970-01-01T00:00:00.000+09:00",
            "1970-01-02T12:00:00.000+09:00",
        ),
        // Days from 1970-01-01, whole weeks from Monday 1970-01-05.
        (
            "P2D",
            None,
            "Europe/Helsinki",
            "2021-03-27T23:00Z",
            "2021-03-28T00:00:00.000+02:00",
            "2021-03-30T00:00:00.000+03:00",
        ),
        ("P10D", None, "UTC", "1969-12-31T00:00Z", "1969-12-22T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ("P2W", None, "UTC", "1970-01-18T23:59Z", "1970-01-05T00:00:00.000Z", "1970-01-19T00:00:00.000Z"),
        ("P2W", None, "UTC", "1970-01-04T23:59Z", "1969-12-22T00:00:00.000Z", "1970-01-05T00:00:00.000Z"),
        ("P14D", None, "UTC", "1970-01-04T23:59Z", "1969-12-22T00:00:00.000Z", "1970-01-05T00:00:00.000Z"),
        // Months and years from January 1970.
        ("P5M", None, "UTC", "1970-10-31T00:00Z", "1970-06-01T00:00:00.000Z", "1970-11-01T00:00:00.000Z"),
        ("P5M", None, "UTC", "1969-12-31T00:00Z", "1969-08-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (
            "P2Y",
            None,
            "America/Havana",
            "2021-11-07T05:30Z",
            "2020-01-01T00:00:00.000-05:00",
            "2022-01-01T00:00:00.000-05:00",
        ),
        ("P100Y", None, "UTC", "1969-12-31T00:00Z", "1870-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (
            "P10000Y",
            None,
            "UTC",
            "1969-12-31T00:00Z",
            "-008030-01-01T00:00:00.000Z",
            "1970-01-01T00:00:00.000Z",
        ),
        // Days and months keep the time of day of their origin, also where it is after the instant.
        (
            "P1D",
            Some("2020-01-06T04:00Z"),
            "Europe/Helsinki",
            "2021-07-01T02:59:59Z",
            "2021-06-30T06:00:00.000+03:00",
            "2021-07-01T06:00:00.000+03:00",
        ),
        (
            "P1D",
            Some("2020-01-06T04:00Z"),
            "Europe/Helsinki",
            "2021-07-01T03:00:00Z",
            "2021-07-01T06:00:00.000+03:00",
            "2021-07-02T06:00:00.000+03:00",
        ),
        (
            "P1D",
            Some("2020-01-06T01:30Z"),
            "Europe/Helsinki",
            "2021-03-28T01:00:00Z",
            "2021-03-28T04:00:00.000+03:00",
            "2021-03-29T03:30:00.000+03:00",
        ),
        (
            "P1W",
            Some("2020-01-08T00:00Z"),
            "UTC",
            "2020-01-07T00:00Z",
            "2020-01-01T00:00:00.000Z",
            "2020-01-08T00:00:00.000Z",
        ),
        // The last day of a month that has no 31st, counted from the origin.
        (
            "P1M",
            Some("2020-01-31T12:00Z"),
            "UTC",
            "2020-03-01T00:00Z",
            "2020-02-29T12:00:00.000Z",
            "2020-03-31T12:00:00.000Z",
        ),
        (
            "P1M",
            Some("2020-01-31T12:00Z"),
            "UTC",
            "2020-02-29T11:59Z",
            "2020-01-31T12:00:00.000Z",
            "2020-02-29T12:00:00.000Z",
        ),
        (
            "P1Y",
            Some("2020-02-29"),
            "UTC",
            "2024-02-28T00:00Z",
            "2023-02-28T00:00:00.000Z",
            "2024-02-29T00:00:00.000Z",
        ),
        (
            "P3M",
            Some("2020-11-30"),
            "UTC",
            "2020-03-01T00:00Z",
            "2020-02-29T00:00:00.000Z",
            "2020-05-30T00:00:00.000Z",
        ),
        // Times with an origin pass without regard to the clock.
        (
            "PT1H",
            Some("2020-01-06T04:25Z"),
            "Europe/Helsinki",
            "2021-03-28T01:00Z",
            "2021-03-28T02:25:00.000+02:00",
            "2021-03-28T04:25:00.000+03:00",
        ),
        (
            "PT24H",
            Some("1970-01-01"),
            "Europe/Helsinki",
            "2021-03-28T12:00Z",
            "2021-03-28T02:00:00.000+02:00",
            "2021-03-29T03:00:00.000+03:00",
        ),
    ] {
        let shown = format!("{text} {origin:?} {name} {at}");
        assert_eq!(around(period(text, origin), name, at), [start, end], "{shown}");
    }
}

#[test]
fn a_named_granularity_is_its_period() {
    for (_, granularity) in Granularity::NAMED {
        let Some(period) = granularity.period() else { continue };
        assert_eq!(Granularity::from_period(period), granularity);
        let spelt_out = Granularity::Period { period, origin: None };
        for name in ["UTC", "Europe/Helsinki", "America/St_Johns", "Asia/Kathmandu"] {
            for text in
                ["1969-12-31T23:59:59.999Z", "2010-11-07T02:31Z", "2021-03-28T01:00Z", "2024-02-29T12:34:56Z"]
            {
                assert_eq!(around(spelt_out, name, text), around(granularity, name, text), "{granularity:?}");
            }
        }
    }
}

#[test]
fn every_granularity_before_1970_in_utc() {
    use Granularity as G;
    let text = "1969-12-31T23:59:59.999Z";
    for (granularity, start, end) in [
        (G::None, "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z"),
        (G::Second, "1969-12-31T23:59:59.000Z", "1970-01-01T00:00:00.000Z"),
        (G::Minute, "1969-12-31T23:59:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::FiveMinute, "1969-12-31T23:55:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::TenMinute, "1969-12-31T23:50:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::FifteenMinute, "1969-12-31T23:45:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::ThirtyMinute, "1969-12-31T23:30:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::Hour, "1969-12-31T23:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::SixHour, "1969-12-31T18:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::EightHour, "1969-12-31T16:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::Day, "1969-12-31T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::Week, "1969-12-29T00:00:00.000Z", "1970-01-05T00:00:00.000Z"),
        (G::Month, "1969-12-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::Quarter, "1969-10-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::Year, "1969-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        (G::All, "1970-01-01T00:00:00.000Z", "1970-01-02T00:00:00.000Z"),
    ] {
        assert_eq!(around(granularity, "UTC", text), [start, end], "{granularity:?}");
    }
}

#[test]
fn buckets_of_an_interval() {
    let days = bucketer(Granularity::Day, "Europe/Helsinki");
    let labels = |asked: Interval| -> Vec<String> {
        days.buckets_overlapping(asked)
            .map(|bucket| days.label(bucket).to_string()[..16].to_owned())
            .collect()
    };
    assert_eq!(
        labels(interval("2021-03-27T12:00Z", "2021-03-28T21:00:00.001Z")),
        ["2021-03-27T00:00", "2021-03-28T00:00", "2021-03-29T00:00"]
    );
    assert_eq!(labels(interval("2021-03-27T22:00Z", "2021-03-28T21:00Z")), ["2021-03-28T00:00"]);
    assert_eq!(labels(interval("2021-03-28T12:00Z", "2021-03-28T12:00Z")), Vec::<String>::new());
}

#[test]
fn all_is_one_bucket_even_of_an_empty_interval() {
    for (start, end) in [("2021-01-01", "2021-01-01"), ("2021-01-01", "2022-01-01")] {
        let asked = interval(start, end);
        let all = Bucketer::new(Granularity::All, zone("Europe/Helsinki"), asked);
        let buckets: Vec<Bucket> = all.buckets_overlapping(asked).collect();
        assert_eq!(buckets, [Bucket { start: asked.start, end: asked.end }]);
        assert_eq!(all.count_limit(asked), 1);
        assert_eq!(all.label(buckets[0]).as_str(), "2021-01-01T02:00:00.000+02:00");
    }
}

#[test]
fn the_count_limit_is_close_above_the_count() {
    for name in ["UTC", "Europe/Helsinki", "Pacific/Apia", "Africa/Casablanca", "America/St_Johns"] {
        for (start, end) in [
            ("2021-03-28T00:59:59.999Z", "2021-03-28T01:00Z"),
            ("2011-12-29T00:00Z", "2012-01-02T00:00Z"),
            ("2021-01-01", "2022-01-01"),
            ("1890-01-01", "1893-01-01"),
            ("9990-01-01", "9995-01-01"),
        ] {
            let asked = interval(start, end);
            for granularity in granularities() {
                let bucketer = bucketer(granularity, name);
                let limit = bucketer.count_limit(asked);
                if limit > 1_000_000 {
                    continue;
                }
                let count = bucketer.buckets_overlapping(asked).count() as u64;
                assert!(count <= limit, "{name} {granularity:?} {start}: {count} {limit}");
                assert!(limit <= count + count / 8 + 30, "{name} {granularity:?} {start}: {count} {limit}");
            }
        }
    }
    let forever = Interval { start: i64::MIN, end: i64::MAX };
    for granularity in granularities() {
        let limit = bucketer(granularity, "Europe/Helsinki").count_limit(forever);
        assert!(limit == 1 || limit > 29_000, "{granularity:?} {limit}");
    }
}

#[test]
fn a_cursor_forgets_nothing_and_keeps_nothing_wrong() {
    let start = instant("2021-10-29T00:00Z");
    for granularity in granularities() {
        for name in ["UTC", "Europe/Helsinki", "Australia/Lord_Howe", "+05:30"] {
            let bucketer = bucketer(granularity, name);
            let mut cursor = bucketer.cursor();
            let mut millis = start;
            for step in 0..2000_i64 {
                millis =
                    start + (step * 7_654_321).rem_euclid(400_000_000) * if step % 3 == 0 { 1 } else { -1 };
                assert_eq!(cursor.bucket_of(millis), bucketer.bucket_of(millis));
            }
            assert_ne!(millis, start);
        }
    }
}

#[test]
fn no_instant_overflows() {
    for granularity in granularities() {
        for name in ["UTC", "+18:00", "-18:00", "Europe/Helsinki"] {
            let bucketer = bucketer(granularity, name);
            for millis in [i64::MIN, i64::MIN / 2, i64::MAX / 2, i64::MAX] {
                let bucket = bucketer.bucket_of(millis);
                assert!(bucket.start < bucket.end);
                let _ = bucketer.label(bucket).to_string();
                let near = Interval { start: millis, end: millis.saturating_add(10) };
                assert!(bucketer.buckets_overlapping(near).count() <= 10);
            }
        }
    }
}
