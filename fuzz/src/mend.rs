//! Putting checksums right in changed bytes, after `docs/format.md`. What has no place for one stays as it is.

use gristmill::schema::Dimension;

/// Bytes of a log's frame before and behind its payload.
const HEADER: usize = 44;
const FRAME_SUM: usize = 4;

/// Each frame's checksums, and the one of the frame before that it repeats.
pub(crate) fn log(bytes: &mut [u8]) {
    let mut previous = 0_u32;
    let mut rest = bytes;
    while rest.len() >= HEADER + FRAME_SUM {
        rest[36..40].copy_from_slice(&previous.to_le_bytes());
        let sum = crc32c::crc32c(&rest[..40]);
        rest[40..44].copy_from_slice(&sum.to_le_bytes());
        let payload = u32::from_le_bytes([rest[8], rest[9], rest[10], rest[11]]) as usize;
        if payload > rest.len() - HEADER - FRAME_SUM {
            return;
        }
        let (frame, behind) = rest.split_at_mut(HEADER + payload + FRAME_SUM);
        let (body, sum) = frame.split_at_mut(HEADER + payload);
        previous = crc32c::crc32c(body);
        sum.copy_from_slice(&previous.to_le_bytes());
        rest = behind;
    }
}

/// Length and checksum of a catalog.
pub(crate) fn catalog(bytes: &mut [u8]) {
    let length = bytes.len();
    if length < 24 {
        return;
    }
    bytes[12..20].copy_from_slice(&(length as u64).to_le_bytes());
    let sum = crc32c::crc32c(&bytes[..length - 4]);
    bytes[length - 4..].copy_from_slice(&sum.to_le_bytes());
}

const TRAILER: usize = 32;
/// A span and its checksum.
const PART: usize = 20;
const BLOCK: usize = 64 << 10;

/// The checksums of an index: of the Arrow file as a whole and by blocks, of its own parts, of directory and trailer.
pub(crate) fn index(bytes: &mut [u8], arrow: &[u8]) {
    let Some(end) = bytes.len().checked_sub(TRAILER) else { return };
    let number = |bytes: &[u8], at: usize| {
        bytes.get(at..at + 8).map_or(usize::MAX, |bytes| {
            usize::try_from(u64::from_le_bytes(bytes.try_into().unwrap())).unwrap_or(usize::MAX)
        })
    };
    let Some(start) = end.checked_sub(number(bytes, end)) else { return };
    let blocks = 12 + 4 * arrow.len().div_ceil(BLOCK);
    let parts = PART * (1 + Dimension::COUNT);
    if end - start < blocks + parts {
        return;
    }
    bytes[start..start + 8].copy_from_slice(&(arrow.len() as u64).to_le_bytes());
    bytes[start + 8..start + 12].copy_from_slice(&crc32c::crc32c(arrow).to_le_bytes());
    for (block, at) in arrow.chunks(BLOCK).zip((start + 12..).step_by(4)) {
        bytes[at..at + 4].copy_from_slice(&crc32c::crc32c(block).to_le_bytes());
    }
    for at in (end - parts..end).step_by(PART) {
        let (offset, length) = (number(bytes, at), number(bytes, at + 8));
        let part = offset.checked_add(length).and_then(|behind| bytes.get(offset..behind));
        if let Some(sum) = part.map(crc32c::crc32c) {
            bytes[at + 16..at + 20].copy_from_slice(&sum.to_le_bytes());
        }
    }
    let sum = crc32c::crc32c(&bytes[start..end]);
    bytes[end + 8..end + 12].copy_from_slice(&sum.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[end..end + 16]);
    bytes[end + 16..end + 20].copy_from_slice(&sum.to_le_bytes());
}
