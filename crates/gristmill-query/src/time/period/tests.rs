use super::*;

const MILLISECOND: PeriodUnit = PeriodUnit::Millisecond;

#[test]
fn texts_are_read_and_shown_in_their_largest_unit() {
    use PeriodUnit::{Day, Month};
    for (text, unit, count, shown) in [
        ("P1Y", Month, 12, "P1Y"),
        ("P12M", Month, 12, "P1Y"),
        ("P1Y6M", Month, 18, "P18M"),
        ("P0Y3M", Month, 3, "P3M"),
        ("P3MT0S", Month, 3, "P3M"),
        ("P1D", Day, 1, "P1D"),
        ("P7D", Day, 7, "P1W"),
        ("P1W", Day, 7, "P1W"),
        ("P1W1D", Day, 8, "P8D"),
        ("P0M2W", Day, 14, "P2W"),
        ("PT1S", MILLISECOND, 1_000, "PT1S"),
        ("PT0.5S", MILLISECOND, 500, "PT0.500S"),
        ("PT0.001S", MILLISECOND, 1, "PT0.001S"),
        ("PT1.2500000S", MILLISECOND, 1_250, "PT1.250S"),
        ("PT60S", MILLISECOND, 60_000, "PT1M"),
        ("PT1H30M", MILLISECOND, 5_400_000, "PT90M"),
        ("PT24H", MILLISECOND, 86_400_000, "PT24H"),
        ("PT1H1M1.001S", MILLISECOND, 3_661_001, "PT3661.001S"),
        ("P10000Y", Month, 120_000, "P10000Y"),
        ("P0000000000000000000000001D", Day, 1, "P1D"),
    ] {
        let period = Period::from_iso(text).unwrap();
        assert_eq!((period.unit(), period.count()), (unit, count), "{text}");
        assert_eq!(Period::new(unit, count).unwrap(), period);
        assert_eq!(period.to_string(), shown);
        assert_eq!(Period::from_iso(shown), Ok(period));
    }
}

#[test]
fn what_is_no_period_is_refused_for_its_own_reason() {
    let refusal = |text: &str| Period::from_iso(text).unwrap_err().to_string();
    for text in [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "p1d",
        "P1",
        "PD",
        "P1X",
        "PT1D",
        "P1H",
        "P1S",
        "P1D1W",
        "P1M1Y",
        "P1D1D",
        "P1.5D",
        "PT1.5H",
        "PT1.S",
        "PT.5S",
        "PT1,5S",
        "PT1.5.5S",
        "P+1D",
        "P1D ",
        " P1D",
        "P1\u{e9}D",
        "PT1ST1S",
        "day",
    ] {
        let expected = "expected an ISO-8601 period such as P1D, P2W, P3M, PT90M or PT0.5S, found";
        assert_eq!(refusal(text), format!("{expected} {text:?}"));
    }
    for text in ["P1M2D", "P1Y1W", "P1DT1H", "P1MT1S", "P1WT0.001S"] {
        let expected = "expected a period of years and months only, of weeks and days only, or of hours, minutes and \
                        seconds only, found";
        assert_eq!(refusal(text), format!("{expected} {text}"));
    }
    for text in ["P0D", "PT0S", "P0Y0M0W0DT0H0M0.000S", "P-1D", "-P1D", "PT0.0000S"] {
        assert_eq!(refusal(text), format!("expected a period longer than nothing, found {text}"));
    }
    for text in ["PT0.0001S", "PT1.00000001S"] {
        assert_eq!(refusal(text), format!("expected a period of whole milliseconds, found {text}"));
    }
    for text in ["P10001Y", "P9999Y13M", "P3652426D", "PT315569520000.001S", "P99999999999999999999Y"] {
        assert_eq!(refusal(text), format!("expected a period of at most 10000 years, found {text}"));
    }
    assert!(refusal(&"P1".repeat(10_000)).len() < 200);
}

#[test]
fn counts_are_at_least_one_and_at_most_ten_thousand_years() {
    for (unit, most) in
        [(PeriodUnit::Month, 120_000), (PeriodUnit::Day, 3_652_425), (MILLISECOND, 315_569_520_000_000)]
    {
        assert_eq!(Period::new(unit, most).map(Period::count), Ok(most));
        assert!(matches!(Period::new(unit, most + 1), Err(PeriodError::TooLong { .. })));
        assert!(matches!(Period::new(unit, i64::MAX), Err(PeriodError::TooLong { .. })));
        for count in [0, -1, i64::MIN] {
            assert!(matches!(Period::new(unit, count), Err(PeriodError::NotPositive { .. })));
        }
    }
}
