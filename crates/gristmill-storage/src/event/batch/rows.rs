//! The bytes of a batch into rows.

use super::Batch;
use super::header::{Header, VERSION};
use crate::event::distinct::first_repeated;
use crate::event::{EventRow, Source};
use crate::schema::{Dimension, Kind};
use crate::timestamp::Timestamp;
use std::fmt;
use thiserror::Error;

/// Flag of a row: it has a value.
pub(super) const HAS_VALUE: u8 = 1;
/// Flag of a row: its source is untrusted.
pub(super) const UNTRUSTED: u8 = 2;
/// A length byte that says: the length follows in eight bytes, and is at least this.
pub(super) const LONG_LENGTH: u8 = 255;

/// Bytes that are no batch: damaged, or of another version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the batch is damaged or of a newer format, at byte {offset} of its payload: expected {expected}, found {found}"
)]
pub struct BatchDecodeError {
    /// Bytes from the start of the payload.
    pub offset: usize,
    /// What would be right there.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
}

/// The events of a batch, in their order.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    reader: RowReader<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(payload: &'a [u8], header: &Header) -> Self {
        // The payload was checked when the batch was made, so neither this nor a row can fail.
        Self { reader: RowReader::new(payload, header).unwrap_or_default() }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = EventRow<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.left == 0 {
            return None;
        }
        self.reader.row().ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.reader.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Rows<'_> {}

/// Checks every byte of a payload.
pub(super) fn check(payload: &[u8]) -> Result<Header, BatchDecodeError> {
    let header = read_header(payload)?;
    let mut reader = RowReader::new(payload, &header)?;
    while reader.left > 0 {
        reader.row()?;
    }
    reader.finish()?;
    let token = &payload[payload.len() - header.token_len()..];
    if std::str::from_utf8(token).is_err() {
        return Err(wrong(payload.len() - token.len(), "a token of UTF-8", "other bytes"));
    }
    Ok(header)
}

fn read_header(payload: &[u8]) -> Result<Header, BatchDecodeError> {
    let mut cursor = Cursor { bytes: payload, at: 0 };
    let version = u16::from_le_bytes(cursor.array("a version")?);
    if version != VERSION {
        return Err(wrong(0, "version 1", version));
    }
    let token = u16::from_le_bytes(cursor.array("a token length")?);
    if usize::from(token) > Batch::MAX_TOKEN_BYTES {
        return Err(wrong(2, "a token of at most 256 bytes", token));
    }
    let reserved = u32::from_le_bytes(cursor.array("reserved bytes")?);
    if reserved != 0 {
        return Err(wrong(4, "reserved bytes of 0", reserved));
    }
    let rows = u64::from_le_bytes(cursor.array("a number of rows")?);
    let numbers = u64::from_le_bytes(cursor.array("a length of the numbers")?);
    let text = u64::from_le_bytes(cursor.array("a length of the text")?);

    let fixed = (Header::LEN + usize::from(token)) as u64;
    let length = fixed.checked_add(numbers).and_then(|sum| sum.checked_add(text));
    if length != u64::try_from(payload.len()).ok() {
        let found = format!("{} bytes for {numbers} of numbers and {text} of text", payload.len());
        return Err(wrong(16, "lengths that add up to the payload's", found));
    }
    Ok(Header { rows, numbers, text, token })
}

/// Reads rows one after the other; the one place that knows how a row lies in the bytes.
#[derive(Clone, Debug, Default)]
struct RowReader<'a> {
    /// The payload up to the end of the numbers part.
    numbers: Cursor<'a>,
    /// Where the text part starts in the payload.
    text_start: usize,
    text: &'a str,
    /// Bytes of the text that were handed out.
    text_at: usize,
    left: u64,
    /// The columns of text, a bit each, and the required ones of them.
    text_columns: (u32, u32),
}

impl<'a> RowReader<'a> {
    /// The header's lengths must add up to the payload's, as [`read_header`] sees to.
    fn new(payload: &'a [u8], header: &Header) -> Result<Self, BatchDecodeError> {
        let text_end = payload.len() - header.token_len();
        let text_start = usize::try_from(header.text).ok().and_then(|text| text_end.checked_sub(text));
        let Some(text_start) = text_start.filter(|&start| start >= Header::LEN) else {
            return Err(wrong(24, "a text within the payload", header.text));
        };
        // One check for all texts of the batch; each of them is then only looked at its two ends.
        let text = std::str::from_utf8(&payload[text_start..text_end])
            .map_err(|error| wrong(text_start + error.valid_up_to(), "UTF-8", "other bytes"))?;
        let numbers = Cursor { bytes: &payload[..text_start], at: Header::LEN };
        Ok(Self { numbers, text_start, text, text_at: 0, left: header.rows, text_columns: text_columns() })
    }

    fn row(&mut self) -> Result<EventRow<'a>, BatchDecodeError> {
        let start = self.numbers.at;
        let millis = i64::from_le_bytes(self.numbers.array("a timestamp")?);
        let timestamp = Timestamp::from_millis(millis)
            .map_err(|_| wrong(start, "a timestamp from 0001-01-01 to 9999-12-30", millis))?;
        let event_version = i64::from_le_bytes(self.numbers.array("an event version")?);
        let present = u32::from_le_bytes(self.numbers.array("the columns present")?);
        let (text_columns, required) = self.text_columns;
        if present & !(text_columns | PROPERTIES) != 0 || present & required != required {
            return Err(wrong(start + 16, "known columns, the required ones among them", present));
        }
        let [flags] = self.numbers.array("flags")?;
        if flags & !(HAS_VALUE | UNTRUSTED) != 0 {
            return Err(wrong(start + 20, "known flags", flags));
        }
        let value = if flags & HAS_VALUE == 0 { None } else { Some(self.value()?) };

        let mut texts = [None; Dimension::COUNT];
        for (at, text) in texts.iter_mut().enumerate() {
            if present & text_columns & (1 << at) != 0 {
                *text = Some(self.text()?);
            }
        }
        let mut properties = Vec::new();
        if present & PROPERTIES != 0 {
            properties = self.properties()?;
        }
        self.left = self.left.saturating_sub(1);
        let source = if flags & UNTRUSTED == 0 { Source::Trusted } else { Source::Untrusted };
        Ok(EventRow { timestamp, value, event_version, source, texts, properties })
    }

    fn value(&mut self) -> Result<f64, BatchDecodeError> {
        let start = self.numbers.at;
        let value = f64::from_le_bytes(self.numbers.array("a value")?);
        if value.is_finite() { Ok(value) } else { Err(wrong(start, "a finite value", value)) }
    }

    fn properties(&mut self) -> Result<Vec<&'a str>, BatchDecodeError> {
        let start = self.numbers.at;
        let count = self.length()?;
        // Each of them has a byte at least among the numbers left, which bounds what is allocated.
        if count == 0 || count > self.numbers.left() {
            return Err(wrong(start, "a number of properties that fits the numbers left", count));
        }
        let mut properties = Vec::with_capacity(count);
        for _ in 0..count {
            properties.push(self.text()?);
        }
        match first_repeated(&properties) {
            None => Ok(properties),
            Some(_) => Err(wrong(start, "properties that stand once", "one that stands twice")),
        }
    }

    fn text(&mut self) -> Result<&'a str, BatchDecodeError> {
        let length = self.length()?;
        let end = self.text_at.checked_add(length);
        let text = end.and_then(|end| self.text.get(self.text_at..end)).ok_or_else(|| {
            wrong(self.text_start + self.text_at, "a text of whole characters within the text part", length)
        })?;
        self.text_at += length;
        Ok(text)
    }

    fn length(&mut self) -> Result<usize, BatchDecodeError> {
        let start = self.numbers.at;
        let [short] = self.numbers.array("a length")?;
        if short != LONG_LENGTH {
            return Ok(usize::from(short));
        }
        let long = u64::from_le_bytes(self.numbers.array("a long length")?);
        let length = usize::try_from(long).ok().filter(|&length| length >= usize::from(LONG_LENGTH));
        length.ok_or_else(|| wrong(start, "a long length of 255 or more that fits the memory", long))
    }

    /// What is left when the last row was read must be nothing.
    fn finish(&self) -> Result<(), BatchDecodeError> {
        if self.numbers.left() > 0 {
            return Err(wrong(self.numbers.at, "the end of the numbers", self.numbers.left()));
        }
        if self.text_at < self.text.len() {
            let offset = self.text_start + self.text_at;
            return Err(wrong(offset, "the end of the text", self.text.len() - self.text_at));
        }
        Ok(())
    }
}

/// The bit of `properties` among the columns present.
pub(super) const PROPERTIES: u32 = 1 << Dimension::Properties as u32;

/// The bits of the dimensions that have one text a row, and of those among them that every row has.
fn text_columns() -> (u32, u32) {
    let (mut texts, mut required) = (0, 0);
    for dimension in Dimension::ALL.into_iter().filter(|dimension| dimension.kind() == Kind::Text) {
        texts |= 1_u32 << dimension as u32;
        required |= u32::from(dimension.required()) << dimension as u32;
    }
    (texts, required)
}

#[derive(Clone, Debug, Default)]
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], BatchDecodeError> {
        let Some(&array) = self.bytes[self.at..].first_chunk::<N>() else {
            return Err(wrong(self.at, expected, "the end of the part"));
        };
        self.at += N;
        Ok(array)
    }
}

fn wrong(offset: usize, expected: &'static str, found: impl fmt::Display) -> BatchDecodeError {
    BatchDecodeError { offset, expected, found: found.to_string() }
}
