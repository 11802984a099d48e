//! The answer as comma-separated values.

use super::answer::Answer;
use super::row_text::{RowForm, chunk, write_rows};
use std::io::{self, Write};

/// A row is a line.
struct CsvRows;

impl RowForm for CsvRows {
    const BETWEEN: &'static [u8] = b"";
    const OPEN: &'static [u8] = b"";
    const CLOSE: &'static [u8] = b"\n";
    const LABEL_QUOTE: &'static [u8] = b"";
    const NULL: &'static [u8] = b"";

    fn write_text(value: &str, text: &mut Vec<u8>) {
        if !value.is_empty() && !value.contains([',', '"', '\n', '\r']) {
            return text.extend_from_slice(value.as_bytes());
        }
        text.push(b'"');
        for (at, part) in value.split('"').enumerate() {
            if at > 0 {
                text.extend_from_slice(b"\"\"");
            }
            text.extend_from_slice(part.as_bytes());
        }
        text.push(b'"');
    }
}

impl Answer {
    /// The answer as comma-separated values, see [`Answer::write_csv`].
    pub fn to_csv(&self) -> String {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail, and every part written is UTF-8.
        let _ = self.write_csv(&mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Writes a header line with the names of [`Answer::fields`] and a line for each row, each ended by `\n`.
    ///
    /// Null is an empty field and the empty text is `""`, so both come back as they were. Fields that hold a comma, a
    /// quote or a line break are quoted, with quotes doubled. Numbers and timestamps are as in [`Answer::to_json`].
    /// [`Answer::missing`] does not appear: whoever allows a partial answer has to look there.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut text = chunk();
        for (at, field) in self.fields.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            CsvRows::write_text(&field.name, &mut text);
        }
        text.push(b'\n');
        write_rows::<CsvRows>(self, &mut text, writer)?;
        writer.write_all(&text)
    }
}
