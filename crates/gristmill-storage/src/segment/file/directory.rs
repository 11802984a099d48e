//! The footer of an index: where everything lies, in both files.

use super::blocks::{Span, block_count, compare_crc, damaged};
use super::bytes::{Decoder, Encoder};
use super::layout::Layout;
use super::runs::{decode_stats, encode_stats};
use super::sum::{FileSum, io_error};
use super::{CURRENT_VERSION, OLDEST_READABLE_VERSION};
use crate::dir::ReadFile;
use crate::schema::Dimension;
use crate::segment::part::Part;
use crate::segment::{DimensionStats, OrganizationBounds, SegmentError, SegmentMeta};

/// First and last bytes of an index.
pub(super) const MAGIC: &[u8; 8] = b"GRISTIDX";

/// Bytes of the trailer behind the directory, the same in every version: length and checksum of the directory, the
/// version, the checksum of these three, four zeros, and the magic.
const TRAILER: usize = 32;

/// The bytes of the trailer that its own checksum is about.
const TRAILER_SUMMED: usize = 16;

/// Where everything lies.
#[derive(Debug, PartialEq)]
pub(super) struct Directory {
    /// The Arrow file that this index belongs to.
    pub(super) arrow: FileSum,
    /// The checksum of each block of the Arrow file.
    pub(super) blocks: Vec<u32>,
    /// Without the segment's number, which is the catalog's.
    pub(super) meta: SegmentMeta,
    pub(super) layout: Layout,
    pub(super) parts: IndexParts,
}

/// Where the parts of the index lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexParts {
    pub(super) runs: IndexPart,
    /// Indexed by `Dimension as usize`; of length 0 where none are kept.
    pub(super) postings: Vec<IndexPart>,
}

/// Where a part of the index lies, and its checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct IndexPart {
    pub(super) span: Span,
    pub(super) crc32c: u32,
}

impl Directory {
    /// The directory and the trailer behind it.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u64(self.arrow.length);
        out.u32(self.arrow.crc32c);
        self.blocks.iter().for_each(|&crc| out.u32(crc));
        encode_meta(&mut out, &self.meta);
        self.layout.encode(&mut out);
        encode_part(&mut out, self.parts.runs);
        self.parts.postings.iter().for_each(|&part| encode_part(&mut out, part));
        let mut directory = out.finish();
        let mut trailer = Encoder::default();
        trailer.u64(directory.len() as u64);
        trailer.u32(crc32c::crc32c(&directory));
        trailer.u32(CURRENT_VERSION);
        let trailer = trailer.finish();
        directory.extend(&trailer);
        directory.extend(crc32c::crc32c(&trailer).to_le_bytes());
        directory.extend([0; 4]);
        directory.extend(MAGIC);
        directory
    }

    /// Reads the directory of an index of `length` bytes.
    pub(super) fn read(file: &dyn ReadFile, path: &str, length: u64) -> Result<Self, SegmentError> {
        let bad = |offset, expected: &str| damaged(path, Part::Directory, offset, expected, "other bytes");
        let end = length.checked_sub(TRAILER as u64).ok_or_else(|| bad(0, "a trailer"))?;
        let mut trailer = [0; TRAILER];
        read_at(file, path, &mut trailer, end)?;
        let (start, crc) = parse_trailer(path, &trailer, end)?;
        let directory_length = usize::try_from(end - start).map_err(|_| bad(start, "a shorter directory"))?;
        let mut directory = vec![0; directory_length];
        read_at(file, path, &mut directory, start)?;
        compare_crc(path, Part::Directory, start, crc, crc32c::crc32c(&directory))?;
        let mut from = Decoder::new(&directory);
        Self::decode(&mut from, start)
            .filter(|_| from.is_done())
            .ok_or_else(|| bad(start, "the directory of an index"))
    }

    /// `None` where the bytes end before, or point behind the end of a file.
    fn decode(from: &mut Decoder<'_>, index_length: u64) -> Option<Self> {
        let arrow = FileSum { length: from.u64()?, crc32c: from.u32()? };
        let blocks = (0..block_count(arrow.length)).map(|_| from.u32()).collect::<Option<_>>()?;
        let meta = decode_meta(from)?;
        let layout = Layout::decode(from, arrow.length)?;
        let mut part =
            || decode_part(from).filter(|part: &IndexPart| part.span.end_within(index_length).is_some());
        let runs = part()?;
        let postings = Dimension::ALL.into_iter().map(|_| part()).collect::<Option<_>>()?;
        let agree = meta.rows == layout.rows
            && meta
                .dimensions
                .iter()
                .zip(&layout.dimensions)
                .all(|(stats, layout)| stats.distinct.checked_add(1) == Some(layout.entries));
        agree.then_some(Self { arrow, blocks, meta, layout, parts: IndexParts { runs, postings } })
    }
}

/// Where the directory starts, and its checksum.
fn parse_trailer(path: &str, trailer: &[u8], end: u64) -> Result<(u64, u32), SegmentError> {
    let bad = || damaged(path, Part::Directory, end, "the trailer of an index", "other bytes");
    let mut from = Decoder::new(trailer);
    let fields = (from.u64(), from.u32(), from.u32(), from.u32(), from.u32(), from.array());
    let (Some(length), Some(crc), Some(found), Some(own_crc), Some(_), Some(magic)) = fields else {
        return Err(bad());
    };
    // The version counts only where the trailer is whole: a flipped bit is no newer release.
    if magic != *MAGIC || own_crc != crc32c::crc32c(&trailer[..TRAILER_SUMMED]) {
        return Err(bad());
    }
    if found > CURRENT_VERSION {
        return Err(SegmentError::NewerFormat { file: path.to_owned(), found, newest: CURRENT_VERSION });
    }
    match end.checked_sub(length) {
        Some(start) if found >= OLDEST_READABLE_VERSION => Ok((start, crc)),
        _ => Err(bad()),
    }
}

fn read_at(file: &dyn ReadFile, path: &str, bytes: &mut [u8], offset: u64) -> Result<(), SegmentError> {
    file.read_exact_at(bytes, offset).map_err(|source| io_error("read", path, source))
}

fn encode_meta(out: &mut Encoder, meta: &SegmentMeta) {
    out.u32(meta.rows);
    out.i64(meta.min_time);
    out.i64(meta.max_time);
    encode_stats(out, meta.values);
    out.text(&meta.organizations.first);
    out.text(&meta.organizations.last);
    for stats in &meta.dimensions {
        out.u32(stats.distinct);
        out.u32(stats.nulls);
    }
}

fn decode_meta(from: &mut Decoder<'_>) -> Option<SegmentMeta> {
    let mut meta = SegmentMeta {
        id: None,
        rows: from.u32()?,
        min_time: from.i64()?,
        max_time: from.i64()?,
        values: decode_stats(from)?,
        organizations: OrganizationBounds { first: from.text()?.into(), last: from.text()?.into() },
        dimensions: [DimensionStats::default(); Dimension::COUNT],
    };
    for stats in &mut meta.dimensions {
        *stats = DimensionStats { distinct: from.u32()?, nulls: from.u32()? };
    }
    Some(meta)
}

fn encode_part(out: &mut Encoder, part: IndexPart) {
    out.u64(part.span.offset);
    out.u64(part.span.length);
    out.u32(part.crc32c);
}

fn decode_part(from: &mut Decoder<'_>) -> Option<IndexPart> {
    let span = Span { offset: from.u64()?, length: from.u64()? };
    Some(IndexPart { span, crc32c: from.u32()? })
}
