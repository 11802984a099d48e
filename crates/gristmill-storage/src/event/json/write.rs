//! An event as JSON text.

use crate::event::{Event, EventRow};
use crate::schema::{Column, Dimension, Kind};
use crate::timestamp::IsoText;

impl EventRow<'_> {
    /// Appends the event as one JSON object without line breaks; what is null is left out. Parsing it gives the same
    /// event.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        key(out, Column::TIMESTAMP);
        out.push(b'"');
        out.extend_from_slice(IsoText::new(self.timestamp.millis(), 0).as_bytes());
        out.push(b'"');
        for dimension in Dimension::ALL {
            match dimension.kind() {
                Kind::Text => {
                    if let Some(value) = self.text(dimension) {
                        next_key(out, dimension.name());
                        text(out, value);
                    }
                }
                Kind::Integer => {
                    next_key(out, dimension.name());
                    out.extend_from_slice(self.event_version.to_string().as_bytes());
                }
                Kind::Source => {
                    next_key(out, dimension.name());
                    text(out, self.source.name());
                }
                Kind::MultiText => self.write_properties(out, dimension),
            }
        }
        if let Some(value) = self.value {
            next_key(out, Column::VALUE);
            number(out, value);
        }
        out.push(b'}');
    }

    fn write_properties(&self, out: &mut Vec<u8>, dimension: Dimension) {
        let Some((first, others)) = self.properties.split_first() else { return };
        next_key(out, dimension.name());
        out.push(b'[');
        text(out, first);
        for other in others {
            out.push(b',');
            text(out, other);
        }
        out.push(b']');
    }
}

impl Event {
    /// Appends the event as one JSON object without line breaks; see [`EventRow::write_json`].
    pub fn write_json(&self, out: &mut Vec<u8>) {
        self.as_row().write_json(out);
    }
}

fn next_key(out: &mut Vec<u8>, name: &str) {
    out.push(b',');
    key(out, name);
}

/// Names of columns need no escapes.
fn key(out: &mut Vec<u8>, name: &str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn text(out: &mut Vec<u8>, text: &str) {
    // Neither a text nor a vector can fail to be written.
    let _ = serde_json::to_writer(out, text);
}

/// The shortest digits that read back as the same number.
fn number(out: &mut Vec<u8>, value: f64) {
    let _ = serde_json::to_writer(out, &value);
}
