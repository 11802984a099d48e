//! Random instants and zones.

use gristmill::Timestamp;
use gristmill::time::Zone;
use proptest::prelude::*;
use proptest::sample::select;

/// Zones of every habit: north and south, east and west of the date line, off the hour, with midnights that are left
/// out or come twice, with a day that never was, with seconds, without any change.
const ZONES: [&str; 20] = [
    "UTC",
    "+02:00",
    "-03:30",
    "Europe/Helsinki",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Havana",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Juneau",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Manila",
    "Africa/Monrovia",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
];

/// Instants at which the clocks of those zones change, and the ends of calendars, in milliseconds.
const LANDMARKS: [i64; 16] = [
    0,
    1_616_893_200_000, // 2021-03-28T01:00:00Z, Europe
    1_635_642_000_000, // 2021-10-31T01:00:00Z, Europe
    1_730_613_600_000, // 2024-11-03T06:00:00Z, New York
    1_615_698_000_000, // 2021-03-14T05:00:00Z, Havana
    1_636_261_200_000, // 2021-11-07T05:00:00Z, Havana
    1_541_300_400_000, // 2018-11-04T03:00:00Z, Sao Paulo
    1_550_368_800_000, // 2019-02-17T02:00:00Z, Sao Paulo
    1_289_097_060_000, // 2010-11-07T02:31:00Z, St John's
    504_901_800_000,   // 1985-12-31T18:30:00Z, Kathmandu
    63_593_070_000,    // 1972-01-07T00:44:30Z, Monrovia
    1_617_462_000_000, // 2021-04-03T15:00:00Z, Lord Howe
    1_325_239_200_000, // 2011-12-30T10:00:00Z, Apia
    1_704_067_200_000, // 2024-01-01T00:00:00Z
    Timestamp::MIN.0,
    Timestamp::MAX.0,
];

/// How far from a landmark most instants are, in milliseconds: now and then on the other side of midnight.
pub(super) const NEAR: i64 = 30 * 3_600_000;

/// Any of the landmarks.
pub(super) fn landmark() -> impl Strategy<Value = i64> {
    select(&LANDMARKS[..])
}

/// Any instant that an event may have, most of them close to a change of some clock.
pub fn instant() -> impl Strategy<Value = i64> {
    let near = (landmark(), -NEAR..NEAR, select(&[1, 1_000, 60_000, 1_800_000][..]))
        .prop_map(|(landmark, away, grain)| landmark + away - away % grain);
    let anywhere = Timestamp::MIN.0..=Timestamp::MAX.0;
    let this_century = 946_684_800_000_i64..1_893_456_000_000;
    prop_oneof![8 => near, 1 => landmark(), 1 => this_century, 1 => anywhere]
        .prop_map(|instant| instant.clamp(Timestamp::MIN.0, Timestamp::MAX.0))
}

/// The name of any of a few zones.
pub(super) fn zone_name() -> impl Strategy<Value = &'static str> {
    select(&ZONES[..])
}

/// Any of a few zones.
#[expect(clippy::expect_used, reason = "the names are fixed")]
pub fn zone() -> impl Strategy<Value = Zone> {
    zone_name().prop_map(|name| Zone::from_name(name).expect("a zone of the database"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn landmarks_are_where_they_say() {
        for (at, text) in [
            (2, "2021-10-31T01:00:00Z"),
            (3, "2024-11-03T06:00:00Z"),
            (4, "2021-03-14T05:00:00Z"),
            (5, "2021-11-07T05:00:00Z"),
            (6, "2018-11-04T03:00:00Z"),
            (7, "2019-02-17T02:00:00Z"),
            (8, "2010-11-07T02:31:00Z"),
            (9, "1985-12-31T18:30:00Z"),
            (10, "1972-01-07T00:44:30Z"),
            (11, "2021-04-03T15:00:00Z"),
            (12, "2011-12-30T10:00:00Z"),
        ] {
            let instant: jiff::Timestamp = text.parse().expect("an instant");
            assert_eq!(LANDMARKS[at], instant.as_millisecond(), "{text}");
        }
    }
}
