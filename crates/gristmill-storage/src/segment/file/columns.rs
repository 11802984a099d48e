//! Reading and checking the columns of an Arrow file.
//!
//! Checksums say that the bytes are those that were written; the checks here say that they make a segment, so that
//! nothing behind them needs to ask again.

use super::blocks::{BlockFile, Span, damaged};
use super::compression::decompress;
use super::layout::{DimensionLayout, Layout, code_width};
use super::sum::FileSum;
use super::{Form, uuid};
use crate::dir::Dir;
use crate::event::Source;
use crate::schema::{Dimension, Kind};
use crate::segment::heap::{HeapDimension, HeapSegment};
use crate::segment::index::index;
use crate::segment::part::Part;
use crate::segment::{
    Codes, Dictionary, DimensionCodes, IntegerDictionary, Lists, NULL_CODE, RunTable, SegmentError,
    TextDictionary, Timestamps, Values,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use std::sync::Arc;

/// The columns of an open Arrow file.
#[derive(Debug)]
pub(super) struct ColumnFile {
    pub(super) file: BlockFile,
    pub(super) layout: Arc<Layout>,
}

impl ColumnFile {
    /// Opens an Arrow file, reads it as a whole, compares length and checksum, and finds its columns.
    pub(super) fn open_verified(dir: &dyn Dir, path: &str, sum: FileSum) -> Result<Self, SegmentError> {
        let file = BlockFile::open_verified(dir, path, sum)?;
        let layout = Arc::new(Layout::of_arrow(&file)?);
        Ok(Self { file, layout })
    }

    pub(super) fn timestamps(&self) -> Result<Timestamps, SegmentError> {
        let instants: ScalarBuffer<i64> =
            self.numbers(Part::Timestamps, self.layout.timestamps, self.rows())?;
        Ok(Timestamps::of(instants.iter().copied()))
    }

    pub(super) fn values(&self) -> Result<Values, SegmentError> {
        let (part, span) = (Part::Values, self.layout.numbers);
        let numbers: ScalarBuffer<f64> = self.numbers(part, span, self.rows())?;
        if let Some(bad) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(self.damaged(part, span, "finite numbers", bad.to_string()));
        }
        let validity = (self.layout.validity.length > 0)
            .then(|| self.read(part, self.layout.validity, numbers.len().div_ceil(8)))
            .transpose()?
            .map(|bits| NullBuffer::new(BooleanBuffer::new(bits, 0, numbers.len())));
        Ok(Values { numbers, validity })
    }

    pub(super) fn dictionary(&self, dimension: Dimension) -> Result<Dictionary, SegmentError> {
        match dimension.kind() {
            Kind::Integer => self.integer_dictionary(dimension).map(Dictionary::Integer),
            Kind::Text | Kind::MultiText => self.texts(dimension).map(Dictionary::Text),
            Kind::Source => {
                let words = self.texts(dimension)?;
                let mut codes = 1..index(words.len());
                match codes.find(|&code| words.get(code).and_then(Source::from_name).is_none()) {
                    None => Ok(Dictionary::Text(words)),
                    Some(code) => Err(self.damaged(
                        Part::Dictionary(dimension),
                        self.layout(dimension).entry_values,
                        "trusted or untrusted",
                        format!("{:?}", words.get(code).unwrap_or_default()),
                    )),
                }
            }
        }
    }

    pub(super) fn codes(&self, dimension: Dimension) -> Result<DimensionCodes, SegmentError> {
        let (part, layout) = (Part::Codes(dimension), self.layout(dimension));
        let offsets = (dimension.kind() == Kind::MultiText)
            .then(|| self.numbers::<i32>(part, layout.list_offsets, self.rows() + 1))
            .transpose()?;
        let count = match &offsets {
            None => self.rows(),
            Some(offsets) => self.count(part, layout.codes, code_width(layout.entries), offsets)?,
        };
        let codes = match code_width(layout.entries) {
            1 => Codes::U8(self.numbers(part, layout.codes, count)?),
            2 => Codes::U16(self.numbers(part, layout.codes, count)?),
            _ => Codes::U32(self.numbers(part, layout.codes, count)?),
        };
        let (least, most) = codes.bounds();
        if most >= layout.entries {
            let expected = format!("codes below {}", layout.entries);
            return Err(self.damaged(part, layout.codes, &expected, most.to_string()));
        }
        let Some(offsets) = offsets else { return Ok(DimensionCodes::Single(codes)) };
        if least == NULL_CODE && !codes.is_empty() {
            return Err(self.damaged(part, layout.codes, "lists of values", "null in a list"));
        }
        if is_rising_to(&offsets, codes.len()) {
            Ok(DimensionCodes::Multi(Lists { offsets, codes }))
        } else {
            let expected = format!("offsets rising from 0 to {}", codes.len());
            Err(self.damaged(part, layout.list_offsets, &expected, "others"))
        }
    }

    fn integer_dictionary(&self, dimension: Dimension) -> Result<IntegerDictionary, SegmentError> {
        let (part, span) = (Part::Dictionary(dimension), self.layout(dimension).entry_values);
        let values: ScalarBuffer<i64> = self.numbers(part, span, self.entries(dimension))?;
        if values.iter().skip(1).is_sorted_by(|a, b| a < b) {
            Ok(IntegerDictionary { values })
        } else {
            Err(self.damaged(part, span, "rising values", "values that fall or repeat"))
        }
    }

    fn texts(&self, dimension: Dimension) -> Result<TextDictionary, SegmentError> {
        if self.layout(dimension).uuids { self.uuids(dimension) } else { self.text_dictionary(dimension) }
    }

    /// A dictionary of UUIDs, written out.
    fn uuids(&self, dimension: Dimension) -> Result<TextDictionary, SegmentError> {
        let (part, span) = (Part::Dictionary(dimension), self.layout(dimension).entry_values);
        let entries = self.entries(dimension);
        let bytes = self.read(part, span, entries * uuid::BYTES)?;
        let (uuids, _) = bytes.as_chunks();
        let uuids = uuids.get(1..).unwrap_or_default();
        if !uuids.is_sorted_by(|a, b| a < b) {
            return Err(self.damaged(part, span, "rising UUIDs", "UUIDs that fall or repeat"));
        }
        if i32::try_from(uuids.len() * uuid::TEXT).is_err() {
            return Err(self.damaged(part, span, "texts below 2^31 bytes", format!("{entries} UUIDs")));
        }
        let mut text = Vec::with_capacity(uuids.len() * uuid::TEXT);
        uuids.iter().for_each(|uuid| uuid::push_text(uuid, &mut text));
        let end = |entry: usize| index(entry * uuid::TEXT).cast_signed();
        let offsets = std::iter::once(0).chain((0..=uuids.len()).map(end)).collect();
        Ok(TextDictionary { offsets, bytes: text.into() })
    }

    fn text_dictionary(&self, dimension: Dimension) -> Result<TextDictionary, SegmentError> {
        let (part, layout) = (Part::Dictionary(dimension), self.layout(dimension));
        let offsets: ScalarBuffer<i32> =
            self.numbers(part, layout.text_offsets, self.entries(dimension) + 1)?;
        let length = self.count(part, layout.entry_values, 1, &offsets)?;
        let bytes = self.read(part, layout.entry_values, length)?;
        if !is_rising_to(&offsets, bytes.len()) || offsets.get(1) != Some(&0) {
            let expected = format!("offsets rising from 0 to {}", bytes.len());
            return Err(self.damaged(part, layout.text_offsets, &expected, "others"));
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Err(self.damaged(part, layout.entry_values, "UTF-8", "other bytes"));
        };
        if !offsets.iter().all(|&offset| text.is_char_boundary(offset.as_usize())) {
            return Err(self.damaged(part, layout.text_offsets, "offsets between characters", "others"));
        }
        let texts = TextDictionary { offsets, bytes: bytes.clone() };
        if (1..index(texts.len())).is_sorted_by(|&a, &b| texts.bytes(a) < texts.bytes(b)) {
            Ok(texts)
        } else {
            Err(self.damaged(part, layout.entry_values, "rising texts", "texts that fall or repeat"))
        }
    }

    /// Counts the run table from the columns, and checks that the rows are in order.
    pub(super) fn runs(&self) -> Result<RunTable, SegmentError> {
        let part = Part::Runs;
        let (organizations, vendors) =
            (self.codes(Dimension::OrganizationId)?, self.codes(Dimension::Vendor)?);
        let (DimensionCodes::Single(organizations), DimensionCodes::Single(vendors)) =
            (organizations, vendors)
        else {
            return Err(self.miscounted(part, "one organization and vendor a row", "lists"));
        };
        self.count_runs(&organizations, &vendors, &self.timestamps()?, &self.values()?)
    }

    /// Counts the run table from columns that were read.
    pub(super) fn count_runs(
        &self,
        organizations: &Codes,
        vendors: &Codes,
        timestamps: &Timestamps,
        values: &Values,
    ) -> Result<RunTable, SegmentError> {
        RunTable::of(organizations, vendors, timestamps, values).ok_or_else(|| {
            self.miscounted(Part::Runs, "rows by organization, vendor and timestamp", "another order")
        })
    }

    /// Every column at once.
    pub(super) fn to_heap(&self) -> Result<HeapSegment, SegmentError> {
        let dimension = |dimension| {
            let (dictionary, codes) = (self.dictionary(dimension)?, self.codes(dimension)?);
            Ok(HeapDimension { dictionary: Arc::new(dictionary), codes: Arc::new(codes) })
        };
        Ok(HeapSegment {
            runs: Arc::new(self.runs()?),
            timestamps: Arc::new(self.timestamps()?),
            values: Arc::new(self.values()?),
            dimensions: Dimension::ALL.into_iter().map(dimension).collect::<Result<_, SegmentError>>()?,
        })
    }

    /// An error where a column differs from the one that was to be written.
    pub(super) fn compare(&self, heap: &HeapSegment) -> Result<(), SegmentError> {
        self.same(Part::Timestamps, &*heap.timestamps, &self.timestamps()?)?;
        self.same(Part::Values, &*heap.values, &self.values()?)?;
        for dimension in Dimension::ALL {
            let HeapDimension { dictionary, codes } = heap.dimension(dimension);
            self.same(Part::Dictionary(dimension), &**dictionary, &self.dictionary(dimension)?)?;
            self.same(Part::Codes(dimension), &**codes, &self.codes(dimension)?)?;
        }
        self.same(Part::Runs, &*heap.runs, &self.runs()?)
    }

    fn same<T: PartialEq>(&self, part: Part, written: &T, read: &T) -> Result<(), SegmentError> {
        if written == read {
            Ok(())
        } else {
            Err(self.miscounted(part, "what was written", "something else"))
        }
    }

    /// The error for a part whose bytes are as written, and say something else than the rest of the segment.
    pub(super) fn miscounted(
        &self,
        part: Part,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> SegmentError {
        damaged(self.file.path(), part, self.span(part).offset, expected, found)
    }

    /// The main span of a part.
    fn span(&self, part: Part) -> Span {
        match part {
            Part::Timestamps => self.layout.timestamps,
            Part::Values => self.layout.numbers,
            Part::Dictionary(dimension) => self.layout(dimension).entry_values,
            Part::Codes(dimension) => self.layout(dimension).codes,
            Part::File
            | Part::Directory
            | Part::Runs
            | Part::Ticks
            | Part::FixedValues
            | Part::Postings(_)
            | Part::DeletedRows => Span::default(),
        }
    }

    fn layout(&self, dimension: Dimension) -> DimensionLayout {
        self.layout.dimensions[dimension as usize]
    }

    fn rows(&self) -> usize {
        self.layout.rows as usize
    }

    /// Entries of a dictionary, null included.
    fn entries(&self, dimension: Dimension) -> usize {
        self.layout(dimension).entries as usize
    }

    /// How many things of `width` bytes a part holds, the last offset of which tells where the part is compressed.
    fn count(&self, part: Part, span: Span, width: u64, offsets: &[i32]) -> Result<usize, SegmentError> {
        match (self.layout.form, offsets.last()) {
            (Form::Compressed, Some(&last)) => usize::try_from(last)
                .map_err(|_| self.damaged(part, span, "an end that is a number from 0 on", last.to_string())),
            _ => Ok(usize::try_from(span.length / width).unwrap_or(usize::MAX)),
        }
    }

    fn numbers<T: ArrowNativeType>(
        &self,
        part: Part,
        span: Span,
        count: usize,
    ) -> Result<ScalarBuffer<T>, SegmentError> {
        self.read(part, span, count.saturating_mul(size_of::<T>())).map(scalars)
    }

    /// A part of so many bytes, which a plain file's directory was compared with already.
    fn read(&self, part: Part, span: Span, length: usize) -> Result<Buffer, SegmentError> {
        let bytes = self.file.read(part, span)?;
        match self.layout.form {
            Form::Plain => Ok(bytes),
            Form::Compressed => decompress(&bytes, length).ok_or_else(|| {
                self.damaged(part, span, &format!("{length} bytes, compressed"), "something else")
            }),
        }
    }

    fn damaged(&self, part: Part, span: Span, expected: &str, found: impl Into<String>) -> SegmentError {
        damaged(self.file.path(), part, span.offset, expected, found)
    }
}

/// Bytes as numbers; they are aligned, as [`BlockFile::read`] gives them an allocation of their own.
fn scalars<T: ArrowNativeType>(bytes: Buffer) -> ScalarBuffer<T> {
    let len = bytes.len() / size_of::<T>();
    ScalarBuffer::new(bytes, 0, len)
}

/// Whether offsets begin with 0, never fall, and end with `end`.
fn is_rising_to(offsets: &[i32], end: usize) -> bool {
    offsets.first() == Some(&0)
        && offsets.is_sorted()
        && offsets.last().is_some_and(|&last| usize::try_from(last) == Ok(end))
}
