//! The answer as JSON, byte for byte the same for the same store and fetch.

use super::answer::Answer;
use super::row_text::{RowForm, chunk, write_rows};
use crate::time::Zone;
use serde_json::json;
use std::io::{self, Write};

/// A row is an array.
struct JsonRows;

impl RowForm for JsonRows {
    const BETWEEN: &'static [u8] = b",";
    const OPEN: &'static [u8] = b"[";
    const CLOSE: &'static [u8] = b"]";
    const LABEL_QUOTE: &'static [u8] = b"\"";
    const NULL: &'static [u8] = b"null";

    fn write_text(value: &str, text: &mut Vec<u8>) {
        // Serialising a string to memory cannot fail.
        let _ = serde_json::to_writer(text, value);
    }
}

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
        let mut text = chunk();
        text.extend_from_slice(b"{\"fields\":");
        let fields: Vec<_> =
            self.fields.iter().map(|field| json!({"name": field.name, "type": field.kind.name()})).collect();
        serde_json::to_writer(&mut text, &fields)?;
        text.extend_from_slice(b",\"data\":[");
        write_rows::<JsonRows>(self, &mut text, writer)?;
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
