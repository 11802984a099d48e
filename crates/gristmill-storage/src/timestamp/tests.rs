use super::*;

#[track_caller]
fn parsed(text: &str) -> String {
    Timestamp::parse_iso(text).unwrap().to_string()
}

#[track_caller]
fn refused(text: &str) -> String {
    Timestamp::parse_iso(text).unwrap_err().to_string()
}

#[test]
fn known_days() {
    let date = |year, month, day| Date { year, month, day };
    for (days, expected) in [
        (0, date(1970, 1, 1)),
        (-1, date(1969, 12, 31)),
        (-719_162, date(1, 1, 1)),
        (-719_163, date(0, 12, 31)),
        (-719_528, date(0, 1, 1)),
        (-719_529, date(-1, 12, 31)),
        (10_957, date(2000, 1, 1)),
        (11_016, date(2000, 2, 29)),
        (47_540, date(2100, 2, 28)),
        (47_541, date(2100, 3, 1)),
        (2_932_896, date(9999, 12, 31)),
    ] {
        assert_eq!(Date::from_days(days), expected, "{days}");
        assert_eq!(expected.to_days(), days, "{expected:?}");
    }
}

#[test]
fn every_day_follows_the_day_before() {
    let first = Date { year: -401, month: 1, day: 1 };
    let mut date = first;
    for days in first.to_days()..(Date { year: 2405, month: 1, day: 1 }).to_days() {
        assert_eq!(Date::from_days(days), date);
        assert_eq!(date.to_days(), days);
        date.day += 1;
        if date.day > Date::days_in_month(date.year, date.month) {
            date = Date { year: date.year, month: date.month + 1, day: 1 };
        }
        if date.month > 12 {
            date = Date { year: date.year + 1, month: 1, day: 1 };
        }
    }
}

#[test]
fn limits_are_the_documented_instants() {
    assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T23:59:59.999Z");
    assert_eq!(Timestamp::parse_iso("0001-01-01"), Ok(Timestamp::MIN));
    assert_eq!(Timestamp::parse_iso("9999-12-30T23:59:59.9999Z"), Ok(Timestamp::MAX));
    for text in ["0000-12-31T23:59:59.999Z", "0001-01-01T00:00+00:01", "9999-12-31", "9999-12-30T23:59-00:01"]
    {
        assert!(matches!(Timestamp::parse_iso(text), Err(TimestampError::Range { .. })), "{text}");
    }
    assert_eq!(Timestamp::from_millis(Timestamp::MAX.0), Ok(Timestamp::MAX));
    for millis in [Timestamp::MIN.0 - 1, Timestamp::MAX.0 + 1, i64::MIN, i64::MAX] {
        assert_eq!(Timestamp::from_millis(millis), Err(TimestampError::Range { millis }));
    }
}

#[test]
fn every_accepted_shape() {
    for (text, expected) in [
        ("2021-11-26", "2021-11-26T00:00:00.000Z"),
        ("2021-11-26T08:30", "2021-11-26T08:30:00.000Z"),
        ("2021-11-26 08:30:15", "2021-11-26T08:30:15.000Z"),
        ("2021-11-26t08:30:15z", "2021-11-26T08:30:15.000Z"),
        ("2021-11-26T08:30:15.5Z", "2021-11-26T08:30:15.500Z"),
        ("2021-11-26T08:30:15,25Z", "2021-11-26T08:30:15.250Z"),
        ("2021-11-26T08:30:15.1239999999999Z", "2021-11-26T08:30:15.123Z"),
        ("2021-11-26T08:30+02:00", "2021-11-26T06:30:00.000Z"),
        ("2021-11-26T08:30+0200", "2021-11-26T06:30:00.000Z"),
        ("2021-11-26T08:30+02", "2021-11-26T06:30:00.000Z"),
        ("2021-11-26T08:30-05:30", "2021-11-26T14:00:00.000Z"),
        ("2021-11-26T08:30-00:44:30", "2021-11-26T09:14:30.000Z"),
        ("2021-11-26T08:30-00:00", "2021-11-26T08:30:00.000Z"),
        ("2021-11-26T18:30+18:00", "2021-11-26T00:30:00.000Z"),
        ("2021-11-26T24:00", "2021-11-27T00:00:00.000Z"),
        ("2021-12-31T24:00:00.0000Z", "2022-01-01T00:00:00.000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ("2016-12-31T23:59:60.875", "2017-01-01T00:00:00.000Z"),
        ("2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00.000Z"),
        ("2020-02-29T00:00Z", "2020-02-29T00:00:00.000Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("0004-02-29T12:00:00.0019Z", "0004-02-29T12:00:00.001Z"),
    ] {
        assert_eq!(parsed(text), expected, "{text}");
    }
}

#[test]
fn every_refused_shape_says_where_and_why() {
    for (text, part) in [
        ("", "expected a year of four digits at byte 0, found the end"),
        ("21-11-26", "expected a year of four digits at byte 2, found '-'"),
        ("+2021-11-26", "expected a year of four digits at byte 0, found '+'"),
        (" 2021-11-26", "expected a year of four digits at byte 0, found ' '"),
        ("20211126", "expected - after the year at byte 4"),
        ("2021-1-26", "expected a month of two digits at byte 6, found '-'"),
        ("2021-13-26", "month is 13, expected 1 to 12"),
        ("2021-00-26", "month is 0, expected 1 to 12"),
        ("2021-02-29", "day is 29, expected 1 to 28"),
        ("1900-02-29", "day is 29, expected 1 to 28"),
        ("2021-04-31", "day is 31, expected 1 to 30"),
        ("2021-11-00", "day is 0, expected 1 to 30"),
        ("2021-11-26Z", "expected T, a space, or the end at byte 10, found 'Z'"),
        ("2021-11-26T", "expected an hour of two digits at byte 11, found the end"),
        ("2021-11-26T08", "expected : after the hour at byte 13, found the end"),
        ("2021-11-26T08:3", "expected a minute of two digits at byte 15"),
        ("2021-11-26T25:00", "hour is 25, expected 0 to 24"),
        ("2021-11-26T24:01", "minute is 1, expected 0 to 0"),
        ("2021-11-26T24:00:00.0001", "expected nothing after 24:00:00 at byte 24, found the end"),
        ("2021-11-26T08:60", "minute is 60, expected 0 to 59"),
        ("2021-11-26T08:30:61", "second is 61, expected 0 to 60"),
        ("2021-11-26T08:30:60Z", "leap second"),
        ("2016-12-31T23:59:60+02:00", "leap second"),
        ("2021-11-26T08:30:15.", "expected a digit of the fraction at byte 20, found the end"),
        ("2021-11-26T08:30.5", "expected Z, an offset such as +02:00, or the end at byte 16, found '.'"),
        ("2021-11-26T08:30 Z", "at byte 16, found ' '"),
        ("2021-11-26T08:30+2", "expected the offset's hours, two digits at byte 18, found the end"),
        ("2021-11-26T08:30+02:", "expected the offset's minutes, two digits at byte 20"),
        ("2021-11-26T08:30+020", "expected the offset's minutes, two digits at byte 20"),
        ("2021-11-26T08:30+02:60", "the offset's minute is 60, expected 0 to 59"),
        ("2021-11-26T08:30+18:01", "the offset's minute is 1, expected 0 to 0"),
        ("2021-11-26T08:30+19:00", "the offset's hour is 19, expected 0 to 18"),
        ("2021-11-26T08:30Zulu", "expected the end at byte 17, found 'u'"),
        ("2021-11-26T08:30:15\u{2212}02:00", "at byte 19, found '\u{2212}'"),
        ("2021\u{2010}11-26", "expected - after the year at byte 4, found '\u{2010}'"),
    ] {
        let message = refused(text);
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn a_long_text_is_shortened_in_the_error() {
    let message = refused(&"\u{e9}".repeat(100_000));
    assert!(message.len() < 400, "{}", message.len());
}

#[test]
fn a_finer_unit_is_recognised() {
    let message = |millis| Timestamp::from_millis(millis).unwrap_err().to_string();
    assert!(message(1_637_913_600_000_000).ends_with("microseconds: divide by 1000"));
    assert!(message(1_637_913_600_000_000_000).ends_with("nanoseconds: divide by 1000000"));
    assert!(message(i64::MIN).ends_with("9999-12-30T23:59:59.999Z"));
}

#[test]
fn civil_text_keeps_the_clock_apart_from_its_offset() {
    let day = 18_957 * MILLIS_PER_DAY;
    assert_eq!(parse_civil("2021-11-26"), Ok(CivilText { local: day, offset: None }));
    assert_eq!(parse_civil("2021-11-26T00:00:01Z"), Ok(CivilText { local: day + 1000, offset: Some(0) }));
    assert_eq!(
        parse_civil("2021-11-26T24:00-01:30"),
        Ok(CivilText { local: day + MILLIS_PER_DAY, offset: Some(-5400) })
    );
    assert_eq!(parse_civil("0000-01-01").map(|civil| civil.local), Ok(-719_528 * MILLIS_PER_DAY));
}

#[test]
fn offsets_by_themselves() {
    assert_eq!(parse_offset("Z"), Ok(0));
    assert_eq!(parse_offset("+02"), Ok(7200));
    assert_eq!(parse_offset("-0530"), Ok(-19_800));
    assert_eq!(parse_offset("+18:00"), Ok(MAX_OFFSET_SECONDS));
    for text in ["", "02:00", "+2:00", "+18:01", "+02:00 ", "UTC"] {
        parse_offset(text).unwrap_err();
    }
}

const MAX_OFFSET_SECONDS: i32 = 64_800;

#[test]
fn labels() {
    let text = |millis, offset| IsoText::new(millis, offset).to_string();
    assert_eq!(text(0, 0), "1970-01-01T00:00:00.000Z");
    assert_eq!(text(-1, 0), "1969-12-31T23:59:59.999Z");
    assert_eq!(text(0, 7200), "1970-01-01T02:00:00.000+02:00");
    assert_eq!(text(0, -12_600), "1969-12-31T20:30:00.000-03:30");
    assert_eq!(text(0, 5 * 3600 + 45 * 60), "1970-01-01T05:45:00.000+05:45");
    assert_eq!(text(0, -2670), "1969-12-31T23:15:30.000-00:44:30");
    assert_eq!(text(Timestamp::MIN.0 - 1, 0), "0000-12-31T23:59:59.999Z");
    assert_eq!(text(253_402_300_800_000, 0), "+010000-01-01T00:00:00.000Z");
    assert_eq!(text(-62_167_219_200_001, 0), "-000001-12-31T23:59:59.999Z");
    assert_eq!(text(i64::MIN, i32::MIN).len(), 38);
    assert_eq!(text(i64::MAX, i32::MAX), "+292278994-08-17T07:12:55.807+23:14:07");
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_back(millis in Timestamp::MIN.0 + MILLIS_PER_DAY..Timestamp::MAX.0 - MILLIS_PER_DAY,
                         offset in -64_800..=64_800_i32) {
            let text = IsoText::new(millis, offset);
            prop_assert_eq!(Timestamp::parse_iso(text.as_str()), Ok(Timestamp(millis)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[0-9TZ:+,. -]{0,40}") {
            let _ = Timestamp::parse_iso(&text);
            let _ = parse_offset(&text);
        }

        #[test]
        fn no_change_of_a_good_text_panics(at in 0..29_usize, by in any::<char>()) {
            let mut text: Vec<char> = "2021-11-26T08:30:15.123+02:00".chars().collect();
            text[at] = by;
            let _ = Timestamp::parse_iso(&text.into_iter().collect::<String>());
        }
    }
}
