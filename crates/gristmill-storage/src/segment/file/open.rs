//! Opening a segment's files, and reading its parts at their first use.

use super::blocks::{BlockFile, BlockTable, compare_crc, damaged, open_of_length};
use super::columns::ColumnFile;
use super::directory::{Directory, IndexPart, IndexParts};
use super::layout::Layout;
use super::sum::{FileSum, SegmentFiles, io_error};
use super::{Form, postings, runs};
use crate::dir::Dir;
use crate::schema::Dimension;
use crate::segment::cache::PartCache;
use crate::segment::heap::{HeapDimension, HeapSegment};
use crate::segment::part::Part;
use crate::segment::{
    Dictionary, DimensionCodes, FixedValues, OrganizationBounds, Postings, RunTable, Segment, SegmentError,
    SegmentMeta, Ticks, Timestamps, Values,
};
use arrow_buffer::{Buffer, MutableBuffer};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Opens a segment from its two files, whose lengths and checksums were recorded when they were written.
///
/// Reads the index's directory only; every other part is read and verified at its first use, and kept in `cache`. No
/// file stays open behind it, so the files must keep their names for as long as the segment lives. An index that is
/// missing or damaged is made anew in memory from the Arrow file, which is then read and verified as a whole;
/// [`Segment::index_damage`] tells. A damaged Arrow file is an error, here or at the first use of what is damaged.
pub fn open(
    dir: &Arc<dyn Dir>,
    arrow_path: &str,
    index_path: &str,
    files: &SegmentFiles,
    id: u64,
    cache: Arc<PartCache>,
) -> Result<Segment, SegmentError> {
    let damage = OnceLock::new();
    let (columns, meta, parts) = match read_directory(&**dir, index_path, files) {
        Ok(Directory { arrow, blocks, meta, layout, parts }) => {
            let table = BlockTable::new(arrow_path, arrow, blocks)?;
            let file = BlockFile::open(&**dir, &Arc::new(table))?;
            (ColumnFile { file, layout: Arc::new(layout) }, meta, Some(parts))
        }
        Err(error @ SegmentError::NewerFormat { .. }) => return Err(error),
        Err(error) => {
            let _ = damage.set(error.to_string());
            let columns = ColumnFile::open_verified(&**dir, arrow_path, files.arrow)?;
            let meta = SegmentMeta::of(&columns.to_heap()?);
            (columns, meta, None)
        }
    };
    let owner = cache.new_owner();
    let index = Index { dir: Arc::clone(dir), path: index_path.to_owned(), parts, damage };
    let meta = SegmentMeta { id: Some(id), ..meta };
    let ColumnFile { file, layout } = columns;
    let (dir, blocks) = (Arc::clone(dir), Arc::clone(file.table()));
    Ok(Segment::in_file(
        meta,
        FileSegment { dir, blocks, layout, index, cache, owner, remover: OnceLock::new() },
    ))
}

/// The directory of the index, where that is the one recorded, and belongs to the Arrow file recorded.
pub(super) fn read_directory(
    dir: &dyn Dir,
    path: &str,
    files: &SegmentFiles,
) -> Result<Directory, SegmentError> {
    let file = open_of_length(dir, path, files.index.length)?;
    let directory = Directory::read(&*file, path, files.index.length)?;
    if directory.arrow == files.arrow {
        Ok(directory)
    } else {
        let sum =
            |sum: FileSum| format!("the index of {} bytes with crc32c {:#010x}", sum.length, sum.crc32c);
        Err(damaged(path, Part::Directory, 0, sum(files.arrow), sum(directory.arrow)))
    }
}

/// The parts of a segment in files. Each method reads, verifies and keeps a part.
///
/// The files are closed but while a part is read: a store may have more segments than a process may have open files.
#[derive(Debug)]
pub(in crate::segment) struct FileSegment {
    dir: Arc<dyn Dir>,
    blocks: Arc<BlockTable>,
    layout: Arc<Layout>,
    index: Index,
    cache: Arc<PartCache>,
    owner: u64,
    /// Who removes the files when the segment is dropped, where they go with it.
    remover: OnceLock<(u64, Arc<dyn Remover>)>,
}

/// Removes files that nothing in this process reads, and that no catalog after an epoch lists.
pub(crate) trait Remover: fmt::Debug + Send + Sync {
    /// Removes them, or keeps their names until no other process reads them either.
    fn remove(&self, epoch: u64, paths: Vec<String>);
}

/// The index file, which the Arrow file can stand in for.
#[derive(Debug)]
struct Index {
    dir: Arc<dyn Dir>,
    path: String,
    /// `None` where it was unusable from the start.
    parts: Option<IndexParts>,
    /// Why it could not be used, the first time it could not.
    damage: OnceLock<String>,
}

impl Drop for FileSegment {
    fn drop(&mut self) {
        self.cache.forget(self.owner);
        if let Some((epoch, remover)) = self.remover.get() {
            remover.remove(*epoch, vec![self.blocks.path().to_owned(), self.index.path.clone()]);
        }
    }
}

impl FileSegment {
    /// The Arrow file, open.
    fn columns(&self) -> Result<ColumnFile, SegmentError> {
        let file = BlockFile::open(&*self.dir, &self.blocks)?;
        Ok(ColumnFile { file, layout: Arc::clone(&self.layout) })
    }

    /// Why the index could not be used.
    pub(in crate::segment) fn index_damage(&self) -> Option<&str> {
        self.index.damage.get().map(String::as_str)
    }

    /// Has both files removed when this is dropped.
    pub(in crate::segment) fn remove_files_at_last(&self, epoch: u64, remover: Arc<dyn Remover>) {
        let _ = self.remover.set((epoch, remover));
    }

    /// How the columns lie in the file.
    pub(in crate::segment) fn form(&self) -> Form {
        self.layout.form
    }

    pub(in crate::segment) fn runs(&self, meta: &SegmentMeta) -> Result<Arc<RunTable>, SegmentError> {
        self.cache.get(self.owner, Part::Runs, || {
            self.index
                .part(
                    |parts| parts.runs,
                    Part::Runs,
                    |bytes| runs::decode(bytes).filter(|runs| runs.agrees_with(meta)),
                )
                .map_or_else(|| self.columns()?.runs(), Ok)
        })
    }

    pub(in crate::segment) fn dictionary(
        &self,
        dimension: Dimension,
        meta: &SegmentMeta,
    ) -> Result<Arc<Dictionary>, SegmentError> {
        let part = Part::Dictionary(dimension);
        self.cache.get(self.owner, part, || {
            let columns = self.columns()?;
            let dictionary = columns.dictionary(dimension)?;
            let found = (dimension == Dimension::OrganizationId).then(|| OrganizationBounds::of(&dictionary));
            match found.filter(|found| *found != meta.organizations) {
                None => Ok(dictionary),
                Some(found) => {
                    let told =
                        |bounds: &OrganizationBounds| format!("{:?} to {:?}", bounds.first, bounds.last);
                    Err(columns.miscounted(part, told(&meta.organizations), told(&found)))
                }
            }
        })
    }

    pub(in crate::segment) fn codes(
        &self,
        dimension: Dimension,
        meta: &SegmentMeta,
    ) -> Result<Arc<DimensionCodes>, SegmentError> {
        let part = Part::Codes(dimension);
        self.cache.get(self.owner, part, || {
            let columns = self.columns()?;
            let codes = columns.codes(dimension)?;
            let (expected, found) = (meta.dimension(dimension).nulls, codes.count_nulls());
            if expected == found {
                Ok(codes)
            } else {
                Err(columns.miscounted(part, format!("{expected} null rows"), format!("{found}")))
            }
        })
    }

    pub(in crate::segment) fn timestamps(&self, meta: &SegmentMeta) -> Result<Arc<Timestamps>, SegmentError> {
        let runs = self.runs(meta)?;
        self.cache.get(self.owner, Part::Timestamps, || {
            let columns = self.columns()?;
            let timestamps = columns.timestamps()?;
            match runs.all().iter().find(|run| !run.holds_times(&timestamps)) {
                None => Ok(timestamps),
                Some(run) => {
                    let expected = format!("timestamps rising from {} to {}", run.min_time, run.max_time);
                    let found = format!("others in rows {:?}", run.rows);
                    Err(columns.miscounted(Part::Timestamps, expected, found))
                }
            }
        })
    }

    pub(in crate::segment) fn ticks(&self, meta: &SegmentMeta) -> Result<Arc<Ticks>, SegmentError> {
        let load = || Ok(Ticks::of(&*self.runs(meta)?, &*self.timestamps(meta)?));
        self.cache.get(self.owner, Part::Ticks, load)
    }

    pub(in crate::segment) fn values(&self, meta: &SegmentMeta) -> Result<Arc<Values>, SegmentError> {
        let runs = self.runs(meta)?;
        self.cache.get(self.owner, Part::Values, || {
            let columns = self.columns()?;
            let values = columns.values()?;
            match runs.all().iter().find(|run| !run.holds_values(&values)) {
                None => Ok(values),
                Some(run) => {
                    let expected = format!("{:?} in rows {:?}", run.values, run.rows);
                    Err(columns.miscounted(Part::Values, expected, "others"))
                }
            }
        })
    }

    pub(in crate::segment) fn fixed_values(
        &self,
        meta: &SegmentMeta,
    ) -> Result<Arc<FixedValues>, SegmentError> {
        let load = || Ok(FixedValues::of(&*self.runs(meta)?, &*self.values(meta)?));
        self.cache.get(self.owner, Part::FixedValues, load)
    }

    pub(in crate::segment) fn postings(
        &self,
        dimension: Dimension,
        meta: &SegmentMeta,
    ) -> Result<Option<Arc<Postings>>, SegmentError> {
        if !self.layout.can_have_postings(dimension) {
            return Ok(None);
        }
        let entries = self.layout.dimensions[dimension as usize].entries;
        let part = Part::Postings(dimension);
        let load = || {
            let read = || {
                self.index.part(
                    |parts| parts.postings[dimension as usize],
                    part,
                    |bytes| postings::decode(bytes, entries, meta.rows),
                )
            };
            let of_index = if self.layout.has_postings(dimension) { read() } else { None };
            of_index.map_or_else(|| Ok(Postings::of(&*self.codes(dimension, meta)?, entries)), Ok)
        };
        self.cache.get(self.owner, part, load).map(Some)
    }

    /// Every part at once.
    pub(in crate::segment) fn to_heap(&self, meta: &SegmentMeta) -> Result<HeapSegment, SegmentError> {
        let dimension = |dimension| {
            let (dictionary, codes) = (self.dictionary(dimension, meta)?, self.codes(dimension, meta)?);
            Ok(HeapDimension { dictionary, codes })
        };
        Ok(HeapSegment {
            runs: self.runs(meta)?,
            timestamps: self.timestamps(meta)?,
            values: self.values(meta)?,
            dimensions: Dimension::ALL.into_iter().map(dimension).collect::<Result<_, SegmentError>>()?,
        })
    }
}

impl Index {
    /// A part of the index; `None` where it must be made anew, of which a note is kept.
    fn part<T>(
        &self,
        place: impl Fn(&IndexParts) -> IndexPart,
        part: Part,
        decode: impl Fn(&Buffer) -> Option<T>,
    ) -> Option<T> {
        let place = place(self.parts.as_ref()?);
        let decoded = read_part(&*self.dir, &self.path, place, part).and_then(|bytes| {
            let bad =
                || damaged(&self.path, part, place.span.offset, "what the directory says", "other bytes");
            decode(&bytes).ok_or_else(bad)
        });
        decoded
            .inspect_err(|error| {
                let _ = self.damage.set(error.to_string());
            })
            .ok()
    }
}

/// Reads a part of an index and compares its checksum.
pub(super) fn read_part(
    dir: &dyn Dir,
    path: &str,
    place: IndexPart,
    part: Part,
) -> Result<Buffer, SegmentError> {
    let offset = place.span.offset;
    let length = usize::try_from(place.span.length)
        .map_err(|_| damaged(path, part, offset, "a part that fits memory", place.span.length.to_string()))?;
    let file = dir.open(path).map_err(|source| io_error("open", path, source))?;
    let mut bytes = MutableBuffer::from_len_zeroed(length);
    file.read_exact_at(&mut bytes, offset).map_err(|source| io_error("read", path, source))?;
    compare_crc(path, part, offset, place.crc32c, crc32c::crc32c(&bytes))?;
    Ok(bytes.into())
}
