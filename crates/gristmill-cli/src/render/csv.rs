//! Comma-separated values.

use crate::render::{Sheet, number};
use gristmill::response::Cell;
use std::io::{self, Write};

/// Writes a header line and a line for each row, ended by `\n`.
///
/// Null is an empty field and the empty text is `""`, so both come back as they were. Fields that hold a comma, a
/// quote or a line break are quoted, with quotes doubled.
pub(crate) fn write_csv(sheet: &Sheet<'_>, out: &mut impl Write) -> io::Result<()> {
    write_line(out, sheet.columns(), |out, column| write_text(out, column.name))?;
    for row in sheet.rows() {
        write_line(out, row, |out, cell| match cell {
            Cell::Null => Ok(()),
            Cell::Text(text) => write_text(out, text),
            Cell::Timestamp(label) => write_text(out, label.as_str()),
            Cell::Integer(integer) => write!(out, "{integer}"),
            Cell::Float(float) => write!(out, "{}", number::exact(*float)),
        })?;
    }
    Ok(())
}

fn write_line<W: Write, T>(
    out: &mut W,
    fields: &[T],
    mut write: impl FnMut(&mut W, &T) -> io::Result<()>,
) -> io::Result<()> {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        write(out, field)?;
    }
    out.write_all(b"\n")
}

fn write_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    if !text.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return out.write_all(text.as_bytes());
    }
    write!(out, "\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sheet::tests::{instant, sheet};

    #[test]
    fn null_empty_and_quotes_come_back() {
        let label = "2021-10-31T03:00:00.000+03:00";
        let rows = vec![
            vec![instant(label), Cell::Null, Cell::Integer(2), Cell::Float(0.1)],
            vec![instant(label), Cell::Text(""), Cell::Integer(-1), Cell::Null],
            vec![instant(label), Cell::Text("a,\"b\"\r\nc"), Cell::Integer(0), Cell::Float(1e300)],
        ];
        let mut out = Vec::new();
        write_csv(&sheet(&["label"], &["count", "sum"], rows), &mut out).unwrap();
        let expected = format!(
            "timestamp,label,count,sum\n{label},,2,0.1\n{label},\"\",-1,\n{label},\"a,\"\"b\"\"\r\nc\",0,1e+300\n"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
