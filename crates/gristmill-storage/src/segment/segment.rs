//! One immutable block of events.

use super::cache::HeapBytes;
use super::file::{FileSegment, Form, Remover};
use super::heap::HeapSegment;
use super::lost::LostSegment;
use super::projected::ProjectedSegment;
use super::{
    Alive, Dictionary, DimensionCodes, FixedValues, Postings, RunTable, SegmentError, SegmentMeta,
    SegmentRows, Ticks, Timestamps, Values,
};
use crate::event::EventRow;
use crate::schema::Dimension;
use roaring::RoaringBitmap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An immutable block of events, sorted by (organization, vendor, timestamp), with ties in the order of arrival.
///
/// Where it lies, on the heap or in a file, shows in nothing but [`Segment::postings`] and in the errors: a part of
/// a heap segment is always there, a part in a file is read and verified at its first use.
#[derive(Debug)]
pub struct Segment {
    id: u64,
    meta: SegmentMeta,
    alive: Alive,
    parts: Parts,
}

/// The next [`Segment::id`].
fn new_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Where the parts lie.
#[derive(Clone, Debug)]
enum Parts {
    Heap(Arc<HeapSegment>),
    File(Arc<FileSegment>),
    Lost(Arc<LostSegment>),
    Projected(Arc<ProjectedSegment>),
}

impl Segment {
    pub(super) fn on_heap(heap: HeapSegment) -> Self {
        Self::new(SegmentMeta::of(&heap), Parts::Heap(Arc::new(heap)))
    }

    /// A segment of which some columns only were read: every read of another one is an error.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet files are read so"))]
    pub(super) fn projected(parts: ProjectedSegment) -> Self {
        Self::new(parts.meta(), Parts::Projected(Arc::new(parts)))
    }

    pub(super) fn in_file(meta: SegmentMeta, file: FileSegment) -> Self {
        Self::new(meta, Parts::File(Arc::new(file)))
    }

    /// A segment whose file is missing or damaged, in place of the error that opening it gave: what a catalog knows of
    /// it can still be read, and every read of a column gives that error. So the events of other segments can be read.
    ///
    /// The error is given back where it may pass, as when there are too many open files.
    pub fn lost(meta: SegmentMeta, error: SegmentError) -> Result<Self, SegmentError> {
        Ok(Self::new(meta, Parts::Lost(Arc::new(LostSegment::of(error)?))))
    }

    fn new(meta: SegmentMeta, parts: Parts) -> Self {
        Self { id: new_id(), meta, alive: Alive::default(), parts }
    }

    /// The same segment with these rows deleted, and no others. All must be below its rows.
    #[must_use]
    pub(crate) fn with_deleted(&self, rows: RoaringBitmap) -> Self {
        let (meta, parts) = (self.meta.clone(), self.parts.clone());
        Self { id: new_id(), meta, alive: Alive::without(rows), parts }
    }

    /// Which of its rows count. All columns, and [`Segment::meta`], are of all rows, deleted ones included.
    pub fn alive(&self) -> &Alive {
        &self.alive
    }

    /// How many events: rows that count.
    pub fn events(&self) -> u32 {
        self.meta.rows - self.alive.count_deleted()
    }

    /// A number that no other segment of this process has, or had: what is derived from a segment can be kept under it.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What is known without reading a column.
    pub fn meta(&self) -> &SegmentMeta {
        &self.meta
    }

    /// Where the rows of each (organization, vendor) lie.
    pub fn runs(&self) -> Result<Arc<RunTable>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.runs)),
            Parts::File(file) => file.runs(&self.meta),
            Parts::Lost(lost) => Err(lost.error()),
            Parts::Projected(parts) => Ok(Arc::clone(&parts.runs)),
        }
    }

    /// The distinct values of a dimension; each of them stands in a row.
    pub fn dictionary(&self, dimension: Dimension) -> Result<Arc<Dictionary>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.dimension(dimension).dictionary)),
            Parts::File(file) => file.dictionary(dimension, &self.meta),
            Parts::Lost(lost) => Err(lost.error()),
            Parts::Projected(parts) => Ok(Arc::clone(&parts.dimension(dimension)?.dictionary)),
        }
    }

    /// The codes of a dimension, row by row, all of them below the length of its dictionary.
    pub fn codes(&self, dimension: Dimension) -> Result<Arc<DimensionCodes>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.dimension(dimension).codes)),
            Parts::File(file) => file.codes(dimension, &self.meta),
            Parts::Lost(lost) => Err(lost.error()),
            Parts::Projected(parts) => Ok(Arc::clone(&parts.dimension(dimension)?.codes)),
        }
    }

    /// The timestamps, row by row.
    pub fn timestamps(&self) -> Result<Arc<Timestamps>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.timestamps)),
            Parts::File(file) => file.timestamps(&self.meta),
            Parts::Lost(lost) => Err(lost.error()),
            Parts::Projected(parts) => parts.timestamps(),
        }
    }

    /// Where each run stands at regular instants; none are kept on the heap.
    pub fn ticks(&self) -> Result<Arc<Ticks>, SegmentError> {
        match &self.parts {
            Parts::Heap(_) | Parts::Projected(_) => Ok(Arc::default()),
            Parts::File(file) => file.ticks(&self.meta),
            Parts::Lost(lost) => Err(lost.error()),
        }
    }

    /// The values, row by row.
    pub fn values(&self) -> Result<Arc<Values>, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(Arc::clone(&heap.values)),
            Parts::File(file) => file.values(&self.meta),
            Parts::Lost(lost) => Err(lost.error()),
            Parts::Projected(parts) => parts.values(),
        }
    }

    /// The values as multiples of a unit of each run; `None` where none are kept, as on the heap.
    pub fn fixed_values(&self) -> Result<Option<Arc<FixedValues>>, SegmentError> {
        match &self.parts {
            Parts::Heap(_) | Parts::Projected(_) => Ok(None),
            Parts::File(file) => file.fixed_values(&self.meta).map(Some),
            Parts::Lost(lost) => Err(lost.error()),
        }
    }

    /// The rows of each code of a dimension; `None` where none are kept, as on the heap: scan the codes instead.
    pub fn postings(&self, dimension: Dimension) -> Result<Option<Arc<Postings>>, SegmentError> {
        match &self.parts {
            Parts::Heap(_) | Parts::Projected(_) => Ok(None),
            Parts::File(file) => file.postings(dimension, &self.meta),
            Parts::Lost(lost) => Err(lost.error()),
        }
    }

    /// How its columns lie in its file; `None` on the heap, and where the file is lost.
    pub fn form(&self) -> Option<Form> {
        match &self.parts {
            Parts::File(file) => Some(file.form()),
            Parts::Heap(_) | Parts::Lost(_) | Parts::Projected(_) => None,
        }
    }

    /// Whether its file is missing or damaged as a whole: no column can be read.
    pub fn is_lost(&self) -> bool {
        matches!(self.parts, Parts::Lost(_))
    }

    /// Why the index file could not be used and was made anew in memory; `None` where it could, and on the heap.
    pub fn index_damage(&self) -> Option<&str> {
        match &self.parts {
            Parts::Heap(_) | Parts::Lost(_) | Parts::Projected(_) => None,
            Parts::File(file) => file.index_damage(),
        }
    }

    /// All columns at hand, for reading rows as events.
    pub fn rows(&self) -> Result<SegmentRows, SegmentError> {
        SegmentRows::of(self)
    }

    /// Calls `visit` with every event, in row order; deleted rows are none.
    pub fn for_each_row(&self, mut visit: impl FnMut(&EventRow<'_>)) -> Result<(), SegmentError> {
        let rows = self.rows()?;
        for stretch in self.alive.stretches(0..self.meta.rows) {
            stretch.for_each(|row| visit(&rows.get(row as usize)));
        }
        Ok(())
    }

    /// Every part at once, of all rows.
    pub(super) fn to_heap(&self) -> Result<HeapSegment, SegmentError> {
        match &self.parts {
            Parts::Heap(heap) => Ok(HeapSegment::clone(heap)),
            Parts::File(file) => file.to_heap(&self.meta),
            Parts::Lost(lost) => Err(lost.error()),
            Parts::Projected(_) => Err(SegmentError::NotRead { column: "some columns" }),
        }
    }

    /// Has its files removed when the last user of the segment lets go of it: nothing lists them any more.
    /// Catalogs up to `epoch` did.
    pub(crate) fn remove_files_at_last(&self, epoch: u64, remover: Arc<dyn Remover>) {
        if let Parts::File(file) = &self.parts {
            file.remove_files_at_last(epoch, remover);
        }
    }

    /// Bytes this segment keeps on the heap for as long as it lives; parts of a file are counted by their cache.
    pub fn heap_bytes(&self) -> usize {
        match &self.parts {
            Parts::Heap(heap) => heap.heap_bytes(),
            Parts::Projected(parts) => parts.heap_bytes(),
            Parts::File(_) | Parts::Lost(_) => 0,
        }
    }
}
