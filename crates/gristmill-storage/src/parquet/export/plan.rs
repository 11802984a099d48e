//! Which events make a file: those of a day in UTC, or of a part of it where they are many.

use super::{ExportError, ExportOptions};
use crate::schema::Dimension;
use crate::segment::{Dictionary, Run, Segment, SegmentError};
use crate::timestamp::{Date, MILLIS_PER_DAY};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The events of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Within a day, in milliseconds.
    pub(super) time: Range<i64>,
    pub(super) rows: u64,
    /// Which file of its day it is.
    number: usize,
}

impl Cell {
    /// Days since 1970-01-01 in UTC.
    pub(super) fn day(&self) -> i64 {
        self.time.start.div_euclid(MILLIS_PER_DAY)
    }

    /// The path of the file below the folder.
    pub(super) fn name(&self) -> String {
        let Date { year, month, day } = Date::from_days(self.day());
        format!("date={year:04}-{month:02}-{day:02}/events-{:04}.parquet", self.number)
    }
}

/// The cells of all events that are asked for, in the order of time; none is empty.
pub(super) fn cells(segments: &[Arc<Segment>], options: &ExportOptions) -> Result<Vec<Cell>, ExportError> {
    let organization = options.organization.as_deref();
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    for segment in segments {
        for rows in rows_within(segment, organization, &options.time)? {
            count_days(segment, rows, &mut days)?;
        }
    }
    let mut cells = Vec::new();
    for (day, rows) in days {
        let start = day * MILLIS_PER_DAY;
        let time = start.max(options.time.start)..(start + MILLIS_PER_DAY).min(options.time.end);
        let first = cells.len();
        split(segments, options, Cell { time, rows, number: 0 }, &mut cells)?;
        cells[first..].iter_mut().enumerate().for_each(|(number, cell)| cell.number = number);
    }
    Ok(cells)
}

/// All rows of some cells.
pub(super) fn rows(cells: &[Cell]) -> u64 {
    cells.iter().map(|cell| cell.rows).sum()
}

/// Cells that follow one another and have at most so many rows together, or are one.
pub(super) fn windows(cells: &[Cell], most: u64) -> impl Iterator<Item = &[Cell]> {
    let mut rest = cells;
    std::iter::from_fn(move || {
        let mut total = 0;
        let fits = |cell: &&Cell| {
            total += cell.rows;
            total <= most
        };
        let count = rest.iter().take_while(fits).count().max(1).min(rest.len());
        let (window, after) = rest.split_at(count);
        rest = after;
        (!window.is_empty()).then_some(window)
    })
}

/// Adds rows of one run, none of them deleted, to the days they are in.
fn count_days(
    segment: &Segment,
    mut rows: Range<u32>,
    days: &mut BTreeMap<i64, u64>,
) -> Result<(), SegmentError> {
    let timestamps = segment.timestamps()?;
    while !rows.is_empty() {
        let day = timestamps.get(rows.start as usize).div_euclid(MILLIS_PER_DAY);
        let end = timestamps.first_at_or_after(rows.clone(), (day + 1) * MILLIS_PER_DAY);
        *days.entry(day).or_default() += u64::from(end - rows.start);
        rows.start = end;
    }
    Ok(())
}

/// Halves the time of a cell until its rows are few enough, or of one instant.
fn split(
    segments: &[Arc<Segment>],
    options: &ExportOptions,
    cell: Cell,
    cells: &mut Vec<Cell>,
) -> Result<(), SegmentError> {
    let Range { start, end } = cell.time;
    if cell.rows == 0 {
        return Ok(());
    }
    if cell.rows <= options.file_rows || end - start <= 1 {
        cells.push(cell);
        return Ok(());
    }
    let middle = start + (end - start) / 2;
    let mut before = 0;
    for segment in segments {
        let rows = rows_within(segment, options.organization.as_deref(), &(start..middle))?;
        before += rows.iter().map(|rows| u64::from(rows.end - rows.start)).sum::<u64>();
    }
    split(segments, options, Cell { time: start..middle, rows: before, number: 0 }, cells)?;
    let after = cell.rows.saturating_sub(before);
    split(segments, options, Cell { time: middle..end, rows: after, number: 0 }, cells)
}

/// The rows of a segment within some milliseconds that are not deleted, of one organization or of all. Each range is of one
/// run.
pub(super) fn rows_within(
    segment: &Segment,
    organization: Option<&str>,
    time: &Range<i64>,
) -> Result<Vec<Range<u32>>, SegmentError> {
    let meta = segment.meta();
    if meta.max_time < time.start
        || meta.min_time >= time.end
        || organization.is_some_and(|organization| !meta.organizations.may_hold(organization))
    {
        return Ok(Vec::new());
    }
    let runs = segment.runs()?;
    let of_organization = match organization {
        None => runs.all(),
        Some(organization) => match &*segment.dictionary(Dimension::OrganizationId)? {
            Dictionary::Text(texts) => match texts.find(organization) {
                Some(code) => runs.of_organization(code),
                None => &[],
            },
            Dictionary::Integer(_) => &[],
        },
    };
    let mut found = Vec::new();
    for run in of_organization {
        found.extend(segment.alive().stretches(rows_of_run(segment, run, time)?));
    }
    found.retain(|rows| !rows.is_empty());
    Ok(found)
}

fn rows_of_run(segment: &Segment, run: &Run, time: &Range<i64>) -> Result<Range<u32>, SegmentError> {
    let mut rows = run.rows.clone();
    if run.max_time < time.start || run.min_time >= time.end {
        return Ok(0..0);
    }
    if run.min_time < time.start {
        rows.start = segment.timestamps()?.first_at_or_after(rows.clone(), time.start);
    }
    if run.max_time >= time.end {
        rows.end = segment.timestamps()?.first_at_or_after(rows.clone(), time.end);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_few_rows_or_one_cell() {
        let cell = |rows: u64| Cell { time: 0..1, rows, number: 0 };
        let cells = [3, 4, 9, 1, 1, 8, 20, 20].map(cell);
        let windows: Vec<u64> = windows(&cells, 10).map(rows).collect();
        assert_eq!(windows, [7, 10, 9, 20, 20]);
    }
}
