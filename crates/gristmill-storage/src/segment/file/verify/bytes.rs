//! The checksums of both files.

use super::{BlockFile, Findings, IndexFile};
use crate::dir::Dir;
use crate::schema::Dimension;
use crate::segment::SegmentError;
use crate::segment::file::blocks::{BlockTable, Span, compare_crc};
use crate::segment::file::directory::Directory;
use crate::segment::file::layout::Layout;
use crate::segment::file::open::read_part;
use crate::segment::file::sum::FileSum;
use crate::segment::part::Part;
use std::ops::Range;
use std::sync::Arc;

/// Compares the checksums of every part of the index, and that of the file where no part is wrong: then it is what lies
/// between them.
pub(super) fn check_index<'d>(
    dir: &'d dyn Dir,
    path: &'d str,
    directory: Directory,
    sum: FileSum,
    findings: &mut Findings,
) -> IndexFile<'d> {
    let before = findings.0.len();
    findings.keep(read_part(dir, path, directory.parts.runs, Part::Runs));
    for dimension in Dimension::ALL {
        let place = directory.parts.postings[dimension as usize];
        findings.keep(read_part(dir, path, place, Part::Postings(dimension)));
    }
    if findings.0.len() == before {
        findings.keep(BlockFile::open_verified(dir, path, sum));
    }
    IndexFile { dir, path, directory }
}

/// Reads the Arrow file as a whole. With a directory, each stretch of blocks that is wrong is told by what lies there. The
/// file, where its bytes are those that were written.
pub(super) fn check_arrow(
    dir: &dyn Dir,
    path: &str,
    sum: FileSum,
    directory: Option<&Directory>,
    findings: &mut Findings,
) -> Option<BlockFile> {
    let Some(directory) = directory else {
        return findings.keep(BlockFile::open_verified(dir, path, sum));
    };
    let table = findings.keep(BlockTable::new(path, sum, directory.blocks.clone()))?;
    let file = findings.keep(BlockFile::open(dir, &Arc::new(table)))?;
    let survey = findings.keep(file.survey())?;
    for bad in &survey.bad {
        findings.add(SegmentError::Damaged {
            file: path.to_owned(),
            part: parts_at(&directory.layout, bad),
            offset: bad.start,
            expected: format!("{} bytes with their checksums", bad.end - bad.start),
            found: "other bytes".to_owned(),
        });
    }
    if survey.bad.is_empty() {
        return findings.keep(compare_crc(path, Part::File, 0, sum.crc32c, survey.crc32c)).map(|()| file);
    }
    None
}

/// The parts that lie in some bytes, by the first and the last of them.
fn parts_at(layout: &Layout, bytes: &Range<u64>) -> String {
    let mut parts: Vec<(u64, Part)> = spans(layout)
        .filter(|(_, span)| span.offset < bytes.end && bytes.start < span.offset + span.length)
        .map(|(part, span)| (span.offset, part))
        .collect();
    parts.sort_by_key(|(offset, _)| *offset);
    match (parts.first(), parts.last()) {
        (Some((_, first)), Some((_, last))) if first == last => first.to_string(),
        (Some((_, first)), Some((_, last))) => format!("{first} to {last}"),
        // Between the columns lie headers and padding.
        _ => Part::Directory.to_string(),
    }
}

fn spans(layout: &Layout) -> impl Iterator<Item = (Part, Span)> {
    let columns = [
        (Part::Timestamps, layout.timestamps),
        (Part::Values, layout.validity),
        (Part::Values, layout.numbers),
    ];
    let dimensions = Dimension::ALL.into_iter().zip(&layout.dimensions).flat_map(|(dimension, spans)| {
        [
            (Part::Dictionary(dimension), spans.text_offsets),
            (Part::Dictionary(dimension), spans.entry_values),
            (Part::Codes(dimension), spans.list_offsets),
            (Part::Codes(dimension), spans.codes),
        ]
    });
    columns.into_iter().chain(dimensions)
}
