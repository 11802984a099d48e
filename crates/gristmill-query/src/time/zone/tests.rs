use super::*;
use gristmill_storage::Timestamp;

fn zone(name: &str) -> Zone {
    Zone::from_name(name).unwrap()
}

#[track_caller]
fn check_instants(name: &str, cases: &[(&str, &str)]) {
    let zone = zone(name);
    for &(local, expected) in cases {
        let millis = zone.parse_instant(local).unwrap();
        assert_eq!(zone.text_of(millis).as_str(), expected, "{local} in {name}");
    }
}

#[test]
fn names() {
    for (name, shown) in [
        ("UTC", "UTC"),
        ("Z", "UTC"),
        ("+00:00", "UTC"),
        ("-00", "UTC"),
        ("+02:00", "+02:00"),
        ("-0530", "-05:30"),
        ("+14", "+14:00"),
        ("-18:00", "-18:00"),
        ("+01:00:15", "+01:00:15"),
        ("Europe/Helsinki", "Europe/Helsinki"),
        ("Etc/UTC", "Etc/UTC"),
        ("Etc/GMT-14", "Etc/GMT-14"),
        ("US/Pacific", "US/Pacific"),
        ("America/Port-au-Prince", "America/Port-au-Prince"),
    ] {
        assert_eq!(zone(name).to_string(), shown);
        assert_eq!(zone(shown), zone(name));
    }
    assert_ne!(zone("UTC"), zone("Etc/UTC"));
    assert_ne!(zone("+02:00"), zone("+03:00"));
    assert_ne!(zone("Europe/Paris"), zone("Europe/Rome"));
}

#[test]
fn unknown_names_get_suggestions() {
    let nearest = |name: &str| match Zone::from_name(name) {
        Err(ZoneError::Unknown { nearest, .. }) => nearest,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(nearest("europe/helsinki"), ["Europe/Helsinki"]);
    assert_eq!(nearest("America/New York"), ["America/New_York"]);
    assert_eq!(nearest("Helsinki")[0], "Europe/Helsinki");
    assert_eq!(nearest("Europe/Helsinky")[0], "Europe/Helsinki");
    assert_eq!(nearest("Asia/Calcuta")[0], "Asia/Calcutta");
    assert_eq!(nearest("utc")[0], "UTC");
    for name in ["", "+18:01", "+2:00", "Mars/Olympus_Mons", "\u{2212}02:00"] {
        assert_eq!(nearest(name), Vec::<&str>::new(), "{name}");
    }
    let message = Zone::from_name("europe/helsinki").unwrap_err().to_string();
    assert!(
        message.starts_with(
            "unknown time zone \"europe/helsinki\": did you mean Europe/Helsinki? A time zone is "
        ),
        "{message}"
    );
    let long = Zone::from_name(&"\u{e9}".repeat(100_000)).unwrap_err().to_string();
    assert!(long.len() < 400);
}

#[test]
fn database_version_is_a_release() {
    let version = tz_database_version();
    assert!(version.len() == 5 && version.starts_with("20"), "{version}");
}

#[test]
fn readings_in_gaps_and_overlaps() {
    check_instants(
        "Europe/Helsinki",
        &[
            ("2021-03-28T02:59:59.999", "2021-03-28T02:59:59.999+02:00"),
            ("2021-03-28T03:00", "2021-03-28T04:00:00.000+03:00"),
            ("2021-03-28T03:59:59.999", "2021-03-28T04:00:00.000+03:00"),
            ("2021-03-28T04:00", "2021-03-28T04:00:00.000+03:00"),
            ("2021-10-31T03:00", "2021-10-31T03:00:00.000+03:00"),
            ("2021-10-31T03:59:59.999", "2021-10-31T03:59:59.999+03:00"),
            ("2021-10-31T04:00", "2021-10-31T04:00:00.000+02:00"),
            ("2021-10-31T03:30+02:00", "2021-10-31T03:30:00.000+02:00"),
            ("2021-10-31T00:30Z", "2021-10-31T03:30:00.000+03:00"),
            ("1800-01-01", "1800-01-01T00:00:00.000+01:39:49"),
        ],
    );
    check_instants("Pacific/Apia", &[("2011-12-30", "2011-12-31T00:00:00.000+14:00")]);
    check_instants("Pacific/Apia", &[("2011-12-29T23:59", "2011-12-29T23:59:00.000-10:00")]);
    // The clock went back from 24:00 to 01:00 of the same day.
    check_instants("Pacific/Kwajalein", &[("1969-09-30T12:00", "1969-09-30T12:00:00.000+11:00")]);
    check_instants("Pacific/Kwajalein", &[("1993-08-21T10:00", "1993-08-22T00:00:00.000+12:00")]);
    check_instants("+05:30", &[("2021-01-01", "2021-01-01T00:00:00.000+05:30")]);
    check_instants("Africa/Monrovia", &[("1971-06-01", "1971-06-01T00:00:00.000-00:44:30")]);
}

#[test]
fn the_future_follows_the_rule_for_ever() {
    check_instants(
        "Europe/Helsinki",
        &[
            ("9999-07-01", "9999-07-01T00:00:00.000+03:00"),
            ("9999-12-01", "9999-12-01T00:00:00.000+02:00"),
            ("2400-03-26T03:30", "2400-03-26T04:00:00.000+03:00"),
        ],
    );
    check_instants("Asia/Tokyo", &[("9999-07-01", "9999-07-01T00:00:00.000+09:00")]);
}

#[test]
fn no_instant_overflows() {
    for zone in ["UTC", "+18:00", "-18:00", "Europe/Helsinki", "Pacific/Apia"].map(zone) {
        for millis in [i64::MIN, i64::MIN + 1, Timestamp::MIN.0, 0, Timestamp::MAX.0, i64::MAX - 1, i64::MAX]
        {
            let span = zone.span_at(millis);
            assert!(span.contains(millis) || millis == i64::MAX, "{zone} {millis} {span:?}");
            let _ = zone.resolve(millis);
            let _ = zone.text_of(millis).to_string();
        }
    }
}

/// An independent reader of the same database.
fn peer(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap()
}

/// The changes of a peer's offset in a range of seconds, with the offset from then on.
fn peer_changes(peer: &jiff::tz::TimeZone, from: i64, until: i64) -> Vec<(i64, i32)> {
    let start = jiff::Timestamp::from_second(from).unwrap();
    let mut offset = peer.to_offset(start).seconds();
    let mut changes = Vec::new();
    for transition in
        peer.following(start).take_while(|transition| transition.timestamp().as_second() < until)
    {
        if transition.offset().seconds() != offset {
            offset = transition.offset().seconds();
            changes.push((transition.timestamp().as_second(), offset));
        }
    }
    changes
}

fn changes(zone: Zone, from: i64, until: i64) -> Vec<(i64, i32)> {
    let mut changes = Vec::new();
    let mut span = zone.span_at(from * 1000);
    while span.until < until * 1000 {
        span = zone.span_at(span.until);
        assert_eq!(span.from % 1000, 0);
        changes.push((span.from / 1000, span.offset));
    }
    changes
}

#[test]
fn every_change_of_every_zone_is_the_peers() {
    let second = |text: &str| Timestamp::parse_iso(text).unwrap().0 / 1000;
    let ages = [("1700-01-01", "2105-01-01"), ("2395-06-01", "2440-06-01"), ("9940-01-01", "9990-01-01")];
    for name in zone_names() {
        let peer = peer(name);
        for (from, until) in ages.map(|(from, until)| (second(from), second(until))) {
            let zone = zone(name);
            assert_eq!(
                zone.offset_at(from * 1000),
                peer.to_offset(jiff::Timestamp::from_second(from).unwrap()).seconds()
            );
            assert_eq!(changes(zone, from, until), peer_changes(&peer, from, until), "{name}");
        }
    }
    assert!(zone_names().len() > 590);
}

#[test]
fn resolve_is_the_first_instant_of_a_reading_or_a_later_one() {
    const MINUTE: i64 = 60_000;
    for name in zone_names().step_by(7).chain(["Pacific/Kwajalein", "America/St_Johns", "America/Juneau"]) {
        let zone = zone(name);
        let shown = |millis: i64| millis + zone.span_at(millis).offset_millis();
        let mut span = zone.span_at(-4_000_000_000_000);
        for _ in 0..60 {
            for minutes in [-1600, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 1500] {
                let local = span.from.max(-5_000_000_000_000) + span.offset_millis() + minutes * MINUTE;
                let instant = zone.resolve(local);
                assert!(shown(instant) >= local, "{name} {local}");
                // Every instant of two days before shows an earlier reading, and those further back as well.
                for back in 1..=(2 * 24 * 60) {
                    assert!(shown(instant - back * MINUTE + MINUTE - 1) < local, "{name} {local} {back}");
                }
                assert!(zone.resolve(local - 1) <= instant);
            }
            if span.until == i64::MAX {
                break;
            }
            span = zone.span_at(span.until);
        }
    }
}
