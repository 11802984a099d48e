//! When events arrive.

use crate::random::Random;

const HOUR: u64 = 3_600_000;
const HOURS_A_DAY: u64 = 24;

/// How much happens in each hour of a day, from midnight on.
const BY_HOUR: [u32; 24] =
    [18, 12, 8, 6, 6, 9, 20, 42, 70, 88, 96, 100, 94, 96, 98, 94, 86, 78, 72, 76, 80, 72, 52, 32];
/// How much happens on each day of a week, in percent; a Thursday, as 1970-01-01 was, comes first.
const BY_DAY: [u32; 7] = [100, 94, 52, 46, 104, 102, 102];
/// The epoch day's place in the week does not depend on the start, so neither does the rhythm of a given date.
const DAYS_A_WEEK: i64 = 7;

/// The instants at which events arrive, in order: events are spread over the hours by weight, and evenly in an hour.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    /// Milliseconds since 1970 at which the first hour begins.
    start: i64,
    hours: u64,
    /// The hour at hand, and the weight of all hours before it.
    hour: u64,
    before: u64,
    total: u64,
    events: u64,
    next: u64,
}

impl Arrivals {
    pub(crate) fn new(start: i64, days: u32, events: u64) -> Self {
        let hours = u64::from(days.clamp(1, 36_500)) * HOURS_A_DAY;
        let total = (0..hours).map(|hour| weight(start, hour)).sum();
        Self { start, hours, hour: 0, before: 0, total, events, next: 0 }
    }

    /// The next instant, in milliseconds since 1970; rises from call to call but for a jitter of less than a gap.
    pub(crate) fn next(&mut self, random: &mut Random) -> i64 {
        // The event's place in the weight of all hours, in 2^32nds of a unit, at random within its own stretch.
        let place = |number: u64| {
            ((u128::from(number) * u128::from(self.total)) << 32) / u128::from(self.events.max(1))
        };
        let (low, high) = (place(self.next), place(self.next + 1));
        let target = low + (((high - low) * u128::from(random.next() >> 32)) >> 32);
        self.next += 1;

        let mut weight = weight(self.start, self.hour);
        while self.hour + 1 < self.hours && target >= u128::from(self.before + weight) << 32 {
            self.before += weight;
            self.hour += 1;
            weight = self::weight(self.start, self.hour);
        }
        let within = target - (u128::from(self.before) << 32);
        let millis = (within * u128::from(HOUR) / (u128::from(weight) << 32)).min(u128::from(HOUR - 1));
        let offset = self.hour * HOUR + u64::try_from(millis).unwrap_or(0);
        self.start.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX))
    }
}

/// How much happens in that hour after the start.
fn weight(start: i64, hour: u64) -> u64 {
    let hours = start.div_euclid(3_600_000).saturating_add(i64::try_from(hour).unwrap_or(i64::MAX));
    let of_day = usize::try_from(hours.rem_euclid(24)).unwrap_or(0);
    let of_week = usize::try_from(hours.div_euclid(24).rem_euclid(DAYS_A_WEEK)).unwrap_or(0);
    u64::from(BY_HOUR[of_day]) * u64::from(BY_DAY[of_week])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: i64 = 1_704_067_200_000;

    fn arrivals(start: i64, days: u32, events: u64) -> Vec<i64> {
        let mut random = Random::new(1);
        let mut arrivals = Arrivals::new(start, days, events);
        (0..events).map(|_| arrivals.next(&mut random)).collect()
    }

    #[test]
    fn arrivals_rise_and_fill_the_days() {
        let instants = arrivals(MONDAY, 7, 50_000);
        assert!(instants.is_sorted());
        let day = 86_400_000;
        assert!(instants.iter().all(|instant| (MONDAY..MONDAY + 7 * day).contains(instant)));
        assert!(instants[0] < MONDAY + 3_600_000 && *instants.last().unwrap() > MONDAY + 7 * day - 3_600_000);
    }

    #[test]
    fn days_and_nights_and_weekends_differ() {
        let instants = arrivals(MONDAY, 14, 100_000);
        let count = |day: i64, hours: std::ops::Range<i64>| {
            let day = MONDAY + day * 86_400_000;
            let range = day + hours.start * 3_600_000..day + hours.end * 3_600_000;
            instants.iter().filter(|instant| range.contains(instant)).count()
        };
        assert!(count(0, 10..14) > 8 * count(0, 1..5));
        assert!(count(6, 0..24) * 2 < count(1, 0..24) + count(1, 0..24) / 10);
        assert!(count(0, 0..24).abs_diff(count(7, 0..24)) < 10);
    }

    #[test]
    fn few_events_and_odd_starts_are_fine() {
        assert_eq!(arrivals(MONDAY, 0, 1).len(), 1);
        let early = -62_135_596_800_000;
        assert!(arrivals(early, 36_500, 3).iter().all(|&instant| instant >= early));
    }
}
