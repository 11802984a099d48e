//! The answer as JSON, byte for byte the same for the same store and fetch.

use super::answer::{Answer, GroupColumn};
use super::metric::MetricColumn;
use crate::exec::Value;
use crate::time::Zone;
use serde_json::json;
use std::io::{self, Write};
use std::ops::Range;

/// How much text is gathered before it is handed on, in bytes.
const CHUNK: usize = 64 * 1024;

impl Answer {
    /// The answer as one line of JSON.
    pub fn to_json(&self) -> String {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail, and every part written is UTF-8.
        let _ = self.write_json(&mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Writes the answer as one line of JSON, without a line's end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut text = Vec::with_capacity(CHUNK + 4096);
        text.extend_from_slice(b"{\"fields\":");
        let fields: Vec<_> =
            self.fields.iter().map(|field| json!({"name": field.name, "type": field.kind.name()})).collect();
        serde_json::to_writer(&mut text, &fields)?;
        text.extend_from_slice(b",\"data\":[");
        let mut groups: Vec<JsonGroup<'_>> = self.groups.iter().map(JsonGroup::new).collect();
        let mut label = Label { zone: self.zone, start: None, text: Vec::new() };
        for (row, start) in self.starts.iter().enumerate() {
            if row > 0 {
                text.push(b',');
            }
            text.push(b'[');
            text.extend_from_slice(label.of(*start));
            groups.iter_mut().for_each(|group| group.write(row, &mut text));
            self.metrics.iter().for_each(|column| write_figure(column, row, &mut text));
            text.push(b']');
            if text.len() >= CHUNK {
                writer.write_all(&text)?;
                text.clear();
            }
        }
        text.push(b']');
        self.write_missing(&mut text)?;
        text.push(b'}');
        writer.write_all(&text)
    }

    fn write_missing(&self, text: &mut Vec<u8>) -> io::Result<()> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let label = |instant| Zone::UTC.text_of(instant).to_string();
        let degraded = json!({
            "segments": self.missing.iter().map(|missing| &missing.reason).collect::<Vec<_>>(),
            "rows_missing_at_most": self.missing.iter().map(|missing| missing.rows).sum::<u64>(),
            "intervals": self.missing.iter()
                .map(|missing| [label(missing.interval.start), label(missing.interval.end)])
                .collect::<Vec<_>>(),
        });
        text.extend_from_slice(b",\"degraded\":");
        serde_json::to_writer(text, &degraded)?;
        Ok(())
    }
}

/// The label of a bucket, written once for rows of the same bucket.
struct Label {
    zone: Zone,
    start: Option<i64>,
    text: Vec<u8>,
}

impl Label {
    fn of(&mut self, start: i64) -> &[u8] {
        if self.start != Some(start) {
            self.start = Some(start);
            self.text.clear();
            self.text.push(b'"');
            self.text.extend_from_slice(self.zone.text_of(start).as_bytes());
            self.text.push(b'"');
        }
        &self.text
    }
}

/// The values of a dimension as JSON, each made once and not once a row.
struct JsonGroup<'a> {
    column: &'a GroupColumn,
    /// By number: where its comma and value lie in `texts`; empty until it is first asked for.
    places: Vec<Range<usize>>,
    texts: Vec<u8>,
}

/// Texts are kept up to so many bytes; beyond, each is made anew.
const KEPT_TEXTS: usize = 64 << 20;

impl<'a> JsonGroup<'a> {
    fn new(column: &'a GroupColumn) -> Self {
        // An answer of few rows does not pay for the values of all others.
        let kept = if column.values.len() <= column.ids.len() { column.values.len() } else { 0 };
        Self { column, places: vec![0..0; kept], texts: Vec::new() }
    }

    fn write(&mut self, row: usize, text: &mut Vec<u8>) {
        let id = self.column.ids[row];
        let value = self.column.values.get(id);
        let Some(place) = self.places.get_mut(id as usize) else { return write_value(value, text) };
        if place.end == 0 && self.texts.len() < KEPT_TEXTS {
            let start = self.texts.len();
            write_value(value, &mut self.texts);
            *place = start..self.texts.len();
        }
        if place.end == 0 {
            write_value(value, text);
        } else {
            text.extend_from_slice(&self.texts[place.clone()]);
        }
    }
}

/// Writes a comma and a value.
fn write_value(value: Value<'_>, text: &mut Vec<u8>) {
    text.push(b',');
    match value {
        Value::Null => text.extend_from_slice(b"null"),
        Value::Text(value) => write_string(value, text),
        Value::Integer(integer) => text.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes()),
    }
}

fn write_figure(column: &MetricColumn, row: usize, text: &mut Vec<u8>) {
    let write_integer = |figure: u64, text: &mut Vec<u8>| {
        text.extend_from_slice(itoa::Buffer::new().format(figure).as_bytes());
    };
    text.push(b',');
    match column {
        MetricColumn::Integers(figures) => write_integer(figures[row], text),
        MetricColumn::Sketches(figures) => write_integer(figures[row].estimate, text),
        MetricColumn::Floats(figures) => match figures[row] {
            Some(figure) => text.extend_from_slice(zmij::Buffer::new().format_finite(figure).as_bytes()),
            None => text.extend_from_slice(b"null"),
        },
    }
}

fn write_string(value: &str, text: &mut Vec<u8>) {
    // Serialising a string to memory cannot fail.
    let _ = serde_json::to_writer(text, value);
}
