//! The file that says which rows of a segment are deleted.

use super::blocks::{compare_crc, damaged, open_of_length};
use super::bytes::{Decoder, Encoder};
use super::sum::{FileSum, SumWriter, io_error};
use crate::dir::Dir;
use crate::segment::SegmentError;
use crate::segment::part::Part;
use roaring::RoaringBitmap;

/// Starts the file.
const MAGIC: [u8; 8] = *b"GRISTDEL";
/// The layout that is written, and the only one that is read.
const VERSION: u32 = 1;
/// Bytes before the bitmap.
const HEAD_LEN: usize = MAGIC.len() + 4 + 4 + 8 + 4;
const CHECKSUM_LEN: usize = 4;

/// The segment that a file of deleted rows belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedOf {
    /// The id of the segment.
    pub segment: u64,
    /// How many rows it has.
    pub rows: u32,
    /// How many of them are deleted.
    pub deleted: u32,
}

/// Writes a file of deleted rows under a name that is new, makes its bytes durable and reads them back.
///
/// Its name is left to the caller to make durable, as with [`super::write()`].
pub fn write_deleted(
    dir: &dyn Dir,
    path: &str,
    of: DeletedOf,
    rows: &RoaringBitmap,
) -> Result<FileSum, SegmentError> {
    let mut writer = SumWriter::create(dir, path)?;
    writer.append(&encode(path, of, rows)?)?;
    let sum = writer.finish()?.sum;
    if read_deleted(dir, path, sum, of)? == *rows {
        Ok(sum)
    } else {
        Err(damaged(path, Part::DeletedRows, 0, "the rows that were written", "others"))
    }
}

/// Reads a file of deleted rows, and compares it with what the catalog records of it and of its segment.
pub fn read_deleted(
    dir: &dyn Dir,
    path: &str,
    sum: FileSum,
    of: DeletedOf,
) -> Result<RoaringBitmap, SegmentError> {
    let file = open_of_length(dir, path, sum.length)?;
    let too_long = || damaged(path, Part::File, 0, "a file that fits memory", sum.length.to_string());
    let mut bytes = vec![0; usize::try_from(sum.length).map_err(|_| too_long())?];
    file.read_exact_at(&mut bytes, 0).map_err(|source| io_error("read", path, source))?;
    compare_crc(path, Part::File, 0, sum.crc32c, crc32c::crc32c(&bytes))?;
    decode(path, &bytes, of)
}

fn encode(path: &str, of: DeletedOf, rows: &RoaringBitmap) -> Result<Vec<u8>, SegmentError> {
    let mut head = Encoder::default();
    head.u32(VERSION);
    head.u32(of.rows);
    head.u64(of.segment);
    head.u32(of.deleted);
    let mut bytes = [&MAGIC[..], &head.finish()].concat();
    rows.serialize_into(&mut bytes).map_err(|source| io_error("encode", path, source))?;
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    Ok(bytes)
}

fn decode(path: &str, bytes: &[u8], of: DeletedOf) -> Result<RoaringBitmap, SegmentError> {
    let bad = |offset: usize, expected: String, found: String| {
        damaged(path, Part::DeletedRows, offset as u64, expected, found)
    };
    let length = bytes.len();
    let short = || bad(0, format!("at least {} bytes", HEAD_LEN + CHECKSUM_LEN), format!("{length} bytes"));
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_LEN>().ok_or_else(short)?;
    let (head, bitmap) = body.split_at_checked(HEAD_LEN).ok_or_else(short)?;
    let (magic, head) = head.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(bad(0, "the start of a file of deleted rows".to_owned(), "other bytes".to_owned()));
    }
    let checksum = u32::from_le_bytes(*checksum);
    compare_crc(path, Part::DeletedRows, body.len() as u64, checksum, crc32c::crc32c(body))?;
    let mut head = Decoder::new(head);
    let version = head.u32().ok_or_else(short)?;
    if version > VERSION {
        return Err(SegmentError::NewerFormat { file: path.to_owned(), found: version, newest: VERSION });
    }
    let mut next = || head.u32().ok_or_else(short);
    let rows = next()?;
    let (low, high) = (next()?, next()?);
    let found = DeletedOf { segment: u64::from(low) | u64::from(high) << 32, rows, deleted: next()? };
    if (version, found) != (VERSION, of) {
        return Err(bad(
            MAGIC.len(),
            format!("version {VERSION}, {of:?}"),
            format!("version {version}, {found:?}"),
        ));
    }
    let rows = RoaringBitmap::deserialize_from(bitmap)
        .map_err(|error| bad(HEAD_LEN, "a bitmap".to_owned(), error.to_string()))?;
    let within = rows.max().is_none_or(|last| last < of.rows);
    if rows.len() != u64::from(of.deleted) || !within || rows.serialized_size() != bitmap.len() {
        let (expected, found) =
            (format!("{} rows below {}", of.deleted, of.rows), format!("{} rows", rows.len()));
        return Err(bad(HEAD_LEN, expected, found));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dir::MemoryDir;

    const OF: DeletedOf = DeletedOf { segment: 1 << 40 | 5, rows: 100_000, deleted: 3 };

    fn rows() -> RoaringBitmap {
        [0, 7, 99_999].into_iter().collect()
    }

    #[test]
    fn rows_come_back_for_their_own_segment_only() {
        let dir = MemoryDir::new();
        let sum = write_deleted(&dir, "d", OF, &rows()).unwrap();
        assert_eq!(read_deleted(&dir, "d", sum, OF).unwrap(), rows());
        for other in [
            DeletedOf { segment: 5, ..OF },
            DeletedOf { rows: 100_001, ..OF },
            DeletedOf { deleted: 2, ..OF },
        ] {
            let error = read_deleted(&dir, "d", sum, other).unwrap_err();
            assert!(matches!(error, SegmentError::Damaged { offset: 8, .. }), "{error}");
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_damage_even_if_the_catalog_agreed() {
        let dir = MemoryDir::new();
        write_deleted(&dir, "d", OF, &rows()).unwrap();
        let bytes = dir.bytes("d").unwrap();
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            assert!(matches!(decode("d", &flipped, OF), Err(SegmentError::Damaged { .. })), "bit {at}");
        }
        for length in 0..bytes.len() {
            assert!(matches!(decode("d", &bytes[..length], OF), Err(SegmentError::Damaged { .. })));
        }
    }

    #[test]
    fn rows_behind_the_last_one_are_refused() {
        let of = DeletedOf { rows: 99_999, ..OF };
        let bytes = encode("d", of, &rows()).unwrap();
        assert!(matches!(decode("d", &bytes, of), Err(SegmentError::Damaged { offset: 28, .. })));
    }

    #[test]
    fn a_newer_version_is_told_from_damage() {
        let mut bytes = encode("d", OF, &rows()).unwrap();
        bytes.truncate(bytes.len() - 4);
        bytes[8] = 2;
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend(checksum.to_le_bytes());
        assert!(matches!(decode("d", &bytes, OF), Err(SegmentError::NewerFormat { found: 2, .. })));
    }
}
