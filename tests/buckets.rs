//! The buckets, labels and local texts of every zone against an independent calendar, that of the testkit: around every
//! change of every clock from 1900 to 2100.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use gristmill::request::{Fetch, FetchContext, Interval};
use gristmill::time::{Bucket, Bucketer, Granularity, Period, PeriodUnit, Zone, zone_names};
use gristmill_testkit::oracle::{self, Calendar};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// 1900-01-01T00:00:00Z and 2100-01-01T00:00:00Z.
const PROVEN: [i64; 2] = [-2_208_988_800_000, 4_102_444_800_000];

/// 2000-01-31T00:30:00Z, a day that most months have not.
const ORIGIN: i64 = 949_278_600_000;

/// Every named granularity that has a calendar, and periods of every other rule, from their usual start and from an
/// origin.
fn granularities() -> Vec<Granularity> {
    let period = |text: &str| Period::from_iso(text).expect("a period");
    let usual = ["PT0.5S", "PT20M", "PT2H", "PT12H", "PT7M", "PT36H", "P3D", "P2W", "P5M", "P2Y"];
    let from_origin = ["PT1H", "P1D", "P1W", "P1M", "P7M"];
    let named = Granularity::NAMED.into_iter().map(|(_, granularity)| granularity);
    named
        .filter(|granularity| granularity.period().is_some())
        .chain(usual.map(|text| Granularity::from_period(period(text))))
        .chain(from_origin.map(|text| Granularity::Period { period: period(text), origin: Some(ORIGIN) }))
        .collect()
}

/// Instants around a change of the clock.
fn around(change: i64) -> [i64; 11] {
    [-DAY, -DAY / 2, -HOUR, -HOUR / 2, -1, 0, 1, HOUR / 2, HOUR, DAY / 2, DAY]
        .map(|distance| change + distance)
}

/// A zone, both ways.
struct Clock {
    zone: Zone,
    calendar: Calendar,
}

impl Clock {
    fn new(name: &str) -> Self {
        let zone = Zone::from_name(name).expect("a zone");
        Self { zone, calendar: Calendar::new(&zone) }
    }

    /// The instants at which it is put forth or back.
    fn changes(&self) -> Vec<i64> {
        self.calendar.changes(PROVEN[0], PROVEN[1])
    }

    fn bucketer(&self, granularity: Granularity) -> Bucketer {
        Bucketer::new(granularity, self.zone, Interval { start: 0, end: 0 })
    }
}

/// Tries the clock of every zone, on all cores; gives the sum of what comes back.
fn every_clock(try_clock: impl Fn(&Clock) -> usize + Sync) -> usize {
    let names: Vec<&str> = zone_names().collect();
    let (next, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sum.fetch_add(try_clock(&Clock::new(name)), Ordering::Relaxed);
                }
            });
        }
    });
    sum.into_inner()
}

#[test]
fn the_zones_are_those_of_the_calendar() {
    let ours: BTreeSet<String> = zone_names().map(str::to_owned).collect();
    assert_eq!(ours, Calendar::zone_names().into_iter().collect());
}

#[test]
fn every_bucket_is_the_calendars() {
    let granularities = granularities();
    let tried = every_clock(|clock| {
        let changes = clock.changes();
        // A zone that never changed its clock is tried at some instant.
        let instants = changes.iter().chain([&ORIGIN]);
        let pairs =
            instants.flat_map(|change| granularities.iter().map(|granularity| (*granularity, *change)));
        pairs.map(|(granularity, change)| try_buckets(clock, granularity, change)).sum()
    });
    assert!(tried > 10_000_000, "only {tried} instants were tried");
}

/// Tries the instants around a change of the clock; gives how many.
fn try_buckets(clock: &Clock, granularity: Granularity, change: i64) -> usize {
    let bucketer = clock.bucketer(granularity);
    let mut cursor = bucketer.cursor();
    let mut last: Option<Bucket> = None;
    for at in around(change) {
        let shown = || format!("{} {granularity:?} {}", clock.zone, clock.calendar.label(at));
        let expected = last.filter(|bucket| bucket.contains(at)).unwrap_or_else(|| {
            let oracle::Bucket { start, end } = clock.calendar.bucket(granularity, at);
            let bucket = Bucket { start, end };
            check_edges(clock, &bucketer, bucket);
            bucket
        });
        assert_eq!(bucketer.bucket_of(at), expected, "{}", shown());
        assert_eq!(cursor.bucket_of(at), expected, "by a cursor: {}", shown());
        last = Some(expected);
    }
    around(change).len()
}

/// That a bucket holds its first and its last instant, adjoins its neighbours, and has a label that tells its start, so
/// that no two buckets share one.
fn check_edges(clock: &Clock, bucketer: &Bucketer, bucket: Bucket) {
    let Bucket { start, end } = bucket;
    let label = clock.calendar.label(start);
    let shown = || format!("{} {bucketer:?} {label}", clock.zone);
    assert!(start < end, "{}", shown());
    assert_eq!(bucketer.bucket_of(start), bucket, "{}", shown());
    assert_eq!(bucketer.bucket_of(end - 1), bucket, "{}", shown());
    assert_eq!(bucketer.bucket_of(end).start, end, "{}", shown());
    assert_eq!(bucketer.bucket_of(start - 1).end, start, "{}", shown());
    assert_eq!(bucketer.label(bucket).as_str(), label, "{}", shown());
    assert_eq!(Zone::UTC.parse_instant(&label), Ok(start), "{}", shown());
}

#[test]
fn the_buckets_of_an_interval_follow_one_another() {
    let granularities = granularities();
    let tried = every_clock(|clock| {
        let changes = clock.changes();
        for change in &changes {
            for &granularity in &granularities {
                let reach = 3 * length(granularity);
                follow(&clock.bucketer(granularity), Interval { start: change - reach, end: change + reach });
            }
        }
        changes.len()
    });
    assert!(tried > 50_000, "only {tried} changes were tried");
}

/// About how long a bucket is, in milliseconds.
fn length(granularity: Granularity) -> i64 {
    let period = granularity.period().expect("a granularity with a calendar");
    let unit = match period.unit() {
        PeriodUnit::Month => 30 * DAY,
        PeriodUnit::Day => DAY,
        PeriodUnit::Millisecond => 1,
    };
    period.count() * unit
}

fn follow(bucketer: &Bucketer, asked: Interval) {
    let mut edge = None;
    for bucket in bucketer.buckets_overlapping(asked) {
        let shown = || format!("{bucketer:?} {}", bucketer.label(bucket));
        assert_eq!(bucketer.bucket_of(bucket.start), bucket, "{}", shown());
        match edge {
            None => assert!(bucket.contains(asked.start), "{}", shown()),
            Some(edge) => assert_eq!(edge, bucket.start, "{}", shown()),
        }
        edge = Some(bucket.end);
    }
    assert!(edge.is_some_and(|edge| edge >= asked.end), "{bucketer:?} {asked:?}");
}

/// The readings that a change of the clock skips or shows twice, and those before and after them, are the instants of
/// the calendar: the end of the gap, or the earlier one.
#[test]
fn every_local_text_is_the_calendars() {
    let utc = Calendar::new(&Zone::UTC);
    let tried = every_clock(|clock| {
        let mut tried = 0;
        for change in clock.changes() {
            for reading in readings(clock, change) {
                let text = utc.label(reading);
                let text = text.trim_end_matches('Z');
                let expected = clock.calendar.first_showing(reading);
                assert_eq!(start_of_interval(text, clock.zone), expected, "{} {text}", clock.zone);
                tried += 1;
            }
        }
        tried
    });
    assert!(tried > 500_000, "only {tried} texts were tried");
}

/// What the clock shows last before a change and first after it, what lies halfway, and the readings next to those.
fn readings(clock: &Clock, change: i64) -> Vec<i64> {
    let [before, after] = [change - 1, change].map(|at| change + clock.calendar.offset(at));
    [before, after, before.midpoint(after)]
        .iter()
        .flat_map(|at| [at - HOUR, at - 1, *at, at + 1, at + HOUR])
        .collect()
}

/// The start of an interval in a fetch.
fn start_of_interval(text: &str, zone: Zone) -> i64 {
    let interval = format!(r#"{{"start":"{text}","end":"9999-12-31","time_zone":"{zone}"}}"#);
    let fetch = format!(r#"{{"organization_id":"o","granularity":"all","interval":{interval}}}"#);
    Fetch::from_json(fetch, &FetchContext::new()).expect("a fetch").interval.start
}
