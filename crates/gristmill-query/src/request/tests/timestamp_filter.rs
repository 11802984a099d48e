//! Filters on the timestamp.

use super::{assert_filters_refused, check, filter};
use crate::request::{Filter, InstantTest};
use std::ops::Range;

/// A filter on `timestamp` with these keys.
fn timestamp(keys: &str) -> Filter {
    filter(&format!(r#"{{"dimension":"timestamp",{keys}}}"#))
}

fn within(ranges: &[Range<i64>]) -> Filter {
    Filter::Timestamp(InstantTest::Within(ranges.to_vec()))
}

#[test]
#[expect(clippy::single_range_in_vec_init, reason = "one range of instants, and no list of its numbers")]
fn instants_are_texts_or_milliseconds() {
    for text in
        ["1000", r#""1970-01-01T00:00:01Z""#, r#""1000""#, "1e3", r#""1970-01-01T02:00:01.0009+02:00""#]
    {
        assert_eq!(
            timestamp(&format!(r#""type":"selector","value":{text}"#)),
            within(&[1000..1001]),
            "{text}"
        );
    }
    assert_eq!(timestamp(r#""type":"equals","matchValueType":"LONG","matchValue":"-5""#), within(&[-5..-4]));
    assert_eq!(timestamp(r#""type":"selector""#), within(&[]));
    assert_eq!(timestamp(r#""type":"null""#), within(&[]));
}

#[test]
fn in_joins_what_touches() {
    assert_eq!(timestamp(r#""type":"in","values":[5,9,null,3,4,3]"#), within(&[3..6, 9..10]));
    assert_eq!(timestamp(r#""type":"in","values":[]"#), within(&[]));
}

#[test]
#[expect(clippy::single_range_in_vec_init, reason = "one range of instants, and no list of its numbers")]
fn bounds_become_ranges() {
    for (keys, range) in [
        (r#""lower":3,"upper":5"#, 3..6),
        (r#""lower":"3","upper":"5","ordering":"numeric""#, 3..6),
        (r#""lower":3,"lowerStrict":true,"upper":5,"upperStrict":true"#, 4..5),
        (r#""lower":"1970-01-01T00:00:01Z""#, 1000..i64::MAX),
        (r#""upper":0"#, i64::MIN..1),
    ] {
        assert_eq!(timestamp(&format!(r#""type":"bound",{keys}"#)), within(&[range]), "{keys}");
    }
    assert_eq!(timestamp(r#""type":"bound","lower":5,"upper":3"#), within(&[]));
    assert_eq!(timestamp(r#""type":"range","lower":3,"upper":5,"upperOpen":true"#), within(&[3..5]));
}

#[test]
#[expect(clippy::single_range_in_vec_init, reason = "one range of instants, and no list of its numbers")]
fn intervals_are_half_open() {
    let intervals = |texts: &str| timestamp(&format!(r#""type":"interval","intervals":{texts}"#));
    assert_eq!(intervals(r#"["1970-01-01/1970-01-02"]"#), within(&[0..86_400_000]));
    assert_eq!(
        intervals(r#"["1970-01-03T00:00:00Z/1970-01-04","1970-01-01/1970-01-02"]"#),
        within(&[0..86_400_000, 172_800_000..259_200_000])
    );
    assert_eq!(intervals(r#"["1970-01-01/1970-01-01"]"#), within(&[]));
    assert_eq!(intervals("[]"), within(&[]));
}

#[test]
#[expect(clippy::single_range_in_vec_init, reason = "one range of instants, and no list of its numbers")]
fn texts_without_an_offset_are_local() {
    let text = r#"{"organization_id":"org","granularity":"all",
        "interval":{"start":0,"end":1,"time_zone":"Europe/Helsinki"},
        "filters":{"type":"interval","dimension":"timestamp","intervals":["1970-01-01/1970-01-01T00:00Z"]}}"#;
    assert_eq!(check(text).unwrap().filter, within(&[-7_200_000..0]));
}

#[test]
fn wrong_instants_are_refused() {
    assert_filters_refused(&[
        (
            r#"{"type":"selector","dimension":"timestamp","value":true}"#,
            ".value",
            "expected an ISO-8601 text such as 2022-02-08T23:59:59.999+02:00 or 2022-02-08, or integer milliseconds, \
             found true",
        ),
        (
            r#"{"type":"in","dimension":"timestamp","values":[0,"soon"]}"#,
            ".values[1]",
            "\"soon\" is not a timestamp: expected a year of four digits at byte 0, found 's'; write it as \
             2021-11-26T08:00:00.000+02:00, 2021-11-26T06:00:00Z or 2021-11-26",
        ),
        (
            r#"{"type":"bound","dimension":"timestamp","lower":"300000000000000"}"#,
            ".lower",
            "expected an instant of the years 0000 to 9999 in UTC, found \"300000000000000\"",
        ),
        (
            r#"{"type":"interval","dimension":"label","intervals":[]}"#,
            "",
            "interval filters test timestamp, found label; numbers have bound",
        ),
        (
            r#"{"type":"interval","dimension":"timestamp","intervals":"a/b"}"#,
            ".intervals",
            "expected a list of \"start/end\" texts, found \"a/b\"",
        ),
        (
            r#"{"type":"interval","dimension":"timestamp","intervals":["2021-01-01"]}"#,
            ".intervals[0]",
            "expected \"start/end\" with a slash, found \"2021-01-01\"",
        ),
        (
            r#"{"type":"interval","dimension":"timestamp","intervals":["2021-01-01/P1D"]}"#,
            ".intervals[0]",
            "periods are not supported; expected two instants, \"start/end\"",
        ),
        (
            r#"{"type":"interval","dimension":"timestamp","intervals":["2021-01-02/2021-01-01"]}"#,
            ".intervals[0]",
            "expected a start that is not after the end, found \"2021-01-02/2021-01-01\"",
        ),
    ]);
}
