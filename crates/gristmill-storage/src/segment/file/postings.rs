//! Postings as bytes.

use super::bytes::Encoder;
use crate::segment::Postings;
use crate::segment::index::index;
use arrow_buffer::{Buffer, ScalarBuffer};
use roaring::RoaringBitmap;
use std::io;

/// First number of [`Postings::Bitmaps`].
const BITMAPS: u32 = 1;
/// First number of [`Postings::Ordered`].
const ORDERED: u32 = 2;
/// Bytes before the first array: which kind, and how many entries.
const HEADER: usize = 8;

pub(super) fn encode(postings: &Postings) -> io::Result<Vec<u8>> {
    let mut out = Encoder::default();
    match postings {
        Postings::Bitmaps(bitmaps) => {
            out.u32(BITMAPS);
            out.u32(index(bitmaps.len()));
            for bitmap in bitmaps {
                out.u64(bitmap.serialized_size() as u64);
            }
            let mut bytes = out.finish();
            bitmaps.iter().try_for_each(|bitmap| bitmap.serialize_into(&mut bytes))?;
            Ok(bytes)
        }
        Postings::Ordered { starts, rows } => {
            out.u32(ORDERED);
            out.u32(index(starts.len() - 1));
            starts.iter().chain(rows.iter()).for_each(|&number| out.u32(number));
            Ok(out.finish())
        }
    }
}

/// Postings for `entries` codes, checked to be sets of rows below `rows`; `None` where the bytes are no such thing.
pub(super) fn decode(bytes: &Buffer, entries: u32, rows: u32) -> Option<Postings> {
    let (kind, rest) = bytes.split_first_chunk()?;
    let (found, rest) = rest.split_first_chunk()?;
    if u32::from_le_bytes(*found) != entries {
        return None;
    }
    match u32::from_le_bytes(*kind) {
        BITMAPS => decode_bitmaps(rest, entries, rows),
        ORDERED => decode_ordered(bytes, entries, rows),
        _ => None,
    }
}

fn decode_bitmaps(bytes: &[u8], entries: u32, rows: u32) -> Option<Postings> {
    let (lengths, mut rest) = bytes.split_at_checked((entries as usize).checked_mul(8)?)?;
    let (lengths, _) = lengths.as_chunks();
    let mut bitmaps = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (bitmap, after) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let bitmap = RoaringBitmap::deserialize_from(bitmap).ok()?;
        if bitmap.max().is_some_and(|row| row >= rows) {
            return None;
        }
        bitmaps.push(bitmap);
        rest = after;
    }
    rest.is_empty().then_some(Postings::Bitmaps(bitmaps))
}

fn decode_ordered(bytes: &Buffer, entries: u32, rows: u32) -> Option<Postings> {
    let starts_end = (entries as usize).checked_add(1)?.checked_mul(4)?.checked_add(HEADER)?;
    if bytes.len() < starts_end || !bytes.len().is_multiple_of(4) {
        return None;
    }
    let starts: ScalarBuffer<u32> = bytes.slice_with_length(HEADER, starts_end - HEADER).into();
    let ordered: ScalarBuffer<u32> = bytes.slice_with_length(starts_end, bytes.len() - starts_end).into();
    let is_partition = starts.first() == Some(&0)
        && starts.is_sorted()
        && starts.last().is_some_and(|&last| last as usize == ordered.len());
    let is_row_set = |ends: &[u32]| {
        let of_code = &ordered[ends[0] as usize..ends[1] as usize];
        of_code.is_sorted_by(|a, b| a < b) && of_code.last().is_none_or(|&row| row < rows)
    };
    (is_partition && starts.windows(2).all(is_row_set)).then_some(Postings::Ordered { starts, rows: ordered })
}
