//! One JSON object a row.

use crate::render::{Sheet, number};
use gristmill::response::Cell;
use std::io::{self, Write};

/// Writes each row as one JSON object on a line of its own, its keys in the order of the columns.
pub(crate) fn write_ndjson(sheet: &Sheet<'_>, out: &mut impl Write) -> io::Result<()> {
    let keys: Vec<String> = sheet.columns().iter().map(|column| json_text(column.name)).collect();
    for row in sheet.rows() {
        let mut before = "{";
        for (key, cell) in keys.iter().zip(row) {
            write!(out, "{before}{key}:")?;
            match cell {
                Cell::Null => out.write_all(b"null")?,
                Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
                Cell::Timestamp(label) => serde_json::to_writer(&mut *out, label.as_str())?,
                Cell::Integer(integer) => write!(out, "{integer}")?,
                Cell::Float(float) => write!(out, "{}", number::exact(*float))?,
            }
            before = ",";
        }
        out.write_all(b"}\n")?;
    }
    Ok(())
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sheet::tests::{instant, sheet};

    #[test]
    fn a_row_is_an_object() {
        let rows = vec![vec![
            instant("2019-01-07T00:00:00.000Z"),
            Cell::Text("a\"\n"),
            Cell::Null,
            Cell::Float(12.0),
        ]];
        let mut out = Vec::new();
        write_ndjson(&sheet(&["label", "dim1"], &["sum"], rows), &mut out).unwrap();
        let expected = r#"{"timestamp":"2019-01-07T00:00:00.000Z","label":"a\"\n","dim1":null,"sum":12.0}"#;
        assert_eq!(String::from_utf8(out).unwrap(), format!("{expected}\n"));
    }
}
