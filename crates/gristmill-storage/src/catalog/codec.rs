//! The catalog as bytes.

use std::fmt;
use std::sync::Arc;

use crc32c::crc32c;

use crate::segment::file::{FileSum, SegmentFiles};
use crate::segment::{OrganizationBounds, ValueStats};

use super::{Catalog, Deletion, LogEntry, Loss, Receipt, Retention, SegmentEntry, Tokens};

/// Starts every catalog.
const MAGIC: [u8; 8] = *b"GristCat";
/// The layout that is written.
pub(super) const CURRENT: u32 = 3;
/// The oldest layout that is read.
pub(super) const OLDEST_READABLE: u32 = 3;
/// Magic, version and file length: the same in every version, as is the checksum at the end.
pub(super) const PREFIX_LEN: usize = 20;
const CHECKSUM_LEN: usize = 4;
/// Numbers that are counted up are below this: no store lives long enough to reach it, and none runs over.
const NUMBERS_END: u64 = 1 << 62;

const LOG_LEN: usize = 16;
/// Bytes of a segment's entry besides its organizations and its deletion.
const SEGMENT_MIN_LEN: usize = 84;
/// Bytes of a token's entry besides the token.
const TOKEN_MIN_LEN: usize = 18;
const LOSS_LEN: usize = 32;
/// Bytes of an organization's period besides its name.
const PERIOD_MIN_LEN: usize = 12;

/// Why bytes are no catalog.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    Damaged { offset: usize, expected: String, found: String },
    NewerFormat(u32),
}

impl Fault {
    /// The file is shorter than any catalog.
    pub(super) fn short(length: u64) -> Self {
        Self::damaged(0, format_args!("at least {PREFIX_LEN} bytes"), format_args!("{length} bytes"))
    }

    /// The file is not as long as it says.
    pub(super) fn length(told: u64, length: u64) -> Self {
        Self::damaged(PREFIX_LEN - 8, format_args!("{told} bytes"), format_args!("{length} bytes"))
    }

    /// What was read back is not what was written.
    pub(super) fn unlike() -> Self {
        Self::damaged(0, "the bytes just written", "other bytes")
    }

    fn damaged(offset: usize, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self::Damaged { offset, expected: expected.to_string(), found: found.to_string() }
    }
}

pub(super) fn encode(catalog: &Catalog) -> Vec<u8> {
    let mut out = Encoder(Vec::new());
    out.bytes(&MAGIC);
    out.u32(CURRENT);
    // The length, once it is known.
    out.u64(0);
    out.u64(catalog.number);
    out.u64(catalog.next_id);
    out.u64(catalog.sealed);
    out.u64(catalog.epoch);
    out.u32(if catalog.closed { CLOSED } else { OPEN });
    out.period(catalog.retention.period);
    out.count(catalog.logs.len());
    out.count(catalog.segments.len());
    out.count(catalog.tokens.len());
    out.count(catalog.losses.len());
    out.count(catalog.retention.organizations.len());
    catalog.logs.iter().for_each(|log| out.log(log));
    catalog.segments.iter().for_each(|segment| out.segment(segment));
    catalog.tokens.iter().for_each(|(token, receipt)| out.token(token, receipt));
    catalog.losses.iter().for_each(|loss| out.loss(loss));
    for (organization, period) in &catalog.retention.organizations {
        out.period(*period);
        out.organization(organization);
    }
    let Encoder(mut bytes) = out;
    let length = (bytes.len() + CHECKSUM_LEN) as u64;
    bytes[PREFIX_LEN - 8..PREFIX_LEN].copy_from_slice(&length.to_le_bytes());
    let checksum = crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// How long a catalog is that starts with these bytes.
pub(super) fn length(prefix: &[u8; PREFIX_LEN]) -> Result<u64, Fault> {
    if prefix[..MAGIC.len()] != MAGIC {
        return Err(Fault::damaged(0, "the start of a catalog", "other bytes"));
    }
    Ok(u64::from_le_bytes(std::array::from_fn(|byte| prefix[PREFIX_LEN - 8 + byte])))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Catalog, Fault> {
    let prefix = bytes.first_chunk().ok_or_else(|| Fault::damaged(0, "a catalog", "too few bytes"))?;
    let told = length(prefix)?;
    if told != bytes.len() as u64 {
        return Err(Fault::length(told, bytes.len() as u64));
    }
    let (body, stored) =
        bytes.split_last_chunk().ok_or_else(|| Fault::damaged(0, "a checksum", "too few bytes"))?;
    let (checksum, stored) = (crc32c(body), u32::from_le_bytes(*stored));
    if checksum != stored {
        return Err(Fault::damaged(
            body.len(),
            format_args!("checksum {checksum:08x}"),
            format_args!("{stored:08x}"),
        ));
    }
    let mut input = Decoder { bytes: body, at: MAGIC.len() };
    let version = input.u32()?;
    if version > CURRENT {
        return Err(Fault::NewerFormat(version));
    }
    if version < OLDEST_READABLE {
        return Err(Fault::damaged(
            MAGIC.len(),
            format_args!("a version from {OLDEST_READABLE} on"),
            version,
        ));
    }
    input.at = PREFIX_LEN;
    let catalog = input.catalog()?;
    if input.at != body.len() {
        return Err(Fault::damaged(
            input.at,
            "the end",
            format_args!("{} bytes more", body.len() - input.at),
        ));
    }
    Ok(catalog)
}

/// A writer has the store, or had it when it crashed.
const OPEN: u32 = 0;
/// The last writer closed the store.
const CLOSED: u32 = 1;

/// No end to how long events are kept.
const FOR_EVER: u64 = u64::MAX;

/// Some rows of a segment are deleted.
const DELETION: u16 = 1;
/// The files of a segment were moved away.
const QUARANTINED: u16 = 2;

struct Encoder(Vec<u8>);

impl Encoder {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn u16(&mut self, number: u16) {
        self.bytes(&number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.bytes(&number.to_le_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// Lists of more than 2^32 entries do not fit into memory next to what they stand for.
    fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn log(&mut self, log: &LogEntry) {
        self.u64(log.id);
        self.u64(log.length);
    }

    fn segment(&mut self, segment: &SegmentEntry) {
        self.u64(segment.id);
        self.u32(segment.rows);
        self.bytes(&segment.min_time.to_le_bytes());
        self.bytes(&segment.max_time.to_le_bytes());
        self.u32(segment.values.count);
        self.bytes(&segment.values.min.to_le_bytes());
        self.bytes(&segment.values.max.to_le_bytes());
        self.bytes(&segment.values.unit.to_le_bytes());
        self.sum(segment.files.arrow);
        self.sum(segment.files.index);
        self.organization(&segment.organizations.first);
        self.organization(&segment.organizations.last);
        let quarantined = if segment.quarantined { QUARANTINED } else { 0 };
        self.u16(quarantined | segment.deletion.map_or(0, |_| DELETION));
        if let Some(deletion) = &segment.deletion {
            self.u64(deletion.id);
            self.u32(deletion.rows);
            self.sum(deletion.file);
            self.bytes(&deletion.since.to_le_bytes());
        }
    }

    fn sum(&mut self, sum: FileSum) {
        self.u64(sum.length);
        self.u32(sum.crc32c);
    }

    /// All texts of a column together are below 2^31 bytes.
    fn organization(&mut self, organization: &str) {
        self.count(organization.len());
        self.bytes(organization.as_bytes());
    }

    fn period(&mut self, period: Option<u64>) {
        self.u64(period.unwrap_or(FOR_EVER));
    }

    fn loss(&mut self, loss: &Loss) {
        for number in [loss.log, loss.first, loss.last, loss.events] {
            self.u64(number);
        }
    }

    /// Tokens have at most 256 bytes.
    fn token(&mut self, token: &str, receipt: Receipt) {
        self.u64(receipt.events);
        self.u64(receipt.sequence);
        self.u16(u16::try_from(token.len()).unwrap_or(u16::MAX));
        self.bytes(token.as_bytes());
    }
}

struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// How many entries each list of a catalog has.
#[derive(Debug)]
struct Counts {
    logs: usize,
    segments: usize,
    tokens: usize,
    losses: usize,
    periods: usize,
}

impl<'a> Decoder<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let left = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = left.get(..count) else {
            return Err(Fault::damaged(
                self.at,
                format_args!("{count} bytes"),
                format_args!("{} bytes", left.len()),
            ));
        };
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let taken = self.take(N)?;
        Ok(std::array::from_fn(|byte| taken[byte]))
    }

    fn u16(&mut self) -> Result<u16, Fault> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, Fault> {
        self.array().map(i64::from_le_bytes)
    }

    fn f64(&mut self) -> Result<f64, Fault> {
        self.array().map(f64::from_le_bytes)
    }

    fn catalog(&mut self) -> Result<Catalog, Fault> {
        let (number, next_id, sealed, epoch) =
            (self.number()?, self.number()?, self.number()?, self.number()?);
        let state_at = self.at;
        let closed = match self.u32()? {
            OPEN => false,
            CLOSED => true,
            other => return Err(Fault::damaged(state_at, "a known state", other)),
        };
        let period = self.period()?;
        let counts = self.counts()?;
        let logs = (0..counts.logs).map(|_| self.log()).collect::<Result<_, Fault>>()?;
        let segments = (0..counts.segments).map(|_| self.segment()).collect::<Result<_, Fault>>()?;
        let mut tokens = Tokens::default();
        for _ in 0..counts.tokens {
            let (token, receipt) = self.token()?;
            tokens.insert(token, receipt, usize::MAX);
        }
        let losses = (0..counts.losses).map(|_| self.loss()).collect::<Result<_, Fault>>()?;
        let organizations = (0..counts.periods).map(|_| {
            let period = self.period()?;
            Ok((self.organization()?, period))
        });
        let retention = Retention { organizations: organizations.collect::<Result<_, Fault>>()?, period };
        Ok(Catalog { number, next_id, sealed, epoch, closed, retention, logs, segments, losses, tokens })
    }

    /// A number that is counted up.
    fn number(&mut self) -> Result<u64, Fault> {
        let at = self.at;
        match self.u64()? {
            number if number < NUMBERS_END => Ok(number),
            number => Err(Fault::damaged(at, format_args!("a number below {NUMBERS_END}"), number)),
        }
    }

    /// How long each list is, checked against the bytes that are left before memory is taken for them.
    fn counts(&mut self) -> Result<Counts, Fault> {
        let at = self.at;
        let mut count = || self.u32().map(|count| count as usize);
        let counts = Counts {
            logs: count()?,
            segments: count()?,
            tokens: count()?,
            losses: count()?,
            periods: count()?,
        };
        let least = [
            (counts.logs, LOG_LEN),
            (counts.segments, SEGMENT_MIN_LEN),
            (counts.tokens, TOKEN_MIN_LEN),
            (counts.losses, LOSS_LEN),
            (counts.periods, PERIOD_MIN_LEN),
        ];
        let least =
            least.iter().try_fold(0_usize, |sum, &(count, size)| sum.checked_add(count.checked_mul(size)?));
        let left = self.bytes.len() - self.at;
        match least {
            Some(least) if least <= left => Ok(counts),
            _ => Err(Fault::damaged(
                at,
                format_args!("counts that fit {left} bytes"),
                format_args!("{counts:?}"),
            )),
        }
    }

    fn log(&mut self) -> Result<LogEntry, Fault> {
        Ok(LogEntry { id: self.u64()?, length: self.u64()? })
    }

    fn segment(&mut self) -> Result<SegmentEntry, Fault> {
        let mut entry = SegmentEntry {
            id: self.u64()?,
            rows: self.u32()?,
            min_time: self.i64()?,
            max_time: self.i64()?,
            values: ValueStats {
                count: self.u32()?,
                min: self.f64()?,
                max: self.f64()?,
                unit: self.array().map(i16::from_le_bytes)?,
            },
            files: SegmentFiles { arrow: self.sum()?, index: self.sum()? },
            organizations: OrganizationBounds { first: self.organization()?, last: self.organization()? },
            deletion: None,
            quarantined: false,
        };
        let flags_at = self.at;
        let flags = self.u16()?;
        if flags & !(DELETION | QUARANTINED) != 0 {
            return Err(Fault::damaged(flags_at, "known flags", format_args!("{flags:#06x}")));
        }
        entry.quarantined = flags & QUARANTINED != 0;
        if flags & DELETION != 0 {
            entry.deletion = Some(self.deletion(entry.rows)?);
        }
        Ok(entry)
    }

    /// The deletion of a segment of so many rows.
    fn deletion(&mut self, rows: u32) -> Result<Deletion, Fault> {
        let at = self.at;
        let deletion = Deletion { id: self.u64()?, rows: self.u32()?, file: self.sum()?, since: self.i64()? };
        if (1..rows).contains(&deletion.rows) {
            return Ok(deletion);
        }
        Err(Fault::damaged(at, format_args!("some, not all of {rows} rows"), deletion.rows))
    }

    fn period(&mut self) -> Result<Option<u64>, Fault> {
        Ok(Some(self.u64()?).filter(|&period| period != FOR_EVER))
    }

    fn loss(&mut self) -> Result<Loss, Fault> {
        Ok(Loss { log: self.u64()?, first: self.u64()?, last: self.u64()?, events: self.u64()? })
    }

    fn organization(&mut self) -> Result<Arc<str>, Fault> {
        let length = self.u32()? as usize;
        self.text(length, "an organization of UTF-8").map(Arc::from)
    }

    fn text(&mut self, length: usize, expected: &str) -> Result<&'a str, Fault> {
        let start = self.at;
        std::str::from_utf8(self.take(length)?).map_err(|error| Fault::damaged(start, expected, error))
    }

    fn sum(&mut self) -> Result<FileSum, Fault> {
        Ok(FileSum { length: self.u64()?, crc32c: self.u32()? })
    }

    fn token(&mut self) -> Result<(&'a str, Receipt), Fault> {
        let receipt = Receipt { events: self.u64()?, sequence: self.u64()? };
        let length = self.u16()?;
        Ok((self.text(usize::from(length), "a token of UTF-8")?, receipt))
    }
}
