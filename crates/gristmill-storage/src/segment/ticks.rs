//! Where each run stands at regular instants: the edge of a bucket is looked up there, not searched for.

use super::cache::HeapBytes;
use super::{Run, RunTable, Timestamps};
use std::ops::Range;

/// Milliseconds between two ticks of a run, the narrowest first. Buckets of a quarter of an hour or longer start on
/// quarters of an hour of UTC in every zone of today.
const WIDTHS: [i64; 3] = [15 * 60_000, 60 * 60_000, 24 * 60 * 60_000];

/// A run has at most one tick for so many rows: a search among fewer is as fast as the look-up.
const MIN_ROWS_PER_TICK: i64 = 16;

/// The ticks of the runs of a segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticks {
    /// Of those runs that have enough rows, in their order.
    runs: Vec<RunTicks>,
}

/// Where one run stands at regular instants.
#[derive(Clone, Debug, PartialEq)]
pub struct RunTicks {
    /// The first row of the run.
    start: u32,
    /// Milliseconds between two ticks.
    width: i64,
    /// How many widths after 1970 the first tick is.
    first: i64,
    /// At each tick, the first row of the run at or after it. The first tick is not after the first row, the last one
    /// is after the last row.
    rows: Vec<u32>,
}

impl HeapBytes for Ticks {
    fn heap_bytes(&self) -> usize {
        self.runs.iter().map(|run| size_of::<RunTicks>() + size_of_val(&*run.rows)).sum()
    }
}

impl Ticks {
    /// The ticks of some runs.
    pub(super) fn of(runs: &RunTable, timestamps: &Timestamps) -> Self {
        Self { runs: runs.all().iter().filter_map(|run| RunTicks::of(run, timestamps)).collect() }
    }

    /// The ticks of the run that a row lies in; `None` where it has too few rows.
    pub fn of_run(&self, row: u32) -> Option<&RunTicks> {
        let after = self.runs.partition_point(|run| run.start <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        run.rows.last().is_some_and(|end| row < *end).then_some(run)
    }
}

impl RunTicks {
    fn of(run: &Run, timestamps: &Timestamps) -> Option<Self> {
        let ticks = |width: i64| run.max_time.div_euclid(width) - run.min_time.div_euclid(width) + 2;
        let most = i64::from(run.rows.end - run.rows.start) / MIN_ROWS_PER_TICK;
        let width = WIDTHS.into_iter().find(|width| ticks(*width) <= most)?;
        let first = run.min_time.div_euclid(width);
        let mut row = run.rows.start;
        // The first tick is not after the first row, the others have to be found.
        let rows = (0..ticks(width)).map(|tick| {
            if tick > 0 {
                row = timestamps.first_at_or_after(row..run.rows.end, (first + tick).saturating_mul(width));
            }
            row
        });
        Some(Self { start: run.rows.start, width, first, rows: rows.collect() })
    }

    /// The first row at or after an instant is one of these, or their end.
    fn around(&self, instant: i64) -> Range<u32> {
        let (Some(start), Some(end)) = (self.rows.first(), self.rows.last()) else { return 0..0 };
        let Ok(tick) = usize::try_from(instant.div_euclid(self.width) - self.first) else {
            return *start..*start;
        };
        match (self.rows.get(tick), self.rows.get(tick + 1)) {
            (Some(row), _) if instant.rem_euclid(self.width) == 0 => *row..*row,
            (Some(row), Some(next)) => *row..*next,
            _ => *end..*end,
        }
    }
}

/// The timestamps of one run.
#[derive(Clone, Copy, Debug)]
pub struct RunTimes<'s> {
    timestamps: &'s Timestamps,
    ticks: Option<&'s RunTicks>,
}

impl<'s> RunTimes<'s> {
    /// The timestamps of the run that a row lies in.
    pub fn new(timestamps: &'s Timestamps, ticks: &'s Ticks, row: u32) -> Self {
        Self { timestamps, ticks: ticks.of_run(row) }
    }

    /// The instant of a row of the segment.
    pub fn get(&self, row: u32) -> i64 {
        self.timestamps.get(row as usize)
    }

    /// The first row of `rows`, which lie within the run, at or after `instant`; `rows.end` where there is none.
    pub fn first_at_or_after(&self, rows: Range<u32>, instant: i64) -> u32 {
        let Some(ticks) = self.ticks else { return self.timestamps.first_at_or_after(rows, instant) };
        let around = ticks.around(instant);
        let among = around.start.max(rows.start)..around.end.min(rows.end);
        if among.is_empty() {
            // All of `rows` are on one side, or the tick tells the row.
            around.start.clamp(rows.start, rows.end)
        } else {
            self.timestamps.first_at_or_after(among, instant)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ValueStats;
    use super::super::index::index;
    use super::*;
    use proptest::prelude::*;

    fn run(instants: &[i64], start: usize) -> Run {
        Run {
            organization: 1,
            vendor: 1,
            rows: index(start)..index(instants.len()),
            min_time: instants[start],
            max_time: instants[instants.len() - 1],
            values: ValueStats::NONE,
        }
    }

    proptest! {
        #[test]
        fn ticks_find_what_a_scan_finds(
            mut times in prop::collection::vec(-300_i64..300, 40..600),
            scale in prop::sample::select(vec![WIDTHS[0] / 40, WIDTHS[0] / 40 + 1, WIDTHS[1] / 8]),
            start in 0_usize..20,
            part in (0_usize..600, 0_usize..600),
            instants in prop::collection::vec((-320_i64..320, -1_i64..=1), 30),
        ) {
            times.iter_mut().for_each(|time| *time *= scale);
            times[start..].sort_unstable();
            let timestamps = Timestamps::of(times.iter().copied());
            let ticks = Ticks::of(&RunTable { runs: vec![run(&times, start)] }, &timestamps);
            let found = RunTimes::new(&timestamps, &ticks, index(start));
            let clip = |at: usize| at.clamp(start, times.len());
            let rows = clip(part.0).min(clip(part.1))..clip(part.0).max(clip(part.1));
            for (instant, by) in instants {
                let instant = instant * scale + by;
                let expected = rows.clone().find(|row| times[*row] >= instant).unwrap_or(rows.end);
                let got = found.first_at_or_after(index(rows.start)..index(rows.end), instant);
                prop_assert_eq!(got as usize, expected);
            }
        }
    }

    #[test]
    fn a_run_has_the_narrowest_ticks_that_it_has_rows_for() {
        let times = |rows: i64, each: i64| (0..rows).map(|row| row * each).collect::<Vec<_>>();
        for (times, width) in [
            (times(4_000, 10_000), Some(WIDTHS[0])),
            (times(4_000, 100_000), Some(WIDTHS[1])),
            (times(4_000, 3_600_000), Some(WIDTHS[2])),
            (times(4_000, 36_000_000), None),
            (times(16, 1), None),
        ] {
            let timestamps = Timestamps::of(times.iter().copied());
            let ticks = Ticks::of(&RunTable { runs: vec![run(&times, 0)] }, &timestamps);
            assert_eq!(ticks.of_run(0).map(|run| run.width), width);
            assert!(ticks.of_run(index(times.len())).is_none());
        }
    }
}
