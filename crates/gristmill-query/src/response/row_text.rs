//! The rows of an answer as text, in the form that a file of its own says: JSON or CSV.

use super::answer::{Answer, GroupColumn};
use super::metric::MetricColumn;
use crate::exec::Value;
use crate::time::Zone;
use std::io::{self, Write};
use std::ops::Range;

/// How much text is gathered before it is handed on, in bytes.
const CHUNK: usize = 64 * 1024;

/// What one form has that another has not. In all of them commas stand between the fields of a row.
pub(super) trait RowForm {
    /// Between two rows.
    const BETWEEN: &'static [u8];
    /// Where a row begins.
    const OPEN: &'static [u8];
    /// Where a row ends.
    const CLOSE: &'static [u8];
    /// On both sides of a bucket's label, which holds nothing that would have to be escaped.
    const LABEL_QUOTE: &'static [u8];
    /// What stands for null.
    const NULL: &'static [u8];

    /// Writes a text.
    fn write_text(value: &str, text: &mut Vec<u8>);
}

/// An empty buffer with room for a chunk and the row that goes beyond it.
pub(super) fn chunk() -> Vec<u8> {
    Vec::with_capacity(CHUNK + 4096)
}

/// Writes all rows behind what `text` holds, and leaves the last of them there.
pub(super) fn write_rows<F: RowForm>(
    answer: &Answer,
    text: &mut Vec<u8>,
    writer: &mut impl Write,
) -> io::Result<()> {
    let mut groups: Vec<GroupTexts<'_>> = answer.groups.iter().map(GroupTexts::new).collect();
    let mut label = Label { zone: answer.zone, start: None, text: Vec::new() };
    for (row, start) in answer.starts.iter().enumerate() {
        if row > 0 {
            text.extend_from_slice(F::BETWEEN);
        }
        text.extend_from_slice(F::OPEN);
        text.extend_from_slice(label.of::<F>(*start));
        groups.iter_mut().for_each(|group| group.write::<F>(row, text));
        answer.metrics.iter().for_each(|column| write_figure::<F>(column, row, text));
        text.extend_from_slice(F::CLOSE);
        if text.len() >= CHUNK {
            writer.write_all(text)?;
            text.clear();
        }
    }
    Ok(())
}

/// The label of a bucket, written once for rows of the same bucket.
struct Label {
    zone: Zone,
    start: Option<i64>,
    text: Vec<u8>,
}

impl Label {
    fn of<F: RowForm>(&mut self, start: i64) -> &[u8] {
        if self.start != Some(start) {
            self.start = Some(start);
            self.text.clear();
            self.text.extend_from_slice(F::LABEL_QUOTE);
            self.text.extend_from_slice(self.zone.text_of(start).as_bytes());
            self.text.extend_from_slice(F::LABEL_QUOTE);
        }
        &self.text
    }
}

/// The values of a dimension as text, each made once and not once a row.
struct GroupTexts<'a> {
    column: &'a GroupColumn,
    /// By number: where its comma and value lie in `texts`; empty until it is first asked for.
    places: Vec<Range<usize>>,
    texts: Vec<u8>,
}

/// Texts are kept up to so many bytes; beyond, each is made anew.
const KEPT_TEXTS: usize = 64 << 20;

impl<'a> GroupTexts<'a> {
    fn new(column: &'a GroupColumn) -> Self {
        // An answer of few rows does not pay for the values of all others.
        let kept = if column.values.len() <= column.ids.len() { column.values.len() } else { 0 };
        Self { column, places: vec![0..0; kept], texts: Vec::new() }
    }

    fn write<F: RowForm>(&mut self, row: usize, text: &mut Vec<u8>) {
        let id = self.column.ids[row];
        let value = self.column.values.get(id);
        let Some(place) = self.places.get_mut(id as usize) else { return write_value::<F>(value, text) };
        if place.end == 0 && self.texts.len() < KEPT_TEXTS {
            let start = self.texts.len();
            write_value::<F>(value, &mut self.texts);
            *place = start..self.texts.len();
        }
        if place.end == 0 {
            write_value::<F>(value, text);
        } else {
            text.extend_from_slice(&self.texts[place.clone()]);
        }
    }
}

/// Writes a comma and a value.
fn write_value<F: RowForm>(value: Value<'_>, text: &mut Vec<u8>) {
    text.push(b',');
    match value {
        Value::Null => text.extend_from_slice(F::NULL),
        Value::Text(value) => F::write_text(value, text),
        Value::Integer(integer) => text.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes()),
    }
}

/// Writes a comma and a figure.
fn write_figure<F: RowForm>(column: &MetricColumn, row: usize, text: &mut Vec<u8>) {
    let write_integer = |figure: u64, text: &mut Vec<u8>| {
        text.extend_from_slice(itoa::Buffer::new().format(figure).as_bytes());
    };
    text.push(b',');
    match column {
        MetricColumn::Integers(figures) => write_integer(figures[row], text),
        MetricColumn::Sketches(figures) => write_integer(figures[row].estimate, text),
        MetricColumn::Floats(figures) => match figures[row] {
            Some(figure) => text.extend_from_slice(zmij::Buffer::new().format_finite(figure).as_bytes()),
            None => text.extend_from_slice(F::NULL),
        },
    }
}
