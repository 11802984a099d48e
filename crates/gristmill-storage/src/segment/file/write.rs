//! Writing a segment's files.

use super::blocks::{BlockFile, Span, damaged};
use super::columns::ColumnFile;
use super::directory::{Directory, IndexPart, IndexParts, MAGIC};
use super::layout::Layout;
use super::sum::{FileSum, SegmentFiles, SumWriter, io_error};
use super::{Form, arrow, postings, runs};
use crate::dir::Dir;
use crate::schema::Dimension;
use crate::segment::heap::HeapSegment;
use crate::segment::part::Part;
use crate::segment::{Postings, Segment, SegmentError, SegmentMeta};

/// Where a part of the index starts: at a multiple of this, in bytes.
const ALIGNMENT: usize = 64;

/// Writes a segment to two new files, makes their bytes durable, reads them back and compares every column.
///
/// Neither path may exist. After an error there may be files that are incomplete, for the caller to remove. Making the
/// names durable is left to the caller as well ([`Dir::sync_dir`]), who may rename the files first.
pub fn write(
    dir: &dyn Dir,
    arrow_path: &str,
    index_path: &str,
    segment: &Segment,
    form: Form,
) -> Result<SegmentFiles, SegmentError> {
    let heap = segment.to_heap()?;
    let written = arrow::write(SumWriter::create(dir, arrow_path)?, arrow_path, &heap, form)?;
    let columns = ColumnFile::open_verified(dir, arrow_path, written.sum)?;
    columns.compare(&heap)?;
    let index = write_index(dir, index_path, &heap, &columns, written.sum)?;
    Ok(SegmentFiles { arrow: written.sum, index })
}

/// Writes the index of a segment to a new file, makes its bytes durable and reads them back.
pub(super) fn write_index(
    dir: &dyn Dir,
    path: &str,
    heap: &HeapSegment,
    columns: &ColumnFile,
    arrow: FileSum,
) -> Result<FileSum, SegmentError> {
    let mut writer = SumWriter::create(dir, path)?;
    writer.append(MAGIC)?;
    let runs = append_part(&mut writer, &runs::encode(&heap.runs))?;
    let mut postings = Vec::with_capacity(Dimension::COUNT);
    for dimension in Dimension::ALL {
        postings.push(append_postings(&mut writer, path, dimension, heap, &columns.layout)?);
    }
    let directory = Directory {
        arrow,
        blocks: columns.file.crcs().to_vec(),
        meta: SegmentMeta::of(heap),
        layout: Layout::clone(&columns.layout),
        parts: IndexParts { runs, postings },
    };
    writer.append(&directory.encode())?;
    let written = writer.finish()?.sum;
    BlockFile::open_verified(dir, path, written)?;
    let file = dir.open(path).map_err(|source| io_error("open", path, source))?;
    if Directory::read(&*file, path, written.length)? == directory {
        Ok(written)
    } else {
        Err(damaged(path, Part::Directory, 0, "the directory that was written", "another one"))
    }
}

fn append_postings(
    writer: &mut SumWriter<'_>,
    path: &str,
    dimension: Dimension,
    heap: &HeapSegment,
    layout: &Layout,
) -> Result<IndexPart, SegmentError> {
    if !layout.has_postings(dimension) {
        return Ok(IndexPart::default());
    }
    let entries = layout.dimensions[dimension as usize].entries;
    let postings = Postings::of(&heap.dimension(dimension).codes, entries);
    let bytes = postings::encode(&postings).map_err(|source| io_error("encode", path, source))?;
    append_part(writer, &bytes)
}

fn append_part(writer: &mut SumWriter<'_>, bytes: &[u8]) -> Result<IndexPart, SegmentError> {
    let padding = writer.position().next_multiple_of(ALIGNMENT as u64) - writer.position();
    writer.append(&[0; ALIGNMENT][..usize::try_from(padding).unwrap_or_default()])?;
    let span = Span { offset: writer.position(), length: bytes.len() as u64 };
    writer.append(bytes)?;
    Ok(IndexPart { span, crc32c: crc32c::crc32c(bytes) })
}
