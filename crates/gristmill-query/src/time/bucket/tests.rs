use super::*;
use crate::time::Zone;

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
            for (word, granularity) in Granularity::NAMED.into_iter().skip(2) {
                if word == "second" || word == "minute" {
                    continue;
                }
                let bucketer = bucketer(granularity, name);
                let count = bucketer.buckets_overlapping(asked).count() as u64;
                let limit = bucketer.count_limit(asked);
                assert!(count <= limit, "{name} {word} {start}: {count} {limit}");
                assert!(limit <= count + count / 8 + 30, "{name} {word} {start}: {count} {limit}");
            }
        }
    }
    let forever = Interval { start: i64::MIN, end: i64::MAX };
    for (_, granularity) in Granularity::NAMED {
        let limit = bucketer(granularity, "Europe/Helsinki").count_limit(forever);
        assert!(limit == 1 || limit > 290_000_000, "{granularity:?} {limit}");
    }
}

#[test]
fn a_cursor_forgets_nothing_and_keeps_nothing_wrong() {
    let start = instant("2021-10-29T00:00Z");
    for (_, granularity) in Granularity::NAMED {
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
    for (_, granularity) in Granularity::NAMED {
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
