//! Events that stay in a Parquet file: of each part of a row group, what a fetch needs becomes a segment.

use super::column::{ColumnReader, same_rows};
use super::decode::{self, Decoded, Fault, Receiver};
use super::file::ParquetFile;
use super::prune::Sorted;
use super::selection::Selection;
use super::{ColumnMap, ImportError};
use crate::event::{EventError, EventLimits, SourceRule};
use crate::schema::{Column, Dimension, Kind};
use crate::segment::{
    Dictionary, DimensionBuilder, DimensionCodes, DimensionRows, NULL_CODE, ProjectedRows, RowRequest,
    RowTest, Segment, SegmentError, SegmentSource, TextDictionary, Times, ValueVec,
};
use parquet::file::metadata::PageIndexPolicy;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Rows of a part at most: larger row groups make several, so that threads share them and none has much in memory.
const PART_ROWS: usize = 1 << 18;

/// A Parquet file of events that stay where they are. Its columns are those of
/// [`ParquetChunks`](super::ParquetChunks).
#[derive(Clone)]
pub struct DumpFile {
    reader: Arc<ColumnReader>,
}

impl DumpFile {
    /// Opens a file, whose columns may have other names.
    ///
    /// # Errors
    /// [`SegmentError::Foreign`]: it cannot be read, is no Parquet file, has a column of the wrong type, or none of
    /// `organization_id` or `timestamp`. Other columns that an event must have are missed by the fetches that need them.
    pub fn open(
        path: impl AsRef<Path>,
        map: &ColumnMap,
        rule: impl Into<SourceRule>,
    ) -> Result<Self, SegmentError> {
        let path = path.as_ref();
        let file =
            ParquetFile::open(path, map, PageIndexPolicy::Optional).map_err(|error| foreign(path, error))?;
        let has = |column: Column| match file.fields.place(column) {
            Some(_) => Ok(()),
            None => Err(foreign(path, ImportError::Absent { column: column.name() })),
        };
        has(Column::Timestamp)?;
        has(Column::Dimension(Dimension::OrganizationId))?;
        let receiver = Receiver { rule: rule.into(), arrival: None, limits: EventLimits::default() };
        Ok(Self { reader: Arc::new(ColumnReader { file, receiver }) })
    }

    /// How many events are in it.
    pub fn rows(&self) -> u64 {
        let rows = self.reader.file.metadata.metadata().file_metadata().num_rows();
        u64::try_from(rows).unwrap_or(0)
    }

    /// Whether it has a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.reader.file.fields.schema.index_of(name).is_ok()
    }

    /// Its events in parts, in their order.
    pub fn parts(&self) -> Vec<Arc<dyn SegmentSource>> {
        let mut parts: Vec<Arc<dyn SegmentSource>> = Vec::new();
        let mut before = 0;
        for group in 0..self.reader.file.metadata.metadata().num_row_groups() {
            let total = self.reader.file.group_rows(group);
            let count = total.div_ceil(PART_ROWS);
            for part in 0..count {
                let rows = total * part / count..total * (part + 1) / count;
                parts.push(Arc::new(DumpPart { reader: Arc::clone(&self.reader), group, rows, before }));
            }
            before += total as u64;
        }
        parts
    }
}

impl fmt::Debug for DumpFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DumpFile").field("path", &self.reader.file.path).finish_non_exhaustive()
    }
}

fn foreign(path: &Path, error: ImportError) -> SegmentError {
    match error {
        // These say it well enough.
        ImportError::Columns(error) => error,
        error => SegmentError::Foreign { file: path.display().to_string(), source: Box::new(error) },
    }
}

/// Rows of one row group.
struct DumpPart {
    reader: Arc<ColumnReader>,
    group: usize,
    /// Of the row group.
    rows: Range<usize>,
    /// Rows of the file before the row group.
    before: u64,
}

impl fmt::Debug for DumpPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reader, group, rows, .. } = self;
        f.debug_struct("DumpPart")
            .field("path", &reader.file.path)
            .field("group", group)
            .field("rows", rows)
            .finish_non_exhaustive()
    }
}

impl SegmentSource for DumpPart {
    fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    fn times(&self) -> Option<(i64, i64)> {
        self.reader.file.times(self.group).map(|(bounds, _)| bounds)
    }

    fn left_out(&self, request: &RowRequest<'_>) -> Result<Option<&'static str>, SegmentError> {
        if self.within(&self.reader.file.rows_within(self.group, &request.time)).is_empty() {
            return Ok(Some("interval"));
        }
        let lacks = |dimension: Dimension, texts: &[&str]| -> Result<bool, SegmentError> {
            let file = &self.reader.file;
            Ok(self.within(&file.rows_with(self.group, dimension, texts)).is_empty()
                || file.lacks(self.group, dimension, texts).map_err(|error| foreign(&file.path, error))?)
        };
        if lacks(Dimension::OrganizationId, &[request.organization])? {
            return Ok(Some("organization"));
        }
        if let Some(vendor) = request.vendor
            && lacks(Dimension::Vendor, &[vendor])?
        {
            return Ok(Some("rows"));
        }
        for test in known_values(request) {
            if let Some(values) = &test.values
                && lacks(test.dimension, values)?
            {
                return Ok(Some("filter"));
            }
        }
        Ok(None)
    }

    fn read(&self, request: &RowRequest<'_>) -> Result<Option<Segment>, SegmentError> {
        let told = |fault: Fault| {
            let error = match fault {
                Fault::Row(row, (field, problem)) => {
                    let index = self.before + row as u64;
                    ImportError::Row(Box::new(EventError { index, line: None, field, problem }))
                }
                Fault::Column(error) => error,
            };
            foreign(&self.reader.file.path, error)
        };
        Reading::new(self, request).read().map_err(told)
    }
}

/// Tests that name values. What sources of null and unknown words mean is up to the receiver, so nothing is left out by it.
fn known_values<'r>(request: &'r RowRequest<'_>) -> impl Iterator<Item = &'r RowTest<'r>> {
    request.tests.iter().filter(|test| test.values.is_some() && test.dimension.kind() != Kind::Source)
}

impl DumpPart {
    /// The rows of the part that may pass.
    fn within(&self, sorted: &Sorted) -> Selection {
        sorted.all.or(&sorted.unknown).and(&Selection::range(self.rows.clone()))
    }
}

/// A column as it was read under a selection.
struct ReadColumn {
    dimension: Dimension,
    selection: Selection,
    batches: Vec<DimensionRows>,
}

/// A part while it is read for a fetch.
struct Reading<'r> {
    part: &'r DumpPart,
    request: &'r RowRequest<'r>,
    /// Rows that may be asked for.
    selection: Selection,
    /// Columns that were read for a test and will be needed.
    read: Vec<ReadColumn>,
}

impl<'r> Reading<'r> {
    fn new(part: &'r DumpPart, request: &'r RowRequest<'r>) -> Self {
        Self { part, request, selection: Selection::range(part.rows.clone()), read: Vec::new() }
    }

    fn read(mut self) -> Decoded<Option<Segment>> {
        let request = self.request;
        self.prune();
        self.keep_text(Dimension::OrganizationId, request.organization)?;
        if let Some(vendor) = request.vendor {
            self.keep_text(Dimension::Vendor, vendor)?;
        }
        let Some((times, times_of)) = self.times()? else { return Ok(None) };
        // What costs little goes first.
        let mut tests: Vec<&RowTest<'_>> = request.tests.iter().collect();
        tests.sort_by_key(|test| self.part.reader.file.fields.width(Column::Dimension(test.dimension)));
        for test in tests {
            self.keep(test.dimension, test.values.as_deref(), &*test.accepts)?;
        }
        if self.selection.is_empty() {
            return Ok(None);
        }
        let times = match times {
            Times::Each(times) => {
                let places = self.selection.places_in(&times_of);
                Times::Each(places.into_iter().flat_map(|places| times[places].iter().copied()).collect())
            }
            within @ Times::Within(..) => within,
        };
        let values = request.needs(Column::Value).then(|| self.values()).transpose()?;
        let dimensions = request
            .columns
            .iter()
            .filter_map(|&column| match column {
                // All rows have the same organization.
                Column::Dimension(Dimension::OrganizationId) | Column::Timestamp | Column::Value => None,
                Column::Dimension(Dimension::Vendor) => request.vendor.is_none().then_some(Dimension::Vendor),
                Column::Dimension(dimension) => Some(dimension),
            })
            .map(|dimension| self.dimension(dimension))
            .collect::<Decoded<Vec<_>>>()?;
        let rows = ProjectedRows {
            organization: request.organization.into(),
            vendor: request.vendor.map(Arc::from),
            rows: self.selection.rows(),
            times,
            values,
            dimensions,
        };
        Ok(Some(rows.build()?))
    }

    /// Leaves out the pages in which no row passes.
    fn prune(&mut self) {
        let Self { part, request, .. } = *self;
        let file = &part.reader.file;
        let mut and = |sorted: Sorted| self.selection = self.selection.and(&part.within(&sorted));
        and(file.rows_with(part.group, Dimension::OrganizationId, &[request.organization]));
        if let Some(vendor) = request.vendor {
            and(file.rows_with(part.group, Dimension::Vendor, &[vendor]));
        }
        and(file.rows_within(part.group, &request.time));
        for test in known_values(request) {
            if let Some(values) = &test.values {
                and(file.rows_with(part.group, test.dimension, values));
            }
        }
    }

    fn keep_text(&mut self, dimension: Dimension, text: &str) -> Decoded<()> {
        self.keep(dimension, Some(&[text]), &|found| found == Some(text))
    }

    /// Keeps the rows that pass a test.
    fn keep(
        &mut self,
        dimension: Dimension,
        values: Option<&[&str]>,
        accepts: &dyn Fn(Option<&str>) -> bool,
    ) -> Decoded<()> {
        let file = &self.part.reader.file;
        let known = values
            .filter(|_| dimension.kind() != Kind::Source)
            .map(|values| file.rows_with(self.part.group, dimension, values));
        let all = known.map_or_else(Selection::default, |known| known.all.and(&self.selection));
        let unknown = if all.is_empty() { self.selection.clone() } else { self.selection.without(&all) };
        if unknown.is_empty() {
            return Ok(());
        }
        let batches = self.batches(dimension, &unknown)?;
        let mut verdicts = Verdicts::default();
        let mut kept = Vec::with_capacity(unknown.rows());
        batches.iter().for_each(|rows| verdicts.add(rows, accepts, &mut kept));
        let passed = unknown.keep(kept.into_iter());
        self.selection = passed.or(&all);
        if all.is_empty() && self.request.needs(Column::Dimension(dimension)) {
            self.read.push(ReadColumn { dimension, selection: unknown, batches });
        }
        Ok(())
    }

    /// When the events were, and of which rows; rows out of time are left out. `None` where no row is left.
    fn times(&mut self) -> Decoded<Option<(Times, Selection)>> {
        let (part, time) = (self.part, &self.request.time);
        if self.selection.is_empty() {
            return Ok(None);
        }
        let known = part.reader.file.rows_within(part.group, time).all;
        if let Some(((first, last), _)) = part.reader.file.times(part.group)
            && !self.request.needs(Column::Timestamp)
            && self.selection.without(&known).is_empty()
        {
            let within = Times::Within(first.max(time.start), last.min(time.end - 1));
            return Ok(Some((within, Selection::default())));
        }
        let mut times = Vec::with_capacity(self.selection.rows());
        self.each_batch(Column::Timestamp, &self.selection, |array, rows| {
            times.extend(decode::timestamps(array, rows, &part.reader.receiver)?);
            Ok(())
        })?;
        let kept = self.selection.keep(times.iter().map(|at| time.contains(at)));
        let read = std::mem::replace(&mut self.selection, kept);
        Ok((!self.selection.is_empty()).then_some((Times::Each(times), read)))
    }

    fn values(&self) -> Decoded<ValueVec> {
        let mut values = ValueVec::with_capacity(self.selection.rows());
        self.each_batch(Column::Value, &self.selection, |array, rows| {
            decode::values(array, rows)?.into_iter().for_each(|value| values.push(value));
            Ok(())
        })?;
        Ok(values)
    }

    fn dimension(&self, dimension: Dimension) -> Decoded<DimensionBuilder> {
        let mut builder = DimensionBuilder::with_capacity(dimension, self.selection.rows());
        match self.read.iter().find(|read| read.dimension == dimension) {
            Some(read) => {
                let places = self.selection.places_in(&read.selection);
                let mut before = 0;
                for rows in &read.batches {
                    let end = before + rows.len();
                    builder.push_rows(rows, &within(&places, before..end))?;
                    before = end;
                }
            }
            None => {
                for rows in self.batches(dimension, &self.selection)? {
                    builder.push_rows(&rows, std::slice::from_ref(&(0..rows.len())))?;
                }
            }
        }
        Ok(builder)
    }

    /// Rows of a dimension, checked.
    fn batches(&self, dimension: Dimension, selection: &Selection) -> Decoded<Vec<DimensionRows>> {
        let column = Column::Dimension(dimension);
        self.part.reader.file.fields.require([column])?;
        let mut batches = Vec::new();
        self.each_batch(column, selection, |array, rows| {
            batches.push(decode::dimension(dimension, array, rows, &self.part.reader.receiver)?);
            Ok(())
        })?;
        Ok(batches)
    }

    /// Calls `take` with some selected rows of a column after others; without an array where it is absent.
    fn each_batch(
        &self,
        column: Column,
        selection: &Selection,
        mut take: impl FnMut(Option<&arrow_array::ArrayRef>, usize) -> Decoded<()>,
    ) -> Decoded<()> {
        let file = &self.part.reader.file;
        let told = |fault: Fault, before: usize| match fault.after(before) {
            Fault::Row(place, refusal) => Fault::Row(selection.row(place), refusal),
            fault @ Fault::Column(_) => fault,
        };
        if file.fields.place(column).is_none() {
            return take(None, selection.rows()).map_err(|fault| told(fault, 0));
        }
        let mut before = 0;
        file.each_batch(self.part.group, column, Some(selection), |array, rows| {
            if (self.request.stopped)() {
                return Err(ImportError::Stopped.into());
            }
            take(Some(array), rows).map_err(|fault| told(fault, before))?;
            before += rows;
            Ok(())
        })?;
        same_rows(column, selection.rows(), before)
    }
}

/// The parts of some places that lie in a range, counted from its start.
fn within(places: &[Range<usize>], range: Range<usize>) -> Vec<Range<usize>> {
    let first = places.partition_point(|place| place.end <= range.start);
    let inside = places[first..].iter().take_while(|place| place.start < range.end);
    inside
        .map(|place| place.start.max(range.start) - range.start..place.end.min(range.end) - range.start)
        .collect()
}

/// What a test says about the values of a column. Each value of a dictionary is asked about once.
#[derive(Default)]
struct Verdicts {
    of_null: Option<bool>,
    /// Of the dictionary whose texts lie there.
    texts: Option<arrow_buffer::Buffer>,
    of_codes: Vec<Option<bool>>,
}

impl Verdicts {
    /// Tells for each row whether it passes.
    fn add(&mut self, rows: &DimensionRows, accepts: &dyn Fn(Option<&str>) -> bool, kept: &mut Vec<bool>) {
        let of_null = *self.of_null.get_or_insert_with(|| accepts(None));
        match rows {
            DimensionRows::WrittenOut(texts) => kept.extend(texts.iter().map(accepts)),
            DimensionRows::Texts(Dictionary::Text(texts), codes) => {
                self.start(texts);
                let mut of_code = |code: u32| match code {
                    NULL_CODE => of_null,
                    code => *self.of_codes[code as usize].get_or_insert_with(|| accepts(texts.get(code))),
                };
                match codes {
                    DimensionCodes::Single(codes) => {
                        kept.extend((0..codes.len()).map(|row| of_code(codes.get(row))));
                    }
                    DimensionCodes::Multi(lists) => {
                        for row in 0..rows.len() {
                            let mut codes = lists.range(row);
                            let passes = if codes.is_empty() {
                                of_null
                            } else {
                                codes.any(|at| of_code(lists.codes.get(at)))
                            };
                            kept.push(passes);
                        }
                    }
                }
            }
            // Tests are on texts.
            DimensionRows::Texts(Dictionary::Integer(_), _) | DimensionRows::Integers(_) => {
                kept.extend(std::iter::repeat_n(true, rows.len()));
            }
        }
    }

    /// Goes on with a dictionary, which may be the one before.
    fn start(&mut self, texts: &TextDictionary) {
        let is_same = self.texts.as_ref().is_some_and(|known| known.ptr_eq(&texts.bytes))
            && self.of_codes.len() == texts.len();
        if !is_same {
            self.texts = Some(texts.bytes.clone());
            self.of_codes.clear();
            self.of_codes.resize(texts.len(), None);
        }
    }
}
