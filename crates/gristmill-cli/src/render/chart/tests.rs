//! Whole charts, as they are read.

use super::*;
use crate::render::Role;
use crate::render::sheet::tests::{instant, sheet};
use gristmill::response::Cell;

fn draw(sheet: &Sheet<'_>, width: usize, unit: Unit) -> String {
    let metric = sheet.positions(Role::Metric).next().unwrap();
    let chart = Chart {
        sheet,
        metric,
        title: "count by day".to_owned(),
        buckets: Vec::new(),
        unit,
        width,
        ink: Ink::Plain,
    };
    let mut out = Vec::new();
    chart.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn day(day: usize) -> String {
    format!("2021-11-{day:02}T00:00:00.000Z")
}

#[test]
fn one_series_is_a_tall_plot() {
    let labels: Vec<String> = (1..=6).map(day).collect();
    let counts = [
        Cell::Integer(1),
        Cell::Integer(2),
        Cell::Null,
        Cell::Integer(0),
        Cell::Integer(4),
        Cell::Integer(3),
    ];
    let rows = labels.iter().zip(counts).map(|(label, count)| vec![instant(label), count]).collect();
    let text = draw(&sheet(&[], &["count"], rows), 40, Unit::Day);
    let expected = "\
count by day
4 ┤                        ████
  │                        ████
  │                        ████
3 ┤                        ████  ████
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("0 └─┬─"), "{text}");
    assert!(text.ends_with("· no value\n"), "{text}");
}

#[test]
fn groups_are_low_plots_and_the_rest_is_counted() {
    let labels: Vec<String> = (1..=3).map(day).collect();
    let names: Vec<String> = (0..11).map(|group| format!("group {group:02}")).collect();
    let mut rows = Vec::new();
    for (at, name) in names.iter().enumerate() {
        for label in &labels {
            rows.push(vec![instant(label), Cell::Text(name), Cell::Integer(i64::try_from(at).unwrap())]);
        }
    }
    let text = draw(&sheet(&["label"], &["count"], rows), 60, Unit::Day);
    assert!(text.contains("group 10 │") && text.contains("peak 10"), "{text}");
    assert!(!text.contains("group 02") && text.contains("and 3 more with smaller values"), "{text}");
}

#[test]
fn one_bucket_is_a_bar_a_row() {
    let row = |name, sum| vec![instant("2021-11-01T00:00:00.000Z"), name, Cell::Float(sum)];
    let rows = vec![
        row(Cell::Text("widget"), 8.0),
        row(Cell::Null, -4.0),
        row(Cell::Text("日本"), 1.5),
        row(Cell::Text(""), 0.0),
    ];
    let text = draw(&sheet(&["label"], &["sum"], rows), 40, Unit::Day);
    let expected = "\
count by day
widget          │██████████████████ 8.0
null   █████████│ -4.0
日本            │███▍ 1.5
\"\"              │ 0.0
";
    assert_eq!(text, expected, "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let labels: Vec<String> = (0..700).map(|at| format!("{:04}-01-01T00:00:00.000Z", 1_000 + at)).collect();
    let long = "a very long name of a group that does not fit".to_owned();
    for width in [40, 80, 133] {
        for days in [1, 2, 31, 700] {
            let row = |label| vec![instant(label), Cell::Text(&long), Cell::Float(-1234.5)];
            let rows = labels[..days].iter().map(|label| row(label)).collect();
            let text = draw(&sheet(&["label"], &["sum"], rows), width, Unit::Year);
            for line in text.lines() {
                assert!(
                    console::measure_text_width(line) <= width,
                    "{days} days in {width} columns:\n{text}"
                );
            }
        }
    }
}

#[test]
fn an_empty_answer_says_so() {
    assert!(draw(&sheet(&["label"], &["sum"], Vec::new()), 80, Unit::Day).contains("no rows"));
}
