//! A table for people.

use crate::render::number::Decimals;
use crate::render::text::group_text;
use crate::render::{Ink, Role, Sheet};
use comfy_table::{Attribute, CellAlignment, Color, ContentArrangement, Table, presets};
use gristmill::response::Cell;
use std::io::{self, Write};

/// Writes the sheet as a table. Numbers stand to the right and are rounded to a few digits; the data formats have them
/// in full. Cells wrap where `width` columns of a terminal are not enough.
pub(crate) fn write_table(
    sheet: &Sheet<'_>,
    width: Option<u16>,
    ink: Ink,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    if ink.is_coloured() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    let decimals: Vec<Decimals> = (0..sheet.columns().len()).map(|at| decimals(sheet, at)).collect();
    table.set_header(sheet.columns().iter().map(|column| {
        comfy_table::Cell::new(group_text(column.name)).add_attribute(Attribute::Bold).set_alignment(
            if column.role == Role::Metric { CellAlignment::Right } else { CellAlignment::Left },
        )
    }));
    for row in sheet.rows() {
        table.add_row(row.iter().zip(&decimals).map(|(cell, &decimals)| table_cell(cell, decimals)));
    }
    writeln!(out, "{table}")
}

fn decimals(sheet: &Sheet<'_>, at: usize) -> Decimals {
    Decimals::for_numbers(sheet.rows().filter_map(|row| match row[at] {
        Cell::Float(number) => Some(number),
        _ => None,
    }))
}

fn table_cell(cell: &Cell<'_>, decimals: Decimals) -> comfy_table::Cell {
    match cell {
        Cell::Null => comfy_table::Cell::new("null").fg(Color::DarkGrey),
        Cell::Text(text) => comfy_table::Cell::new(group_text(text)),
        Cell::Timestamp(label) => comfy_table::Cell::new(label.as_str()),
        Cell::Integer(number) => comfy_table::Cell::new(number).set_alignment(CellAlignment::Right),
        Cell::Float(number) => {
            comfy_table::Cell::new(decimals.format(*number)).set_alignment(CellAlignment::Right)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sheet::tests::{instant, sheet};

    fn table(rows: Vec<Vec<Cell<'_>>>) -> String {
        let mut out = Vec::new();
        write_table(&sheet(&["label"], &["count", "avg"], rows), None, Ink::Plain, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_stand_right_and_nulls_differ_from_texts() {
        let text = table(vec![
            vec![
                instant("2019-01-07T00:00:00.000Z"),
                Cell::Text("null"),
                Cell::Integer(7),
                Cell::Float(1.25),
            ],
            vec![instant("2019-01-08T00:00:00.000Z"), Cell::Null, Cell::Integer(1_000), Cell::Null],
            vec![instant("2019-01-09T00:00:00.000Z"), Cell::Text(""), Cell::Integer(0), Cell::Float(10.0)],
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[3].contains("\"null\"") && lines[3].contains("    7 ") && lines[3].contains(" 1.25 "),
            "{text}"
        );
        assert!(lines[4].contains(" null ") && lines[4].contains(" 1000 "), "{text}");
        assert!(lines[5].contains(" \"\" ") && lines[5].contains(" 10.00 "), "{text}");
    }

    #[test]
    fn terminal_codes_of_events_do_not_reach_the_terminal() {
        let text = table(vec![vec![
            instant("2019-01-07T00:00:00.000Z"),
            Cell::Text("\u{1b}[2J"),
            Cell::Integer(1),
            Cell::Null,
        ]]);
        assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}[2J"), "{text}");
    }
}
