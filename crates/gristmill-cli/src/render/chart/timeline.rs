//! A chart over time: one tall plot for one series, a low one each for several.

use super::axis::{Axis, OVERHANG, Unit};
use super::blocks::{self, Frame};
use super::scale::Scale;
use super::series::Series;
use super::spread::Spread;
use super::{Ink, braille};
use crate::render::number::{compact, count};
use console::{measure_text_width, truncate_str};

/// Rows of the plot of a single series, about.
const TALL: usize = 12;
/// Rows of each plot of several.
const LOW: usize = 3;
/// So many series are drawn; the rest is named by its number.
const MOST_SERIES: usize = 8;
/// So many columns at least go to the plot, however long the names beside it are.
const NARROWEST_PLOT: usize = 16;

/// The lines of the chart. `series` is not empty and each has a value or a gap for every label.
pub(super) fn draw(labels: &[String], series: &[Series], unit: Unit, width: usize, ink: Ink) -> Vec<String> {
    let mut lines = match series {
        [single] if single.label.is_empty() => tall(labels, single, unit, width, ink),
        several => low(labels, several, unit, width, ink),
    };
    let has_gaps = lines.iter().any(|line| line.contains(blocks::GAP));
    lines.extend(note(has_gaps, series.len().saturating_sub(MOST_SERIES), ink));
    lines
}

/// One plot with a scale at its left.
fn tall(labels: &[String], series: &Series, unit: Unit, width: usize, ink: Ink) -> Vec<String> {
    let scale = Scale::of(series.values.iter().flatten().copied());
    let rows_per_step = (TALL / scale.steps()).max(1);
    let frame = Frame {
        above: scale.above * rows_per_step,
        below: scale.below * rows_per_step,
        per_row: scale.step / rows_per_step as f64,
    };
    let gutter =
        scale.ticks_above().chain(scale.ticks_below()).map(|tick| compact(tick).len()).max().unwrap_or(1);
    let spread = Spread::new(labels.len(), width.saturating_sub(gutter + 2).max(NARROWEST_PLOT));
    let axis = Axis::of(labels, unit, spread);
    let rows = plot(&series.values, spread, frame);

    let margin = |tick: Option<f64>, mark: char| {
        let tick = tick.map(compact).unwrap_or_default();
        ink.faint(&format!("{tick:>gutter$} {mark}"))
    };
    let zero_line = |mark| format!("{}{}", margin(Some(0.0), mark), ink.faint(&axis.line));
    let mut lines = Vec::with_capacity(rows.len() + 3);
    for (at, row) in rows.iter().enumerate() {
        if at == frame.above {
            lines.push(zero_line('┼'));
        }
        let tick = tick_at(at, frame, scale, rows_per_step);
        let mark = if tick.is_some() { '┤' } else { '│' };
        lines.push(format!("{}{}", margin(tick, mark), ink.series(0, row)));
    }
    if frame.below == 0 {
        lines.push(zero_line('└'));
    }
    lines.extend(axis_names(&axis, gutter + 2, ink));
    lines
}

/// The names below the axis, whose line begins after `indent` columns.
fn axis_names(axis: &Axis, indent: usize, ink: Ink) -> impl Iterator<Item = String> {
    let indent = " ".repeat(indent.saturating_sub(OVERHANG));
    [&axis.near, &axis.far]
        .into_iter()
        .filter(|names| !names.is_empty())
        .map(move |names| format!("{indent}{}", ink.faint(names)))
}

/// The value at the outer edge of the row, where the scale has a step there.
fn tick_at(row: usize, frame: Frame, scale: Scale, rows_per_step: usize) -> Option<f64> {
    let rows_from_zero = if row < frame.above { frame.above - row } else { row + 1 - frame.above };
    let sign = if row < frame.above { 1.0 } else { -1.0 };
    (rows_from_zero % rows_per_step == 0).then(|| sign * (rows_from_zero / rows_per_step) as f64 * scale.step)
}

/// A low plot for each series, all on one scale, with its name at the left and its largest value at the right.
fn low(labels: &[String], series: &[Series], unit: Unit, width: usize, ink: Ink) -> Vec<String> {
    let series = &series[..series.len().min(MOST_SERIES)];
    let scale = Scale::of(series.iter().flat_map(|series| series.values.iter().flatten().copied()));
    let frame = low_frame(scale);
    let peaks: Vec<String> = series.iter().map(peak).collect();
    let peak_width = peaks.iter().map(String::len).max().unwrap_or(0);
    let name_limit = width.saturating_sub(peak_width + 3 + NARROWEST_PLOT).clamp(4, (width / 3).max(4));
    let names: Vec<String> =
        series.iter().map(|series| truncate_str(&series.label, name_limit, "…").into_owned()).collect();
    let name_width = names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
    let spread =
        Spread::new(labels.len(), width.saturating_sub(name_width + peak_width + 4).max(NARROWEST_PLOT));

    let mut lines = Vec::new();
    for (at, one) in series.iter().enumerate() {
        let rows = plot(&one.values, spread, frame);
        for (row_at, row) in rows.iter().enumerate() {
            let is_last = row_at + 1 == rows.len();
            let name = if is_last { padded(&names[at], name_width) } else { " ".repeat(name_width) };
            let peak = if is_last { &*peaks[at] } else { "" };
            lines.push(format!(
                "{} {}{} {}",
                ink.series(at, &name),
                ink.faint("│"),
                ink.series(at, row),
                ink.faint(peak)
            ));
        }
    }
    let axis = Axis::of(labels, unit, spread);
    lines.push(format!("{} {}", " ".repeat(name_width), ink.faint(&format!("└{}", axis.line))));
    lines.extend(axis_names(&axis, name_width + 2, ink));
    lines
}

fn low_frame(scale: Scale) -> Frame {
    let rows = |steps: usize| (LOW * steps).div_ceil(scale.steps());
    let (above, below) = (rows(scale.above), rows(scale.below));
    let worth =
        |steps: usize, rows: usize| if rows == 0 { 0.0 } else { steps as f64 * scale.step / rows as f64 };
    Frame { above, below, per_row: worth(scale.above, above).max(worth(scale.below, below)) }
}

fn peak(series: &Series) -> String {
    let peak = series.values.iter().flatten().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
    peak.map_or_else(|| "no value".to_owned(), |peak| format!("peak {}", compact(peak)))
}

/// Bars where every bucket has a column of its own, a line where it has not.
fn plot(values: &[Option<f64>], spread: Spread, frame: Frame) -> Vec<String> {
    if let Some(bar) = spread.bar() {
        return blocks::draw(values, spread, bar, frame);
    }
    let (low, high) = (frame.below as f64 * -frame.per_row, frame.above as f64 * frame.per_row);
    braille::draw(values, spread, low, high, frame.above + frame.below)
}

fn padded(text: &str, width: usize) -> String {
    let padding = width.saturating_sub(measure_text_width(text));
    format!("{text}{}", " ".repeat(padding))
}

/// What the picture alone does not tell.
fn note(has_gaps: bool, left_out: usize, ink: Ink) -> Option<String> {
    let mut notes = Vec::new();
    if left_out > 0 {
        notes.push(format!("and {} more with smaller values", count(left_out as u64)));
    }
    if has_gaps {
        notes.push(format!("{} no value", blocks::GAP));
    }
    (!notes.is_empty()).then(|| ink.faint(&notes.join("; ")))
}
